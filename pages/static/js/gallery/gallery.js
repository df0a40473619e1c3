// One small matrix per element of an output, and their running sum. This file holds what all parts share: what the
// server has computed (`data`), what it means to a gallery (`subject`), what the reader looks at (the state of the
// page's channel, which lives as long as the tab), and the one way to tell the server of an edit.

/** @import { Closed, Shaped, Value } from "../messages" */

import { channel } from "../kit/bus.js"
import { make } from "../kit/dom.js"
import { Remote } from "../kit/remote.js"
import { moved, offer } from "../kit/steps.js"
import { laid, spot } from "./notation.js"

/**
 * The Jacobian: in LaTeX, rows and columns of its blocks, what is said of it, and what of a row of it.
 * @typedef {object} Flat
 * @property {string} formula
 * @property {number[]} blocks
 * @property {string} help
 * @property {(row: number, i: number, j: number) => string} folded
 */

/**
 * What a page shows in a gallery, and how it says so. Everything is laid out in rows, a vector or a number in one.
 * @typedef {object} Subject
 * @property {Shaped} output
 * @property {Shaped} wrt by which it is differentiated
 * @property {string[]} inputs by which it could be
 * @property {Shaped} v
 * @property {Value[][]} weights v in numbers; another array when it has changed
 * @property {number[][]} strengths how strongly each is tinted
 * @property {(i: number, j: number) => string} hue
 * @property {(i: number, j: number, weighted: boolean) => Value[][]} entries ∂output_ij/∂wrt, or v_ij times that
 * @property {((i: number, j: number, weighted: boolean) => string[][]) | null} letters the same in LaTeX
 * @property {(i: number, j: number, p: number, q: number) => boolean} reaches false where it is always 0
 * @property {"row" | "column" | ""} band what is reached is one row, or one column
 * @property {(i: number, j: number) => string} label of a card, for who cannot see it
 * @property {(i: number, j: number) => HTMLElement} thumb a small picture of it
 * @property {(thumb: HTMLElement, i: number, j: number) => void} tintThumb by its weight
 * @property {(by: string) => any[][]} order in which the terms are added: [i, j] first of each
 * @property {(by: string, step: number) => Value[][]} after the sum of so many terms
 * @property {Value[][]} total
 * @property {() => Value[]} every what may stand in the sum
 * @property {() => (string | Node)[]} afterAll what the whole sum is called
 * @property {Closed | null} closed the same sum read off at once, where the sum itself is to say so
 * @property {(printed: string) => string} listing what PyTorch was asked and has printed
 * @property {(p: number, q: number) => { formula: string, told: string }} feeding what an entry of the sum is made of
 * @property {(i: number, j: number) => string} made how an element of the output is made, in LaTeX
 * @property {(i: number, j: number) => string[]} reasons of the entries of its derivative
 * @property {(i: number, j: number) => string} rest what is said of the others
 * @property {Flat} flat
 * @property {(i: number, j: number, p: number, q: number) => string} told an entry of the Jacobian, in LaTeX
 * @property {boolean} wide whether matrices are drawn smaller, so that they still stand side by side
 */

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

export class Gallery {
  /** @type {Subject} what the server has computed, as a gallery sees it */
  subject
  /** @type {(data: any, gallery: Gallery) => Subject} */
  #understood
  /** @type {(count: number) => number} */
  #first
  #remote = new Remote()
  #channel
  #v

  // `name`: of the channel. `parts`: the class of each; `layout`: where each stands, the rest is CSS
  // (pages/components/product/product.css). `subject(data)` makes a Subject; `first(count)`: how many terms are added
  // when a reader comes.
  constructor(root, data, { name, parts, layout, subject, first }) {
    this.root = root
    this.data = data
    this.#channel = channel(name)
    this.#remote.start(data.serial ?? 0)
    this.#understood = subject
    this.#first = first
    if (!("step" in this.state)) Object.assign(this.state, AT_FIRST)
    this.state.playing = false
    this.subject = subject(data, this)
    /** @type {Record<string, any>} */
    this.parts = Object.fromEntries(Object.entries(parts).map(([name, Part]) => [name, new Part(this)]))
    for (const [area, names] of Object.entries(layout)) {
      const element = make("div", area)
      element.append(...names.map(name => this.parts[name].element))
      root.append(element)
    }
    this.stop = null
    this.unsubscribe = this.#channel.subscribe(() => this.#paint())
  }

  get state() {
    return this.#channel.state
  }

  get words() {
    return this.data.words
  }

  // Which element of the output each term of the sum belongs to, in the order chosen.
  get order() {
    return this.subject.order(this.state.order)
  }

  accept(data, send) {
    this.#remote.send = send
    if (!this.#remote.believes(data)) return
    this.data = data
    this.#v = this.state.v
    this.subject = this.#understood(data, this)
    this.#fit()
    for (const part of Object.values(this.parts)) part.accept?.(data)
    this.root.classList.toggle("lens-stale", !data.fresh)
    this.root.classList.toggle("lens-wide", this.subject.wide)
    this.#paint()
    this.stop ??= offer(this.#sequence)
  }

  // Keeps what the reader looks at within the output.
  #fit() {
    const { data, state, subject } = this
    const [m, n] = laid(subject.output)
    const shape = subject.output.shape.join("×")
    if (state.shape !== shape) {
      const step = this.#first(m * n)
      const shown = this.order[step < m * n ? step - 1 : 0] // the last one added; of a whole sum the first
      Object.assign(state, { shape, step, selected: shown.slice(0, 2), entry: null, lit: null })
    }
    const wrt = [subject.wrt.name, ...subject.wrt.shape].join()
    if (state.wrt !== wrt) Object.assign(state, { wrt, entry: null, lit: null })
    if (state.loss === null && !this.seen) state.loss = data.induced.find(name => name !== "sum") ?? null
    if (data.fresh && !data.induced.includes(state.loss)) state.loss = null
    this.seen = true
  }

  // The steps of the page are the terms of the sum.
  get #sequence() {
    return {
      at: () => ({ step: this.state.step, total: this.order.length }),
      go: step => this.#walk(step),
      told: () => this.parts.player.told,
      pick: k => k < this.order.length && this.update({ selected: spot(k, laid(this.subject.output)[1]), entry: null }),
    }
  }

  update(patch) {
    this.#channel.update(patch)
  }

  // The entries in letters or in numbers.
  write(form) {
    this.update({ form })
  }

  // Another number of terms in the sum. The last one added becomes the selected element.
  go(step, more = {}) {
    this.#walk(step, more)
    moved()
  }

  #walk(step, more = {}) {
    const within = Math.max(0, Math.min(this.order.length, step))
    const last = this.order[within - 1]
    this.update({ step: within, ...(last ? { selected: last.slice(0, 2) } : {}), ...more })
  }

  // Tells the server what is typed now, with an act upon it: one message for one edit.
  tell(patch = {}) {
    this.#remote.tell({ ...this.parts.operands.typed(), wrt: this.subject.wrt.name, loss: this.state.loss, ...patch })
  }

  // Weights that the reader sets: no loss gives them any more.
  weigh(patch) {
    this.state.loss = null
    this.tell(patch)
  }

  // While v is dragged, the gallery shows another v than the server knows.
  #paint() {
    if (this.#v !== this.state.v) {
      this.#v = this.state.v
      this.subject = this.#understood(this.data, this)
    }
    for (const part of Object.values(this.parts)) part.paint?.(this.state)
  }

  close() {
    this.unsubscribe()
    this.stop?.()
    for (const part of Object.values(this.parts)) part.close?.()
  }
}
