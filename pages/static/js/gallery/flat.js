// The same derivatives as one Jacobian of vec(c) by vec(b): a row is one ∂c_ij/∂b laid out flat, as torch flattens it.
// Pointing at an entry of J lights the same entry of the small matrix, and the other way round.

import { make, text } from "../kit/dom.js"
import { ARROWS } from "../kit/keys.js"
import { matrix, put, putWords } from "../kit/matrix.js"
import { drawDerivative } from "./cards.js"
import { afterwards, card, fraction, laid, places, putValue, same, spot, symbol } from "./notation.js"

const DOT = 16 // pixels of the picture for one entry
const ROOM = 13 // columns (and rows) up to which the numbers are written into J; beyond it is a picture

export class Flat {
  constructor(own) {
    this.own = own
    const { words } = own
    const { element, heading } = card("jacobian", words.jacobian)
    this.element = element
    this.formula = make("div", "lens-formula")
    this.frame = make("div", "lens-vec-frame")
    this.grid = make("div", "lens-vec", {
      tabindex: "0",
      role: "application",
      "aria-label": words.jacobian,
      "data-testid": "jacobian-grid",
    })
    this.frame.append(this.grid)
    this.small = matrix()
    this.small.dataset.testid = "unflattened"
    this.name = make("span")
    this.told = text("p", "lens-told", "", { "aria-live": "polite", "data-testid": "jacobian-told" })
    const beside = make("div", "lens-sum-line")
    beside.append(this.name, this.small)
    const pair = make("div", "lens-flat-pair")
    pair.append(this.frame, beside)
    const said = make("div", "lens-flat-said")
    said.append(heading, (this.help = text("p", "lens-quiet", "")), this.formula, this.told)
    element.append(said, pair)
    this.grid.onpointermove = event => this.#point(event.target.closest("[data-row]") ?? null, event)
    this.grid.onpointerleave = () => this.own.update({ lit: null })
    this.grid.onclick = event => this.#point(event.target.closest("[data-row]") ?? null, event)
    this.grid.onkeydown = event => this.#key(event)
  }

  accept() {
    const { output, wrt, flat } = this.own.subject
    const [m, n] = laid(output)
    const [k, width] = laid(wrt)
    this.columns = k * width
    this.rows = m * n
    this.n = n
    this.width = width
    this.wide = this.columns > ROOM || this.rows > ROOM
    put(this.formula, flat.formula)
    this.help.textContent = flat.help
    this.grid.classList.toggle("lens-picture", this.wide)
    this.grid.style.setProperty("--rows", this.rows)
    this.grid.style.setProperty("--columns", this.columns)
    this.grid.style.setProperty("--block-rows", flat.blocks[0])
    this.grid.style.setProperty("--block-columns", flat.blocks[1])
    this.grid.replaceChildren(...this.#labels(), this.#area())
    this.smallDrawn = null
  }

  // c_11, c_12, … beside the rows and b_11, b_12, … above the columns.
  #labels() {
    const { output, wrt, hue } = this.own.subject
    const across = places(wrt).map(([p, q], at) => {
      const label = symbol(wrt, p, q)
      label.style.gridArea = `1 / ${at + 2}`
      return label
    })
    const down = places(output).map(([i, j], at) => {
      const label = symbol(output, i, j)
      label.style.gridArea = `${at + 2} / 1`
      label.style.color = hue(i, j)
      return label
    })
    return [...across, ...down]
  }

  // The field of J itself: only entries that are not always 0 are drawn; the rest is ground.
  #area() {
    const { subject } = this.own
    const area = make("div", "lens-vec-area", { "data-row": "" })
    const drawn = places(subject.output).flatMap(([i, j], row) =>
      subject
        .entries(i, j, false)
        .flatMap((line, p) =>
          line
            .map((value, q) => ({ row, column: p * this.width + q, hue: subject.hue(i, j), value, at: [i, j, p, q] }))
            .filter(({ at: [i, j, p, q] }) => subject.reaches(i, j, p, q)),
        ),
    )
    area.append(...(this.wide ? [this.#picture(drawn)] : drawn.map(cell)))
    this.band = make("span", "lens-vec-band")
    this.ring = make("span", "lens-vec-ring")
    area.append(this.band, this.ring)
    return area
  }

  // Hundreds of entries as one picture; each would be an element that every frame has to pass by.
  #picture(entries) {
    const canvas = Object.assign(make("canvas", "", { "aria-hidden": "true" }), {
      width: this.columns * DOT,
      height: this.rows * DOT,
    })
    const pen = canvas.getContext("2d")
    pen.globalAlpha = 0.75
    for (const { row, column, hue } of entries) {
      pen.fillStyle = hue
      pen.beginPath()
      pen.roundRect(column * DOT + 1, row * DOT + 1, DOT - 2, DOT - 2, DOT / 4)
      pen.fill()
    }
    return canvas
  }

  #point(area, event) {
    if (!area) return
    const box = area.getBoundingClientRect()
    const at = (offset, size, count) => Math.max(0, Math.min(count - 1, Math.floor((offset / size) * count)))
    const row = at(event.clientY - box.top, box.height, this.rows)
    const column = at(event.clientX - box.left, box.width, this.columns)
    this.#light(row, column)
  }

  #light(row, column) {
    if (same(this.own.state.lit, [row, column])) return
    this.own.update({ lit: [row, column] })
  }

  #key(event) {
    const [down, right] = ARROWS[event.key] ?? []
    if (down === undefined) return
    event.preventDefault()
    const [row, column] = this.own.state.lit ?? [this.#selectedRow() - down, -right]
    this.#light(
      Math.max(0, Math.min(this.rows - 1, row + down)),
      Math.max(0, Math.min(this.columns - 1, column + right)),
    )
  }

  #selectedRow() {
    const [i, j] = this.own.state.selected
    return i * this.n + j
  }

  paint(state) {
    const row = state.lit ? state.lit[0] : this.#selectedRow()
    const [i, j] = spot(row, this.n)
    // Placed by numbers and not by grid lines: the grid of a large J need not be laid out again.
    this.band.style.setProperty("--row", row)
    this.ring.hidden = !state.lit
    this.ring.style.setProperty("--row", row)
    if (state.lit) this.ring.style.setProperty("--column", state.lit[1])
    this.#beside(i, j, row, state.lit)
  }

  #beside = afterwards((i, j, row, lit) => {
    this.#drawSmall(i, j, row)
    const at = lit && spot(lit[1], this.width)
    this.cells.forEach((cells, p) => cells.forEach((cell, q) => cell.classList.toggle("lens-lit", same(at, [p, q]))))
    this.#tell(i, j, at, row)
  })

  #drawSmall(i, j, row) {
    if (this.smallDrawn === row) return
    this.smallDrawn = row
    const { subject } = this.own
    put(this.name, `${fraction(subject, i, j)} =`)
    this.cells = drawDerivative(this.small, plain(subject), i, j, { form: "numbers", weighted: false }).cells
    this.cells.forEach((cells, p) =>
      cells.forEach((cell, q) => {
        cell.onpointerenter = () => this.#light(row, p * this.width + q)
        cell.onpointerleave = () => this.own.update({ lit: null })
      }),
    )
  }

  #tell(i, j, at, row) {
    const { subject } = this.own
    if (!at) return putWords(this.told, subject.flat.folded(row, i, j))
    const [p, q] = at
    const name = `J_{${row + 1},${p * this.width + q + 1}}`
    put(this.told, `${name} = ${subject.told(i, j, p, q)}`)
  }
}

// The same without weights, every entry in its full tint.
const plain = subject => ({
  ...subject,
  strengths: subject.strengths.map(row => row.map(() => 0.34)),
  weights: subject.weights.map(row => row.map(() => 1)),
})

function cell({ row, column, hue, value }) {
  const element = make("span", "lens-vec-cell")
  element.style.gridArea = `${row + 1} / ${column + 1}`
  element.style.setProperty("--hue", hue)
  const written = make("span") // one box for a number and its power of ten
  putValue(written, value)
  element.append(written)
  return element
}
