// How the parts of a gallery write things: c₁₂ in labels, c_{12} in LaTeX, values as Python has typeset them. What
// has a name and a shape is {name, tex, shape}; all is laid out in rows, a vector or a number in a single one.

/** @import { Shaped, Value } from "../messages" */

import { make, text } from "../kit/dom.js"
import { later } from "../kit/later.js"
import { put } from "../kit/matrix.js"
import { bracketed, plain, real, short, subscript } from "../kit/numbers.js"

// Indices count from 0 in the code and from 1 on the screen.
/** @type {(of: { shape: number[] }, i: number, j: number) => number[]} */
export const indices = ({ shape }, i, j) => [i, j].slice(2 - shape.length).map(index => index + 1)
/** @type {(of: Shaped, i: number, j: number) => string} */
export const place = (of, i, j) => of.name + indices(of, i, j).map(subscript).join("")
/** @type {(of: Shaped, i: number, j: number) => string} */
export const tex = (of, i, j) => (of.shape.length ? `${of.tex}_{${indices(of, i, j).join("")}}` : of.tex)
// "card-1-2", of a vector "card-2", of a number "card".
/** @type {(name: string, of: { shape: number[] }, i: number, j: number) => string} */
export const handle = (name, of, i, j) => [name, ...[i + 1, j + 1].slice(2 - of.shape.length)].join("-")
export const same = (p, q) => Boolean(p && q && p[0] === q[0] && p[1] === q[1])
export const range = count => [...Array(count).keys()]

// How many rows a shape is laid out in, and how many columns.
/** @type {(of: { shape: number[] }) => number[]} */
export const laid = ({ shape }) => [shape.at(-2) ?? 1, shape.at(-1) ?? 1]
/** @type {(count: number, columns: number) => number[]} */
export const spot = (at, columns) => [Math.floor(at / columns), at % columns]
// Every place of a shape in reading order.
/** @type {(of: { shape: number[] }) => number[][]} */
export const places = of => {
  const [rows, columns] = laid(of)
  return range(rows).flatMap(i => range(columns).map(j => [i, j]))
}

// A value is a number, or its LaTeX with the number that it is: ["\\frac{1}{3}", 0.333…].
/** @type {(value: Value) => string | number} */
export const content = value => (Array.isArray(value) ? value[0] : value)
/** @type {(value: Value) => number} */
export const float = value => real(Array.isArray(value) ? value[1] : value)
export const machine = rows => rows.map(row => row.map(value => plain(float(value))).join(",")).join(";")

// Writes a value into a cell; what is written shorter than it is stands in full in the tooltip.
export function putValue(element, value) {
  put(element, content(value))
  const full = plain(float(value))
  const [digits, power] = short(float(value))
  element.title = Array.isArray(value) || power || digits.replace("−", "-") !== full ? full : ""
}

// Whether what is written for a value is not all of it.
export function rounded(value) {
  if (Array.isArray(value)) return false
  const [digits, power] = short(value)
  return plain(Number(`${digits}e${power || 0}`.replaceAll("−", "-"))) !== plain(value)
}

// The sign before what is made of these values: ≈ where one of them is written shorter than it is.
export const equals = (...values) => (values.some(rounded) ? "\\approx" : "=")

// About how wide a value is written, in em of KaTeX's digits: a fraction is as wide as its longer part.
export function breadth(value) {
  if (Array.isArray(value)) {
    const parts = value[0].replaceAll("\\frac", "").split("}{")
    return Math.max(...parts.map(part => wide(part.replace(/\\[a-z]+/gi, "−").replace(/[{}\s\\]/g, ""))))
  }
  const [digits, power] = short(value)
  return wide(digits) + (power ? wide("×10") + 0.7 * wide(power) : 0)
}

const WIDTHS = { ".": 0.28, "×": 0.78, "−": 0.78, "-": 0.78 }
const wide = text => [...text].reduce((sum, sign) => sum + (WIDTHS[sign] ?? 0.5), 0)

// A value as LaTeX; `factor` puts a negative one in brackets, so that it can follow a sign.
export function latex(value, factor = false) {
  const [digits, power] = Array.isArray(value) ? [value[0], ""] : short(value)
  const written = digits.replace("−", "-") + (power ? `\\times 10^{${power.replace("−", "-")}}` : "")
  return factor ? bracketed(written) : written
}

export const coloured = (hue, text) => `\\textcolor{${hue}}{${text}}`

// v₁₂ as an element: quicker than KaTeX where there are hundreds of them.
/** @type {(of: Shaped, i: number, j: number) => HTMLElement} */
export const symbol = (of, i, j) => indexed(of.name, indices(of, i, j).join(""))

export function indexed(letter, index) {
  const element = make("span", "lens-symbol")
  element.append(text("i", "", letter))
  if (index) element.append(text("sub", "", index))
  return element
}

// ∂c₁₂/∂b as an element.
export function derivative({ output, wrt }, i, j) {
  const element = make("span", "lens-derivative")
  element.append("∂", symbol(output, i, j), "/∂", text("i", "", wrt.name))
  return element
}

// The same in LaTeX.
export const fraction = ({ output, wrt }, i, j) => `\\frac{\\partial ${tex(output, i, j)}}{\\partial ${wrt.tex}}`

const SETTLE = 60 // ms

// What may come a moment after the frame in which the sum moves, such as typesetting: fast stepping does not typeset
// what nobody can read.
export const afterwards = work => later(work, SETTLE)

// A titled card.
export function card(name, title) {
  const element = make("section", `lens-panel lens-${name}`, { "data-testid": name })
  const heading = text("h2", "", title)
  element.append(heading)
  return { element, heading }
}
