// v while it is being changed. It moves in the browser, in every component that listens to the page's channel; on
// release one message carries it to the server, which answers with what it has read.

import { channel } from "./bus.js"
import { plain, real } from "./numbers.js"

const STEP = 0.1
const RANGES = [3, 5, 10, 20, 50, 100, 200, 500, 1000] // −3…3, and wider once a weight is larger
const STEPS_IN_RANGE = 60 // while dragging; the keys always take STEP
const PIXELS = 180 // dragged up or down for the range from 0 to its end
const SETTLE = 250 // ms after the last key until the server is told
const PATIENCE = 10_000 // ms for which an answer to an older message is not believed
const open = new Map()

// The weights of a page's channel; one object for all components that change or show them.
export function weights(name) {
  if (!open.has(name)) open.set(name, new Weights(channel(name)))
  return open.get(name)
}

class Weights {
  texts = [] // as typed; what was dragged is a decimal
  send = null // tells the server; null while no component is there to do so
  edit = null // opens the field of weight i
  #serial = 0 // of the last message; the server repeats the last it has seen
  #sent = -Infinity
  #timer = 0

  constructor(channel) {
    this.channel = channel
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

  // What the server has read; null stands for a text that could not be. An answer to an older message, or one that
  // comes while something is being dragged, would take back what the reader has just done.
  // A new server (the old one has been replaced) has not heard of the last one at all: it is told again.
  accept({ texts, values, shown, serial, anew }) {
    const late = serial < this.#serial && performance.now() - this.#sent < PATIENCE
    const fits = this.texts.length === texts.length
    if (fits && late && anew) this.#tell()
    if (fits && (late || this.dragging)) return
    const before = fits ? this.values : []
    this.texts = [...texts]
    this.channel.update({ v: values.map((value, i) => real(value ?? before[i] ?? shown?.[i] ?? 0)), dragging: false })
  }

  begin() {
    this.#frozen ??= this.range
    this.channel.update({ dragging: true })
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
    clearTimeout(this.#timer)
    this.#frozen = null
    this.channel.update({ dragging: false })
    this.#tell()
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
    this.settle()
    return true
  }

  // Tells the server once the keys have been quiet for a moment.
  settle() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.release(), SETTLE)
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
    this.#sent = performance.now()
    this.send?.({ texts: [...this.texts], serial: ++this.#serial })
  }

  // A new component of the page starts counting anew, as the server does.
  connect(send, edit) {
    this.send = send
    this.edit = edit
  }

  disconnect() {
    clearTimeout(this.#timer)
    Object.assign(this, { send: null, edit: null, texts: [] })
    this.#serial = 0
    this.#frozen = null
    this.channel.update({ v: undefined, dragging: false })
  }
}

// Makes an element change weight i when it is dragged up or down; a tap without a drag opens the weight's field.
export function scrub(element, i, own) {
  let from = null
  element.onpointerdown = event => {
    if (event.button || !own.send || document.activeElement === element) return
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    from = { y: event.clientY, value: own.values[i], moved: false }
  }
  element.onpointermove = event => {
    if (!from) return
    const up = from.y - event.clientY
    if (!from.moved && Math.abs(up) < 4) return
    if (!from.moved) own.begin()
    from.moved = true
    own.move(i, own.scrubbed(from.value, up))
  }
  element.onlostpointercapture = () => {
    const { moved } = from ?? {}
    from = null
    if (moved) own.release()
    else own.edit?.(i)
  }
  // Where the browser sends mouse events besides: the default of mousedown would put the focus elsewhere.
  element.onmousedown = event => document.activeElement === element || event.preventDefault()
}
