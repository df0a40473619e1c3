// v while it is being changed. It moves in the browser, in every component that listens to the page's channel; on
// release one message carries it to the server, which answers with what it has read.

/** @import { Weights as Message } from "../messages" */

import { channel } from "./bus.js"
import { set } from "./dom.js"
import { draggable } from "./drag.js"
import { meant } from "./keys.js"
import { later } from "./later.js"
import { plain, real } from "./numbers.js"
import { Remote } from "./remote.js"

const STEP = 0.1
const RANGES = [3, 5, 10, 20, 50, 100, 200, 500, 1000] // −3…3, and wider once a weight is larger
const STEPS_IN_RANGE = 60 // while dragging; the keys always take STEP
const PIXELS = 180 // dragged up or down for the range from 0 to its end
const SETTLE = 250 // ms after the last key until the server is told
const open = new Map()

// The weights of a page's channel; one object for all components that change or show them.
export function weights(name) {
  if (!open.has(name)) open.set(name, new Weights(channel(name)))
  return open.get(name)
}

class Weights {
  texts = [] // as typed; what was dragged is a decimal
  edit = null // opens the field of weight i
  #remote = new Remote()
  #before = null // what goes back if the drag is taken away
  #settle = later(() => this.release(), SETTLE)

  constructor(channel) {
    this.channel = channel
  }

  get send() {
    return this.#remote.send
  }

  get values() {
    return this.channel.state.v ?? []
  }

  // The end of every track, the same for all so that they can be compared.
  get range() {
    const largest = Math.max(...this.values.map(Math.abs).filter(Number.isFinite), 0)
    return this.#frozen ?? RANGES.find(end => end >= largest) ?? 10 ** Math.ceil(Math.log10(largest))
  }
  #frozen = null // while dragging: a track does not change its scale under the finger

  get dragging() {
    return Boolean(this.channel.state.dragging)
  }

  // What the server has read; null stands for a text that could not be. An answer that comes while something is being
  // dragged would take back what the reader has just done.
  /** @param {Pick<Message, "texts" | "values" | "serial"> & Partial<Message>} told */
  accept({ texts, values, shown, ...answer }) {
    const fits = this.texts.length === texts.length
    if (fits && (!this.#remote.believes(answer) || this.dragging)) return
    const before = fits ? this.values : []
    this.texts = [...texts]
    this.channel.update({ v: values.map((value, i) => real(value ?? before[i] ?? shown?.[i] ?? 0)), dragging: false })
  }

  begin() {
    this.#frozen ??= this.range
    this.#before ??= { texts: [...this.texts], v: this.values }
    this.channel.update({ dragging: true })
  }

  // Moves weight i with the hand.
  drag(i, value) {
    this.begin()
    this.move(i, value)
  }

  // Moves weight i; only between begin and release.
  move(i, value, step = Math.max(STEP, (this.range * 2) / STEPS_IN_RANGE), end = this.range) {
    const inside = Math.min(end, Math.max(-end, value))
    const snapped = Number((Math.round(inside / step) * step).toFixed(6)) || 0
    if (snapped === this.values[i]) return
    this.texts[i] = plain(snapped)
    this.channel.update({ v: this.values.with(i, snapped) })
  }

  // What a finger that has moved by `pixels` upwards makes of a value.
  scrubbed(value, pixels) {
    return value + (pixels / PIXELS) * this.range
  }

  release() {
    this.#end()
    this.channel.update({ dragging: false })
    this.#tell()
  }

  // The hand was no hand that drags: all is as it was.
  cancel() {
    if (!this.#before) return
    const { texts, v } = this.#before
    this.#end()
    this.texts = texts
    this.channel.update({ v, dragging: false })
  }

  #end() {
    this.#settle.cancel()
    this.#frozen = null
    this.#before = null
  }

  // One key on the slider of weight i; answers whether it meant anything.
  key(i, key, shift) {
    const value = this.values[i]
    const by = (shift ? 10 : 1) * STEP
    const targets = {
      ArrowUp: value + by,
      ArrowRight: value + by,
      ArrowDown: value - by,
      ArrowLeft: value - by,
      PageUp: value + 10 * STEP,
      PageDown: value - 10 * STEP,
      Home: -this.range,
      End: this.range,
      0: 0,
      1: 1,
      "-": -value,
    }
    if (!(key in targets)) return false
    this.begin()
    this.move(i, targets[key], STEP, Infinity) // keys go on where the track ends, and it becomes longer
    this.#settle()
    return true
  }

  // A text typed for weight i. A decimal moves at once; anything else is read by the server.
  type(i, text) {
    this.texts[i] = text
    const value = /^[-−+]?\d*\.?\d+$/.test(text.trim()) ? Number(text.trim().replace("−", "-")) : NaN
    if (Number.isFinite(value)) this.channel.update({ v: this.values.with(i, value) })
    this.#tell()
  }

  // All of v at once.
  set(values) {
    this.texts = values.map(plain)
    this.channel.update({ v: [...values] })
    this.#tell()
  }

  #tell() {
    this.#remote.tell({ texts: [...this.texts] })
  }

  // A new component of the page starts counting anew, as the server does.
  connect(send, edit) {
    this.#remote.send = send
    this.edit = edit
  }

  disconnect() {
    this.#end()
    this.#remote = new Remote()
    Object.assign(this, { edit: null, texts: [] })
    this.channel.update({ v: undefined, dragging: false })
  }
}

// A vector that the reader asks with and that is no part of the problem: nobody is told of it. It stays what the reader
// made of it while its length stays.
export function question(name, first) {
  const own = weights(name)
  own.connect(() => {}, null)
  const kept = own.values.length === first.length ? own.values : first
  own.accept({ texts: kept.map(plain), values: kept, serial: 0 })
  own.channel.state.v = kept // at once: the first picture needs it
  return own
}

// Makes an element change weight i when it is dragged up or down; a tap without a drag opens the weight's field.
export function scrub(element, i, own) {
  draggable(element, {
    grip: () => (own.send && document.activeElement !== element ? own.values[i] : null),
    ...scrubbing(i, own),
    tap: () => own.edit?.(i),
  })
  // Where the browser sends mouse events besides: the default of mousedown would put the focus elsewhere.
  element.onmousedown = event => document.activeElement === element || event.preventDefault()
}

// Makes an element the slider of weight i: dragged up or down, or moved by keys.
export function knob(element, i, own, label) {
  set(element, { role: "slider", tabindex: 0, "aria-label": label })
  const grip = () => {
    element.focus({ preventScroll: true })
    return own.values[i]
  }
  draggable(element, { grip, ...scrubbing(i, own) })
  element.onkeydown = event => turn(event, i, own)
}

// A key on the slider of weight i.
export function turn(event, i, own) {
  if (!meant(event) || !own.key(i, event.key, event.shiftKey)) return
  event.preventDefault()
  event.stopPropagation() // the arrows of what is around it mean steps
}

const scrubbing = (i, own) => ({
  move: (value, { up }) => own.drag(i, own.scrubbed(value, up)),
  end: () => own.release(),
  undo: () => own.cancel(),
})
