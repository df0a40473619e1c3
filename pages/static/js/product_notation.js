// How the parts of the matrix product write things: c₁₂ in labels, c_{12} in LaTeX, values as Python has typeset them.

import { make, put } from "./matrix.js"
import { plain, real, short } from "./numbers.js"

const LOWERED = "₀₁₂₃₄₅₆₇₈₉"

// Indices count from 0 in the code and from 1 on the screen.
export const lowered = (...indices) => indices.map(i => String(i + 1).replace(/\d/g, d => LOWERED[d])).join("")
export const place = (letter, i, j) => letter + lowered(i, j)
export const tex = (letter, i, j) => `${letter}_{${i + 1}${j + 1}}`
export const same = (p, q) => Boolean(p && q && p[0] === q[0] && p[1] === q[1])
export const range = count => [...Array(count).keys()]

// "{i} of {n}" with its gaps filled.
export const say = (words, facts = {}) => words.replace(/\{(\w+)\}/g, (gap, name) => facts[name] ?? gap)

// A value is a number, or its LaTeX with the number that it is: ["\\frac{1}{3}", 0.333…].
export const content = value => (Array.isArray(value) ? value[0] : value)
export const float = value => real(Array.isArray(value) ? value[1] : value)
export const machine = rows => rows.map(row => row.map(value => plain(float(value))).join(",")).join(";")

// Writes a value into a cell; what is written shorter than it is stands in full in the tooltip.
export function write(element, value) {
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
  const text = digits.replace("−", "-") + (power ? `\\times 10^{${power.replace("−", "-")}}` : "")
  return factor && text.startsWith("-") ? `(${text})` : text
}

export const coloured = (hue, text) => `\\textcolor{${hue}}{${text}}`

// v₁₂ as an element: quicker than KaTeX where there are hundreds of them.
export const symbol = (letter, i, j) => indexed(letter, `${i + 1}${j + 1}`)

export function indexed(letter, index) {
  const element = make("span", "lens-symbol")
  element.append(text("i", letter), text("sub", index))
  return element
}

// ∂c₁₂/∂b as an element.
export function derivative(i, j, wrt) {
  const element = make("span", "lens-derivative")
  element.append("∂", symbol("c", i, j), "/∂", text("i", wrt))
  return element
}

// Sets an attribute only when it changes: a step touches hundreds of elements, and few of them change.
export function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value)
}

const SETTLE = 60 // ms

// Work that may come a moment after the frame in which the sum moves, such as typesetting: it waits until nothing has
// asked for it for a moment, so that fast stepping does not typeset what nobody can read.
export function later(work) {
  let timer = 0
  return (...facts) => {
    clearTimeout(timer)
    timer = setTimeout(() => work(...facts), SETTLE)
  }
}

export function text(tag, content, className = "", attributes = {}) {
  const element = make(tag, className, attributes)
  element.textContent = content
  return element
}

export function button(label, className, attributes, onclick) {
  const element = text("button", label, className, { type: "button", ...attributes })
  element.onclick = onclick
  return element
}

// One choice of several, side by side: a group of buttons of which one is pressed.
export function choices(label, options, onchange) {
  const group = make("span", "lens-choices", { role: "group", "aria-label": label })
  const buttons = options.map(([value, words, id]) =>
    button(words, "", id ? { "data-testid": id } : {}, () => onchange(value)),
  )
  group.append(...buttons)
  const choose = value =>
    buttons.forEach((each, at) => each.setAttribute("aria-pressed", String(options[at][0] === value)))
  return { element: group, choose }
}

// A drop-down list with its label beside it.
export function select(label, options, id, onchange) {
  const box = make("label", "lens-select")
  const list = make("select", "", { "data-testid": id })
  list.append(...options.map(([value, words]) => Object.assign(text("option", words), { value })))
  list.onchange = () => onchange(list.value)
  box.append(text("span", label), list)
  return { element: box, choose: value => (list.value = value) }
}

// A titled card.
export function card(name, title) {
  const element = make("section", `lens-panel lens-${name}`, { "data-testid": name })
  const heading = text("h3", title)
  element.append(heading)
  return { element, heading }
}
