// The pictures of a page: one alone, or several behind tabs. Each is a module of its own and has
// open(place, context) → {paint(state), learn?(), close?()}; paint runs in the frame of every change.

/** @import { Told } from "../kit/component.js" */
/** @import { Pictures as Message } from "../messages" */

import { mounted } from "../kit/component.js"
import { button, make } from "../kit/dom.js"
import { say } from "../kit/words.js"
import * as arrows from "./arrows.js"
import * as contours from "./contours.js"
import * as duality from "./duality.js"
import * as ledger from "./ledger.js"
import * as map from "./map.js"
import * as recover from "./recover.js"
import { saving } from "./save.js"
import { Scene } from "./scene.js"
import * as surface from "./surface.js"

const PICTURES = ["arrows", "map", "contours", "surface"] // views that are worth a place on a slide

const MODULES = { arrows, contours, duality, ledger, map, recover, surface }
const memories = new Map() // what a reader chose in a picture outlives a change of page

export const component = mounted(".lens-geometry", (root, { data }) => new Pictures(root, data))

class Pictures {
  words = {}
  hues = null
  complaints = null
  views = []
  view = null // the picture that is open

  constructor(root, { page, views }) {
    this.root = root
    this.scene = new Scene(page)
    this.memory = memory(`${page} ${views}`)
    this.unsubscribe = this.scene.bus.subscribe(() => this.view?.paint(this.scene.now()))
    this.width = this.root.clientWidth
    this.resized = new ResizeObserver(([{ contentRect }]) => {
      if (this.width === contentRect.width) return // its own height changes when it is painted
      this.width = contentRect.width
      this.scene.bus.update({})
    })
    this.resized.observe(this.root)
  }

  // A new run of the script. The picture is drawn anew only if the problem itself, the words or the colours changed.
  /** @param {Told<Message>} told */
  learn({ data, setTriggerValue, setStateValue }) {
    const { scene, words, hues, views, complaints } = data
    this.scene.learn(scene)
    Object.assign(this, { words, hues, complaints, views })
    this.send = moved => setTriggerValue("moved", moved)
    this.ask = () => setStateValue("asked", true)
    const structure = JSON.stringify([views, words, hues, scene.names, scene.f ?? scene.v.length])
    if (structure !== this.structure) this.open(views.includes(this.memory.view) ? this.memory.view : views[0])
    else {
      this.view?.learn?.()
      this.view?.paint(this.scene.now())
    }
    this.structure = structure
  }

  open(name) {
    this.memory.view = name
    this.view?.close?.()
    this.view = null
    const tabs = this.views.length > 1 ? [this.tabs(name)] : []
    const place = make(
      "div",
      `lens-view lens-view-${name}`,
      tabs.length ? { role: "tabpanel", "aria-label": this.say(`tab.${name}`) } : {},
    )
    this.root.replaceChildren(...tabs, place)
    this.view = MODULES[name].open(place, this.context(name))
    this.view.paint(this.scene.now())
    const drawn = this.view.file || place.querySelector("svg")
    if (drawn && PICTURES.includes(name))
      this.root.append(saving(place, `${this.scene.page}-${name}`, this.words.save, this.view.file))
  }

  // Opens a picture anew with what the reader has chosen in it; the focus stays with the choice.
  again(name, chosen) {
    const focused = document.activeElement?.getAttribute("aria-label")
    Object.assign(memory(`${this.scene.page} ${name}`), chosen)
    this.open(name)
    ;[...this.root.querySelectorAll("[aria-label]")].find(one => one.ariaLabel === focused)?.focus()
  }

  context(name) {
    const pictures = this
    return {
      scene: this.scene,
      memory: memory(`${this.scene.page} ${name}`),
      say: (key, facts) => this.say(key, facts),
      hue: i => (i === null ? this.hues.ink : this.hues.rows[i % this.hues.rows.length]),
      hues: this.hues,
      release: () => this.send(this.scene.release()),
      ask: () => this.ask(),
      repaint: () => this.view?.paint(this.scene.now()),
      again: chosen => this.again(name, chosen),
      get width() {
        return pictures.width // asking an element in every frame would make the browser lay out the page each time
      },
      get complaints() {
        return pictures.complaints
      },
    }
  }

  tabs(open) {
    const list = make("div", "lens-tabs", { role: "tablist" })
    list.append(
      ...this.views.map(name =>
        button(this.say(`tab.${name === "surface" && this.scene.n === 1 ? "line" : name}`), () => this.choose(name), {
          role: "tab",
          "aria-selected": name === open,
          tabindex: name === open ? 0 : -1,
          "data-testid": `tab-${name}`,
        }),
      ),
    )
    list.onkeydown = event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      const at = this.views.indexOf(this.memory.view)
      this.choose(this.views.at((at + step) % this.views.length))
    }
    return list
  }

  choose(name) {
    this.open(name)
    this.root.querySelector('[role="tab"][aria-selected="true"]').focus()
  }

  // Words under a dotted key, with {placeholders} filled.
  say(key, facts = {}) {
    const found = key.split(".").reduce((table, part) => table?.[part], this.words) ?? key
    return say(found, facts)
  }

  close() {
    this.view?.close?.()
    this.view = null
    this.unsubscribe()
    this.resized.disconnect()
  }
}

function memory(key) {
  if (!memories.has(key)) memories.set(key, {})
  return memories.get(key)
}
