// Axes, the same in every picture: round numbers, a faint mesh, and a line at 0 where the picture wants one.

import { resize, set, write } from "./dom.js"
import { round } from "./linear.js"
import { brief } from "./numbers.js"
import { svg } from "./svg.js"

const APART = 75 // pixels between two numbers across; up they may stand closer
const CLOSER = 60

// A scale takes a number of `domain` to a pixel of `range`; `inverse` takes it back, `marks` are round numbers between.
/**
 * @param {number[]} domain
 * @param {number[]} range
 */
export function linear([low, high], [from, to], apart = APART) {
  const size = (to - from) / (high - low)
  const scale = value => from + (value - low) * size
  scale.inverse = pixel => low + (pixel - from) / size
  scale.marks = marks(low, high, Math.max(3, Math.abs(to - from) / apart))
  return scale
}

// The same for what is spread over powers; its marks are given.
/**
 * @param {number[]} domain
 * @param {number[]} range
 * @param {number[]} marks
 */
export function logarithmic([low, high], [from, to], marks) {
  const scale = value => from + (Math.log(value / low) / Math.log(high / low)) * (to - from)
  scale.marks = marks
  return scale
}

// The two scales of a box [x, y, width, height]; up is up.
/** @type {(ranges: number[][], box: number[]) => ReturnType<typeof linear>[]} */
export const scales = ([across, up], [x, y, w, h]) => [linear(across, [x, x + w]), linear(up, [y + h, y], CLOSER)]

// Whole multiples of a round step that lie between two numbers, about `count` of them.
export function marks(low, high, count) {
  const step = round((high - low) / count)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 4 * count)) }, (_, k) => (first + k) * step)
}

// Draws axes into a group, and answers with what shows the scales of a box. `zero`: also the lines at 0. Without an
// upward scale only what runs across has numbers; `written` says how they are written.
export function axes(group, { zero = false, written = brief } = {}) {
  const [mesh, lines, numbers] = [
    svg("path", { class: "lens-mesh" }),
    svg("path", { class: "lens-axis" }),
    svg("g", { class: "lens-numbers" }),
  ]
  group.append(mesh, lines, numbers)
  /** @param {any} across
   * @param {any} up
   * @param {number[]} box */
  function paint(across, up, [x, y, w, h]) {
    const [right, high] = [across.marks, up?.marks ?? []]
    set(mesh, { d: right.map(a => `M${across(a)} ${y}v${h}`).join("") + high.map(b => `M${x} ${up(b)}h${w}`).join("") })
    if (zero) set(lines, { d: `M${across(0)} ${y}v${h}${up ? `M${x} ${up(0)}h${w}` : ""}` })
    const labels = [
      ...right.map(a => ({ words: written(a), x: across(a), y: y + h + 15, anchor: "middle" })),
      ...high.map(b => ({ words: written(b), x: x - 6, y: up(b) + 4, anchor: "end" })),
    ]
    resize(numbers, labels.length, () => svg("text")).forEach((element, k) => {
      const { words, anchor, ...at } = labels[k]
      set(element, { ...at, "text-anchor": anchor })
      write(element, words)
    })
  }
  return paint
}
