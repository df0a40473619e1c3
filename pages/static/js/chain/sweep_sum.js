// The sum that a step of the rail makes, built from the same matrices as the rail: KaTeX on a line that long would take
// more than a frame.

import { make, resize } from "../kit/dom.js"
import { fill, matrix, put } from "../kit/matrix.js"

export function paintSum(sum, { hues }, { name, terms, total }) {
  const [left, list, right] = resize(sum, 3, k => make("span", ["", "lens-sweep-terms", "lens-sweep-answer"][k]))
  if (!right.firstChild) right.append(matrix("lens-result"))
  if (left.dataset.tex !== name) left.replaceChildren(typesetOnce(name))
  left.dataset.tex = name
  resize(list, terms.length, sweepTerm).forEach((element, i) => {
    const [sign, weight, row] = element.children
    const { weight: content, entries } = terms[i]
    sign.textContent = i ? "+" : ""
    const negative = typeof content === "number" ? content < 0 : content.startsWith("-")
    weight.classList.toggle("lens-bracketed", negative)
    put(weight, content)
    fill(row, entries)
    const hue = hues[i % hues.length]
    if (element.style.getPropertyValue("--hue") !== hue) element.style.setProperty("--hue", hue)
  })
  right.classList.toggle("lens-sweep-equals", terms.length > 0)
  fill(right.firstChild, total)
  sum.classList.toggle("lens-sweep-many", total[0].length > 4)
}

const names = new Map() // LaTeX -> its element: the few names of a chain come back with every step

function typesetOnce(name) {
  if (!names.has(name)) {
    const element = make("span")
    put(element, `${name} =`)
    names.set(name, element)
  }
  return names.get(name).cloneNode(true)
}

function sweepTerm() {
  const term = make("span", "lens-sweep-term")
  term.append(make("span", "lens-sweep-sign"), make("span"), matrix())
  return term
}
