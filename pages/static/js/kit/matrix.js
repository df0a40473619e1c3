// The one way a matrix is drawn: brackets, cells, and behind a row a band with rounded ends in the hue of its output.
// Its look stands in pages/static/lens.css. KaTeX must be there: await `ready` of maths.js first.

import { make, resize, text, write } from "./dom.js"
import { typeset } from "./maths.js"
import { short } from "./numbers.js"
import { oneStop } from "./roving.js"

const DECIMAL = /^-?\d+(\.\d+)?$/
const contents = new WeakMap() // element -> what is written in it
const tints = new WeakMap() // element -> its band: setting it again would cost a new layout

// Writes LaTeX (text) or a live number into an element, only when it is not there already.
export function put(element, content) {
  if (Object.is(contents.get(element), content)) return
  contents.set(element, content)
  if (typeof content === "number") number(element, content)
  else if (DECIMAL.test(content))
    element.textContent = content.replace("-", "−") // KaTeX would show the same, slower
  else typeset(content, element)
}

// Writes plain words where LaTeX or a number may stand as well.
export function putWords(element, words) {
  contents.delete(element)
  write(element, words)
}

function number(element, x) {
  const [digits, power] = short(x)
  element.textContent = power ? `${digits}×10` : digits
  if (power) element.append(text("sup", "", power))
}

// An empty matrix. `fill` gives it entries, and then it is read as a table.
export function matrix(className = "", label = "") {
  const body = make("span", "lens-body", label ? { "aria-label": label } : {})
  return make("span", `lens-matrix ${className}`, {}, body)
}

// Says what a matrix is called to who does not see what stands around it.
export const called = (element, label) => element.firstChild.setAttribute("aria-label", label)

// The cells are buttons, of which one is chosen: a group, and no table. `pick(i, j)` is called with the one pressed.
export function choosable({ firstChild: body }, pick) {
  const rows = [...body.children]
  const cells = rows.map(row => [...row.children])
  body.role = "group"
  for (const row of rows) row.removeAttribute("role")
  cells.forEach((row, i) => row.forEach((cell, j) => press(cell, () => pick(i, j))))
  oneStop(body, cells)
}

function press(cell, pick) {
  cell.role = "button"
  cell.onclick = pick
  cell.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    pick()
  }
}

// Fills a matrix with rows of LaTeX or numbers, and LaTeX under it as a label. Rows and cells that were there stay, so
// that focus and hovering survive. Answers with its row elements, and its cell elements row by row.
export function fill(element, entries, label = "") {
  const body = element.firstChild
  body.style.setProperty("--columns", entries[0].length)
  if (!body.role) body.role = "table"
  const rows = resize(body, entries.length, () => make("span", "lens-row", { role: "row" }))
  const cells = rows.map((row, i) => resize(row, entries[i].length, () => make("span", "lens-cell", { role: "cell" })))
  cells.forEach((row, i) => row.forEach((cell, j) => put(cell, entries[i][j])))
  if (label) put(element.querySelector(":scope > .lens-label") ?? labelled(element), label)
  return { rows, cells }
}

// The band behind a row or a cell: `hue` is a colour, `strength` its opacity, a negative weight is hatched.
/**
 * @param {HTMLElement} element
 * @param {{ hue: string, strength: number, negative?: boolean }} band
 */
export function tint(element, { hue, strength, negative = false }) {
  const now = `${hue} ${strength.toFixed(3)} ${negative}`
  if (tints.get(element) === now) return
  tints.set(element, now)
  element.classList.add("lens-band")
  element.classList.toggle("lens-negative", negative)
  element.style.setProperty("--hue", hue)
  element.style.setProperty("--strength", strength.toFixed(3))
}

function labelled(element) {
  const label = make("span", "lens-label")
  element.append(label)
  return label
}
