// The closed form, aᵀv or v bᵀ, with the row and the column that meet in the picked entry of the gradient.

import { card, content, putValue, same } from "../gallery/notation.js"
import { make, text } from "../kit/dom.js"
import { fill, matrix, put, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"

export class Closed {
  constructor(own) {
    this.own = own
    const { element } = card("closed", own.words.closed)
    this.element = element
    element.classList.add("lens-answer")
    this.line = make("div", "lens-sum-line")
    this.matrices = [matrix(), matrix(), matrix("lens-total")]
    this.signs = [make("span"), make("span")]
    const [left, right] = [make("span", "lens-together"), make("span", "lens-together")]
    left.append(this.signs[0], this.matrices[0])
    right.append(this.signs[1], this.matrices[2])
    this.line.append(left, this.matrices[1], right)
    this.told = text("p", "lens-quiet", "", { "data-testid": "closed-form" })
    element.append(this.line, this.told)
  }

  accept(data) {
    const { wrt, values, grad } = data
    this.told.textContent = ""
    const turned = wrt === "b" ? transpose(values.a) : transpose(values.b)
    const [left, right] = wrt === "b" ? [turned, values.v] : [values.v, turned]
    put(this.signs[0], wrt === "b" ? "a^{\\top} v =" : "v\\,b^{\\top} =")
    put(this.signs[1], "=")
    this.cells = [left, right, grad].map((rows, at) => {
      const { cells } = fill(
        this.matrices[at],
        rows.map(row => row.map(content)),
      )
      cells.forEach((row, p) => row.forEach((cell, q) => putValue(cell, rows[p][q])))
      return cells
    })
    this.matrices[0].classList.toggle("lens-columns", wrt === "b")
    // Every number of a and v keeps the hue of its row of a, also where the rows have become columns.
    const hued =
      wrt === "b"
        ? [
            { cells: this.cells[0], standing: true },
            { cells: this.cells[1], standing: false },
          ]
        : [{ cells: this.cells[0], standing: false }]
    for (const { cells, standing } of hued) {
      cells.forEach((row, p) =>
        row.forEach((cell, q) => tint(cell, { hue: data.hues[standing ? q : p], strength: 0.2 })),
      )
      cells.flat().forEach(cell => cell.classList.toggle("lens-in-column", standing))
      cells.flat().forEach(cell => cell.classList.toggle("lens-in-row", !standing))
    }
    for (const cell of wrt === "b" ? [] : this.cells[1].flat()) tint(cell, { hue: "transparent", strength: 0 })
  }

  paint({ entry }) {
    const { wrt } = this.own.data
    const { words } = this.own
    if (this.told.textContent && (same(entry, this.entry) || (!entry && !this.entry))) return
    this.entry = entry
    const [p, q] = entry ?? [null, null]
    this.cells.forEach((cells, at) =>
      cells.forEach((row, i) =>
        row.forEach((cell, j) => {
          const meets = entry && [i === p, j === q, i === p && j === q][at]
          cell.classList.toggle("lens-pointed", Boolean(meets))
        }),
      ),
    )
    const [row, column] = wrt === "b" ? [`a`, "v"] : ["v", "b"]
    this.told.textContent = entry
      ? say(wrt === "b" ? words.closed_read : words.closed_read_a, { p: p + 1, q: q + 1, a: row, b: column })
      : wrt === "b"
        ? words.closed_help
        : words.closed_help_a
  }
}

const transpose = rows => rows[0].map((_, j) => rows.map(row => row[j]))
