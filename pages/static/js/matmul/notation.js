// How the parts of the matrix product write things: c₁₂ in labels, c_{12} in LaTeX, values as Python has typeset them.

/** @import { Value } from "../messages" */

import { make, text } from "../kit/dom.js"
import { later } from "../kit/later.js"
import { put } from "../kit/matrix.js"
import { bracketed, plain, real, short, subscript } from "../kit/numbers.js"

// Indices count from 0 in the code and from 1 on the screen.
export const lowered = (...indices) => indices.map(i => subscript(i + 1)).join("")
export const place = (letter, i, j) => letter + lowered(i, j)
export const tex = (letter, i, j) => `${letter}_{${i + 1}${j + 1}}`
export const same = (p, q) => Boolean(p && q && p[0] === q[0] && p[1] === q[1])
export const range = count => [...Array(count).keys()]

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
export const symbol = (letter, i, j) => indexed(letter, `${i + 1}${j + 1}`)

export function indexed(letter, index) {
  const element = make("span", "lens-symbol")
  element.append(text("i", "", letter), text("sub", "", index))
  return element
}

// ∂c₁₂/∂b as an element.
export function derivative(i, j, wrt) {
  const element = make("span", "lens-derivative")
  element.append("∂", symbol("c", i, j), "/∂", text("i", "", wrt))
  return element
}

const SETTLE = 60 // ms

// What may come a moment after the frame in which the sum moves, such as typesetting: fast stepping does not typeset
// what nobody can read.
export const afterwards = work => later(work, SETTLE)

// A titled card.
export function card(name, title) {
  const element = make("section", `lens-panel lens-${name}`, { "data-testid": name })
  const heading = text("h3", "", title)
  element.append(heading)
  return { element, heading }
}
