// A page as large as the screen: its picture, the step with its sentence, and the keys of a clicker.

import { button, make, set, text, write } from "../kit/dom.js"
import { meant } from "../kit/keys.js"
import { keep, place } from "../kit/place.js"
import { follow, go, steps } from "../kit/steps.js"
import { cover, covers } from "./cover.js"

const page = document.documentElement
const by = count => go((steps()?.at().step ?? 0) + count)
const STEPS = {
  ArrowRight: () => by(1),
  PageDown: () => by(1),
  " ": () => by(1),
  ArrowLeft: () => by(-1),
  PageUp: () => by(-1),
  Home: () => go(0),
  End: () => go(Infinity),
}
const FIELDS = "input, select, textarea, [contenteditable]"
const TAKEN = {
  ArrowRight: "[role=slider]",
  ArrowLeft: "[role=slider]",
  Home: "[role=slider]",
  End: "[role=slider]",
  " ": "button, summary",
}

export const presenting = () => page.hasAttribute("data-lens-present")

// The foot of the screen, in an element of the bar: what the step says, where one is, and the same for a finger.
export class Foot {
  said = text("p", "lens-present-said", "", { "aria-live": "polite" })
  count = text("span", "lens-present-count", "")
  keys = make("dialog", "lens-present-keys")
  buttons = {
    back: button("←", () => by(-1)),
    on: button("→", () => by(1)),
    leave: button("✕", () => present(false)),
  }

  constructor() {
    const { back, on, leave } = this.buttons
    const bar = make("div", "lens-present-bar", {}, back, this.count, on, leave)
    this.element = make("div", "lens-present", {}, make("div", "lens-answer", {}, this.said), bar, this.keys)
    this.listen = event => key(event, this.keys)
    this.left = () => !document.fullscreenElement && presenting() && present(false)
    this.end = follow(() => this.paint())
    document.addEventListener("keydown", this.listen, true)
    document.addEventListener("fullscreenchange", this.left)
  }

  learn(words) {
    for (const [name, element] of Object.entries(this.buttons))
      set(element, { title: words[name], "aria-label": words[name] })
    this.keys.replaceChildren(...words.keys.split("\n").map(line => text("p", "", line)))
    set(this.keys, { "aria-label": words.keys_title })
    show(Boolean(place("present")))
    this.paint()
  }

  paint() {
    const at = steps()?.at()
    write(this.said, steps()?.told() ?? "")
    write(this.count, at ? `${at.step} / ${at.total}` : "")
  }

  close() {
    this.end()
    document.removeEventListener("keydown", this.listen, true)
    document.removeEventListener("fullscreenchange", this.left)
    show(false)
  }
}

// From a gesture of the reader: the whole screen is asked for; a link alone fills the window.
export function present(wanted) {
  keep("present", wanted ? 1 : null)
  show(wanted)
  if (wanted) page.requestFullscreen?.().catch(() => {})
  else if (document.fullscreenElement) document.exitFullscreen()
}

function show(wanted) {
  if (presenting() === wanted) return
  page.toggleAttribute("data-lens-present", wanted)
  dispatchEvent(new Event("resize"))
}

function key(event, keys) {
  if (!meant(event) || event.target.closest?.(FIELDS)) return
  const work = presenting() ? whilePresenting(event, keys) : OUTSIDE[event.key]
  if (!work) return
  event.preventDefault()
  event.stopPropagation()
  work()
}

const OUTSIDE = { p: () => steps() && present(true), P: () => steps() && present(true) }

function whilePresenting(event, keys) {
  if (keys.open) return () => keys.close()
  if (/^[1-8]$/.test(event.key)) return () => steps()?.pick(Number(event.key) - 1)
  if (event.key in TAKEN && event.target.closest?.(TAKEN[event.key])) return null
  return STEPS[event.key] ?? { ...KEYS, "?": () => keys.showModal() }[event.key.toLowerCase()]
}

const KEYS = {
  escape: () => present(false),
  p: () => present(false),
  h: () => cover(!covers()),
  r: () => {
    go(0)
    cover(false)
  },
}
