// The selected element of c: how it is made and how every entry of its derivative arises. And the closed form, aᵀv or
// v bᵀ, with the row and the column that meet in the picked entry of the gradient.

import { make, resize, text } from "../kit/dom.js"
import { fill, matrix, put, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import { drawDerivative, factors } from "./cards.js"
import { afterwards, card, coloured, content, equals, latex, putValue, range, same, symbol, tex } from "./notation.js"

export class Chosen {
  constructor(own) {
    this.own = own
    const { element, heading } = card("element-card", "")
    this.element = element
    this.heading = heading
    this.formula = make("div", "lens-formula", { "data-testid": "element" })
    this.because = make("div", "lens-formula lens-because", { "data-testid": "because" })
    this.rest = text("p", "lens-quiet", "")
    this.large = matrix()
    this.large.dataset.testid = "enlarged"
    this.name = make("span")
    const line = make("div", "lens-sum-line")
    line.append(this.name, this.large)
    element.append(this.formula, line, this.because, this.rest)
    element.setAttribute("aria-live", "polite")
  }

  accept() {
    this.drawn = null
  }

  paint(state) {
    this.#draw(state)
  }

  #draw = afterwards(state => {
    const [i, j] = state.selected
    const look = [i, j, state.form, state.weighted].join()
    if (look === this.drawn) return
    this.drawn = look
    const { data, words } = this.own
    const { wrt } = data
    const [before, after] = words.element_title.split("{name}")
    this.heading.replaceChildren(before, symbol("c", i, j), after)
    put(this.formula, elementFormula(data, i, j))
    put(
      this.name,
      `${state.weighted ? `${tex("v", i, j)}\\,` : ""}\\frac{\\partial ${tex("c", i, j)}}{\\partial ${wrt}} =`,
    )
    drawDerivative(this.large, data, i, j, state)
    const because = reasons(data, i, j)
    resize(this.because, because.length, () => make("span")).forEach((reason, l) => put(reason, because[l]))
    this.rest.textContent = say(words.others_zero, { i: i + 1, j: j + 1, name: wrt })
  })
}

// c_ij = Σ_l a_il b_lj in letters and in numbers.
function elementFormula({ values, hues, sizes: [, k] }, i, j) {
  const letters = range(k)
    .map(l => `${tex("a", i, l)}\\,${tex("b", l, j)}`)
    .join("+")
  const numbers = range(k)
    .map(l => `${latex(values.a[i][l], true)}\\cdot ${latex(values.b[l][j], true)}`)
    .join("+")
  const shown = range(k).flatMap(l => [values.a[i][l], values.b[l][j]])
  const total = `${equals(...shown, values.c[i][j])} \\mathbf{${latex(values.c[i][j])}}`
  return `${coloured(hues[i], tex("c", i, j))} = ${letters} ${equals(...shown)} ${numbers} ${total}`
}

// ∂c_ij/∂b_lj = a_il for every l: the factor that stands beside the entry in c_ij. One formula each, so that a line
// ends between two of them.
function reasons(data, i, j) {
  const {
    wrt,
    hues,
    sizes: [, k],
  } = data
  const line = factors(data, i, j)
  const one = l => (wrt === "b" ? [tex("b", l, j), tex("a", i, l)] : [tex("a", i, l), tex("b", l, j)])
  return range(k).map(l => {
    const [of, factor] = one(l)
    const end = l < k - 1 ? "," : ""
    const value = `${equals(line[l])} ${latex(line[l])}${end}`
    return `\\dfrac{\\partial ${tex("c", i, j)}}{\\partial ${of}} = ${coloured(hues[i], factor)} ${value}`
  })
}

export class Closed {
  constructor(own) {
    this.own = own
    const { element } = card("closed", own.words.closed)
    element.classList.add("lens-answer")
    this.element = element
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
