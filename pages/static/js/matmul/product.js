// c = a·b, one small matrix per element of c, and their running sum. This file holds what all parts share: what the
// server has computed (`data`), what the reader looks at (the state of the channel "matmul", which lives as long as the
// tab), and the one way to tell the server of an edit. Nothing is computed here: stepping only shows other numbers.

/** @import { Product as Message } from "../messages" */

import { channel } from "../kit/bus.js"
import { mounted } from "../kit/component.js"
import { make } from "../kit/dom.js"
import { Remote } from "../kit/remote.js"
import { Cards } from "./cards.js"
import { Chosen, Closed } from "./element.js"
import { Flat } from "./flat.js"
import { Ledger } from "./ledger.js"
import { Operands } from "./operands.js"
import { Steps } from "./player.js"
import { Sum } from "./sum.js"
import { Tools } from "./tools.js"

const WIDE = 5 // sides above it are drawn smaller
const PARTS = {
  operands: Operands,
  tools: Tools,
  cards: Cards,
  player: Steps,
  element: Chosen,
  sum: Sum,
  closed: Closed,
  flat: Flat,
  ledger: Ledger,
}
// Where each part stands; the rest is CSS (pages/components/product/product.css).
const LAYOUT = {
  "lens-top": ["operands", "tools"],
  "lens-left": ["cards", "player", "element"],
  "lens-right": ["sum", "closed"],
  "lens-below": ["flat", "ledger"],
}
const AT_FIRST = {
  step: 0,
  order: "rows",
  selected: [0, 0],
  entry: null,
  lit: null,
  form: "numbers",
  weighted: true,
  density: "auto",
  speed: 1,
  playing: false,
  loss: null,
  seed: 1,
  pasting: false,
}

export const component = mounted(".lens-product", (root, { data }) => {
  const product = new Product(root, data)
  return {
    learn: ({ data, setStateValue }) => product.accept(data, sent => setStateValue("edit", sent)),
    close: () => product.close(),
  }
})

class Product {
  #remote = new Remote()
  #channel = channel("matmul")

  /**
   * @param {HTMLElement} root
   * @param {Message} data
   */
  constructor(root, data) {
    this.root = root
    this.data = data
    this.#remote.start(data.serial ?? 0)
    if (!("step" in this.state)) Object.assign(this.state, AT_FIRST)
    this.state.playing = false
    /** @type {Record<string, any>} */
    this.parts = Object.fromEntries(Object.entries(PARTS).map(([name, Part]) => [name, new Part(this)]))
    for (const [area, names] of Object.entries(LAYOUT)) {
      const element = make("div", area)
      element.append(...names.map(name => this.parts[name].element))
      root.append(element)
    }
    this.unsubscribe = this.#channel.subscribe(() => this.#paint())
  }

  get state() {
    return this.#channel.state
  }

  get words() {
    return this.data.words
  }

  // Which element of c each term of the sum belongs to, in the order chosen.
  get order() {
    return this.data.ledgers[this.state.order]
  }

  /**
   * @param {Message} data
   * @param {(message: object) => void} send
   */
  accept(data, send) {
    this.#remote.send = send
    if (!this.#remote.believes(data)) return
    this.data = data
    this.#fit()
    for (const part of Object.values(this.parts)) part.accept?.(data)
    this.root.classList.toggle("lens-stale", !data.fresh)
    this.root.classList.toggle("lens-wide", Math.max(...data.sizes) > WIDE)
    this.#paint()
  }

  // Keeps what the reader looks at within c: at first two thirds of the terms are added, so that the page shows a sum
  // that is under way.
  #fit() {
    const { data, state } = this
    const [m, , n] = data.sizes
    const shape = `${m}×${n}`
    if (state.shape !== shape) {
      const step = Math.max(1, Math.round((2 * m * n) / 3))
      Object.assign(state, { shape, step, selected: this.order[step - 1].slice(0, 2), entry: null, lit: null })
    }
    if (state.wrt !== data.wrt) Object.assign(state, { wrt: data.wrt, entry: null, lit: null })
    if (state.loss === null && !this.seen) state.loss = data.induced.find(name => name !== "sum") ?? null
    if (data.fresh && !data.induced.includes(state.loss)) state.loss = null
    this.seen = true
  }

  update(patch) {
    this.#channel.update(patch)
  }

  // Another number of terms in the sum. The last one added becomes the selected element.
  go(step, more = {}) {
    const within = Math.max(0, Math.min(this.order.length, step))
    const last = this.order[within - 1]
    this.update({ step: within, ...(last ? { selected: last.slice(0, 2) } : {}), ...more })
  }

  // Tells the server what is typed now, with an act upon it: one message for one edit.
  tell(patch = {}) {
    this.#remote.tell({ ...this.parts.operands.typed(), wrt: this.data.wrt, loss: this.state.loss, ...patch })
  }

  // Weights that the reader sets: no loss gives them any more.
  weigh(patch) {
    this.state.loss = null
    this.tell(patch)
  }

  #paint() {
    for (const part of Object.values(this.parts)) part.paint?.(this.state)
  }

  close() {
    this.unsubscribe()
    for (const part of Object.values(this.parts)) part.close?.()
  }
}
