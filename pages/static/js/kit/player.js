// Steps through something: back, on, to either end, and where one is. The same signs, the same keys and the same
// manners everywhere: a button that can do nothing keeps its place and the focus. Steps are discrete: nothing glides,
// so there is nothing to turn off for readers who want no motion.

import { button, enable, make, set, write } from "./dom.js"
import { meant } from "./keys.js"

const BEAT = 1100 // ms a step while it plays, at normal speed
const KEYS = {
  ArrowRight: ({ step }) => step + 1,
  ArrowLeft: ({ step }) => step - 1,
  Home: () => 0,
  End: ({ total }) => total,
}
const begun = ({ step }) => step > 0
const ended = ({ step, total }) => step >= total

// The sign of each control, where it leads, and whether it leads anywhere.
const CONTROLS = {
  start: { sign: "⇤", target: () => 0, able: begun },
  back: { sign: "←", target: ({ step }) => step - 1, able: begun },
  on: { sign: "→", target: ({ step }) => step + 1, able: at => !ended(at) },
  end: { sign: "⇥", target: ({ total }) => total, able: at => !ended(at) },
  // The one button that is enough: on, and at the end from the beginning.
  step: { sign: "", target: at => (ended(at) ? 0 : at.step + 1), able: () => true },
}

export class Player {
  #timer = 0
  /** @type {() => { step: number, total: number, playing?: boolean, speed?: number }} */
  at
  /** @type {(at: { step: number, total: number }) => string} */
  told
  /** @type {Record<string, string>} */
  words = {}

  // `at()` answers with { step, total }, and { playing, speed } where it plays; `go(step, { playing })` goes there.
  // `controls` are the handles of those that are wanted, in their order: { back: "tape-back", step: "tape-step" };
  // `play` and `scrubber` may be among them. `told` says where one is.
  constructor({ at, go, controls, told = ({ step, total }) => `${step} / ${total}` }) {
    Object.assign(this, { at, told })
    this.jump = (step, playing = false) => go(Math.min(at().total, Math.max(0, step)), { playing })
    this.count = make("span", "lens-steps-count")
    this.controls = Object.fromEntries(Object.entries(controls).map(([name, id]) => [name, this.#control(name, id)]))
  }

  get elements() {
    return [...Object.values(this.controls), this.count]
  }

  #control(name, id) {
    const handle = id ? { "data-testid": id } : {}
    if (name === "play") return button("", () => this.#toggle(), handle)
    if (name === "scrubber") return this.#scrubber(handle)
    const { sign, target, able } = CONTROLS[name]
    return button(sign, () => able(this.at()) && this.jump(target(this.at())), handle)
  }

  #scrubber(handle) {
    const input = make("input", "lens-scrubber", { type: "range", role: "slider", min: 0, step: 1, ...handle })
    input.oninput = () => this.jump(Number(input.value))
    return input
  }

  #toggle() {
    const at = this.at()
    if (at.playing) this.jump(at.step)
    else this.jump(ended(at) ? 0 : at.step, true)
  }

  // The words of the controls under their names. `step` is written out, also on `on`, and at its end says `again`;
  // `play` says `pause` while it plays.
  learn(words) {
    this.words = words
    for (const [name, element] of Object.entries(this.controls))
      if (words[name] && !["step", "play"].includes(name))
        set(element, { title: words[name], "aria-label": words[name] })
    return this
  }

  // Listens to keys within an element, but for those that a field or a slider in it has use for.
  listen(root) {
    root.addEventListener("keydown", event => {
      if (!(event.key in KEYS) || !meant(event) || event.defaultPrevented) return
      if (event.target.closest("input, select, textarea, [role=slider]")) return
      event.preventDefault()
      this.jump(KEYS[event.key](this.at()))
    })
    return this
  }

  paint() {
    const at = this.at()
    const { step, on, play, scrubber } = this.controls
    const told = this.told(at)
    for (const [name, { able }] of Object.entries(CONTROLS))
      if (this.controls[name]) enable(this.controls[name], able(at))
    if (step) write(step, ended(at) ? `↺ ${this.words.again}` : `${this.words.step} →`)
    if (on && this.words.step) write(on, `${this.words.step} →`)
    if (play) this.#paintPlay(play, at)
    if (scrubber) paintScrubber(scrubber, at, told)
    write(this.count, told)
  }

  #paintPlay(element, at) {
    const label = at.playing ? this.words.pause : this.words.play
    write(element, at.playing ? "❚❚" : "▶")
    set(element, { "aria-label": label, title: label })
    if (!at.playing) this.close()
    else this.#timer ||= setTimeout(() => this.#beat(), BEAT / at.speed)
  }

  #beat() {
    this.#timer = 0
    const at = this.at()
    this.jump(at.step + 1, !ended(at))
  }

  close() {
    clearTimeout(this.#timer)
    this.#timer = 0
  }
}

function paintScrubber(element, { step, total }, told) {
  element.max = total
  element.value = step
  element.style.setProperty("--done", total ? step / total : 0)
  set(element, { "aria-valuenow": step, "aria-valuemin": 0, "aria-valuemax": total, "aria-valuetext": told })
}
