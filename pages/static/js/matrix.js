// The one way a matrix is drawn: brackets, cells, and behind a row a band with rounded ends in the hue of its output.
// Its look stands in pages/static/lens.css. KaTeX must be there: await `ready` of maths.js first.

import { typeset } from "./maths.js"
import { write } from "./numbers.js"

const DECIMAL = /^-?\d+(\.\d+)?$/
const contents = new WeakMap() // element -> what is written in it

// Writes LaTeX (text) or a live number into an element, only when it is not there already.
export function put(element, content) {
  if (Object.is(contents.get(element), content)) return
  contents.set(element, content)
  if (typeof content === "number") write(element, content)
  else if (DECIMAL.test(content)) element.textContent = content.replace("-", "−") // KaTeX would show the same, slower
  else typeset(content, element)
}

// An empty matrix. `fill` gives it entries.
export function matrix(className = "") {
  const element = make("span", `lens-matrix ${className}`)
  element.append(make("span", "lens-body"))
  return element
}

// Fills a matrix with rows of LaTeX or numbers, and LaTeX under it as a label. Rows and cells that were there stay, so
// that focus and hovering survive. Answers with its row elements, and its cell elements row by row.
export function fill(element, entries, label = "") {
  const body = element.firstChild
  body.style.setProperty("--columns", entries[0].length)
  const rows = resize(body, entries.length, () => make("span", "lens-row"))
  const cells = rows.map((row, i) => resize(row, entries[i].length, () => make("span", "lens-cell")))
  cells.forEach((row, i) => row.forEach((cell, j) => put(cell, entries[i][j])))
  if (label) put(element.querySelector(":scope > .lens-label") ?? append(element, "lens-label"), label)
  return { rows, cells }
}

// The band behind a row or a cell: `hue` is a colour, `strength` its opacity, a negative weight is hatched.
export function tint(element, { hue, strength, negative = false }) {
  element.classList.add("lens-band")
  element.classList.toggle("lens-negative", negative)
  element.style.setProperty("--hue", hue)
  element.style.setProperty("--strength", strength.toFixed(3))
}

// Makes an element have exactly `count` children and answers with them.
export function resize(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove()
  while (parent.children.length < count) parent.append(create(parent.children.length))
  return [...parent.children]
}

export function make(tag, className = "", attributes = {}) {
  const element = document.createElement(tag)
  if (className) element.className = className
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

function append(parent, className) {
  const element = make("span", className)
  parent.append(element)
  return element
}
