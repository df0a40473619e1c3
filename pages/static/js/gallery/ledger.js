// The still: every step of the sum at once, from the first term to the gradient, with torch's number beside it. Built
// when it is opened, and drawn by the browser only where it is on the screen.

import { make, text } from "../kit/dom.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import { content, derivative, float, putValue } from "./notation.js"

const FRESH = 0.3

export class Ledger {
  constructor(own) {
    this.own = own
    const { words } = own
    this.element = make("details", "lens-panel lens-ledger lens-answer", { "data-testid": "ledger" })
    this.element.append(text("summary", "", words.ledger), text("p", "lens-quiet", words.ledger_help))
    this.list = make("ol", "lens-steps")
    this.element.append(this.list)
    this.element.ontoggle = () => this.paint(own.state)
    // Who wants no motion gets the picture that needs none.
    this.element.open = matchMedia("(prefers-reduced-motion: reduce)").matches
  }

  accept() {
    this.drawn = null
  }

  paint({ order, step }) {
    if (!this.element.open) return
    if (this.drawn !== order) this.#draw(order)
    this.items.forEach((item, at) => item.classList.toggle("lens-now", at + 1 === step))
  }

  #draw(order) {
    this.drawn = order
    const { data, subject, words } = this.own
    this.items = subject.order(order).map((place, at) => this.#item(place, order, at))
    const torch = make("li", "lens-step lens-step-torch", { "data-testid": "ledger-torch" })
    const theirs = matrix("lens-total")
    this.#write(theirs, data.torch.grad)
    torch.append(text("span", "lens-step-head", say(words.torch_says, { name: `${subject.wrt.name}.grad` })), theirs)
    this.list.replaceChildren(...this.items, torch)
  }

  #item([i, j], order, at) {
    const { subject } = this.own
    const item = make("li", "lens-step", { "data-testid": `ledger-${at + 1}` })
    const head = make("span", "lens-step-head")
    const weight = make("span", "lens-weight")
    weight.style.setProperty("--card-hue", subject.hue(i, j))
    putValue(weight, subject.weights[i][j])
    const [open, close] = float(subject.weights[i][j]) < 0 ? ["(", ")"] : ["", ""]
    head.append(text("b", "", `${at + 1}:`), at ? " + " : " ", open, weight, close, "·", derivative(subject, i, j))
    const sum = matrix()
    sum.classList.toggle("lens-columns", subject.band === "column")
    const cells = this.#write(sum, subject.after(order, at + 1))
    cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        if (!subject.reaches(i, j, p, q)) return
        tint(cell, { hue: subject.hue(i, j), strength: FRESH })
        if (subject.band) cell.classList.add(`lens-in-${subject.band}`)
      }),
    )
    item.append(head, sum)
    return item
  }

  #write(element, rows) {
    const { cells } = fill(
      element,
      rows.map(row => row.map(content)),
    )
    cells.forEach((row, p) => row.forEach((cell, q) => putValue(cell, rows[p][q])))
    return cells
  }
}
