// The still: every step of the sum at once, from the first term to the gradient, with torch's number beside it. Built
// when it is opened, and drawn by the browser only where it is on the screen.

import { make, text } from "../kit/dom.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import { content, derivative, float, putValue } from "./notation.js"
import { Sum } from "./sum.js"

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
    const { data, words } = this.own
    const steps = data.ledgers[order]
    this.items = steps.map((_, at) => this.#item(steps, at))
    const torch = make("li", "lens-step lens-step-torch", { "data-testid": "ledger-torch" })
    const theirs = matrix("lens-total")
    this.#write(theirs, data.torch.grad)
    torch.append(text("span", "lens-step-head", say(words.torch_says, { name: `${data.wrt}.grad` })), theirs)
    this.list.replaceChildren(...this.items, torch)
  }

  #item(steps, at) {
    const { data } = this.own
    const [i, j] = steps[at]
    const item = make("li", "lens-step", { "data-testid": `ledger-${at + 1}` })
    const head = make("span", "lens-step-head")
    const weight = make("span", "lens-weight")
    weight.style.setProperty("--card-hue", data.hues[i])
    putValue(weight, data.values.v[i][j])
    const [open, close] = float(data.values.v[i][j]) < 0 ? ["(", ")"] : ["", ""]
    head.append(text("b", "", `${at + 1}:`), at ? " + " : " ", open, weight, close, "·", derivative(i, j, data.wrt))
    const sum = matrix()
    sum.classList.toggle("lens-columns", data.wrt === "b")
    const cells = this.#write(sum, Sum.after(data, steps, at + 1))
    cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        if (data.wrt === "b" ? q === j : p === i) {
          tint(cell, { hue: data.hues[i], strength: FRESH })
          cell.classList.add(data.wrt === "b" ? "lens-in-column" : "lens-in-row")
        }
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
