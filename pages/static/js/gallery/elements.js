// The output in numbers. Each of its elements is a button that selects its card.

import { button, make, resize, set } from "../kit/dom.js"
import { matrix, tint } from "../kit/matrix.js"
import { Roving } from "../kit/roving.js"
import { say } from "../kit/words.js"
import { float, handle, machine, place, putValue, same } from "./notation.js"

const ROW_TINT = 0.2 // rows carry their hue whatever v is

export class Elements {
  constructor(own) {
    this.own = own
    this.element = matrix("lens-c")
    this.roving = new Roving(this.element)
  }

  accept(rows) {
    const { output } = this.own.subject
    const body = this.element.firstChild
    body.style.setProperty("--columns", rows[0].length)
    this.cells = resize(body, rows.length, () => make("span", "lens-row")).map((row, i) => {
      const cells = resize(row, rows[i].length, () => button("", null, { class: "lens-cell lens-pick" }))
      cells.forEach((cell, j) => this.#write(cell, i, j, rows[i][j]))
      this.#tint(row, cells, i)
      return cells
    })
    this.roving.hold(this.cells)
    this.element.dataset.testid = output.name
    this.element.dataset.value = machine(rows)
  }

  #write(cell, i, j, value) {
    const { own } = this
    cell.dataset.testid = handle(own.subject.output.name, own.subject.output, i, j)
    const name = place(own.subject.output, i, j)
    const facts = { name, i: i + 1, j: j + 1, value: String(float(value)) }
    cell.setAttribute("aria-label", say(own.words.element, facts))
    cell.onclick = () => own.update({ selected: [i, j], entry: null })
    putValue(cell, value)
  }

  // A row of a matrix is one output's hue; of a vector each element has its own.
  #tint(row, cells, i) {
    const { hue, output } = this.own.subject
    if (output.shape.length === 2) tint(row, { hue: hue(i, 0), strength: ROW_TINT })
    else cells.forEach((cell, j) => tint(cell, { hue: hue(i, j), strength: ROW_TINT }))
  }

  paint({ selected, entry }) {
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const chosen = !entry && same(selected, [i, j]) // with an entry of the sum picked, rings are about that
        cell.classList.toggle("lens-selected", chosen)
        set(cell, { "aria-pressed": chosen })
      }),
    )
  }
}
