// The top line: a × b = c and v. The entries of a, b and v are fields; those of c are buttons that select an element.

import { Elements } from "../gallery/elements.js"
import { complaint, Field, wrongIn } from "../gallery/field.js"
import { spot } from "../gallery/notation.js"
import { make, text } from "../kit/dom.js"
import { tint } from "../kit/matrix.js"
import { shaped } from "./subject.js"

const EDITABLE = ["a", "b", "v"]
const ROW_TINT = 0.2 // of a, whose rows carry the hue whatever v is

export class Operands {
  constructor(own) {
    this.own = own
    this.element = make("div", "lens-operands")
    this.fields = Object.fromEntries(EDITABLE.map(letter => [letter, new Field(shaped(letter), this)]))
    this.c = new Elements(own)
    const product = make("div", "lens-equation")
    const weights = make("div", "lens-equation")
    product.append(this.fields.a.element, sign("×"), this.fields.b.element, sign("="), this.c.element)
    const v = sign("")
    v.append(text("i", "", "v"), " =")
    weights.append(v, this.fields.v.element)
    this.errors = make("div", "lens-errors", { role: "alert" })
    this.line = make("div", "lens-line")
    this.line.append(product, weights)
    this.element.append(this.line, this.errors)
  }

  accept(data) {
    for (const letter of EDITABLE) this.fields[letter].accept(data.typed[letter], data.latex[letter])
    // One height for the rows of all four matrices, so that row i stands at the same level in a, c and v.
    this.line.classList.toggle("lens-tall", JSON.stringify([data.latex, data.values.c]).includes("frac"))
    this.c.accept(data.values.c)
    this.#hues(data)
    this.#complain(data)
  }

  #hues({ hues, strengths, negative }) {
    this.fields.a.rows.forEach((row, i) => tint(row, { hue: hues[i], strength: ROW_TINT }))
    this.fields.v.tint({ hue: i => hues[i], strengths, minus: new Set(negative.map(String)) })
  }

  // What is wrong, entry by entry; the fields keep what was typed.
  #complain({ errors, refusal, fresh }) {
    const { words } = this.own
    for (const letter of EDITABLE) this.fields[letter].mark(wrongIn(errors, letter))
    const lines = [...errors, ...(refusal ? [refusal] : [])].map(error =>
      complaint(error, shaped(error.matrix), this.own.data.typed[error.matrix]?.[0].length),
    )
    if (!fresh) lines.push(text("p", "lens-quiet", words.stale))
    this.errors.replaceChildren(...lines)
  }

  // What stands in the fields now.
  typed() {
    return Object.fromEntries(EDITABLE.map(letter => [letter, this.fields[letter].texts()]))
  }

  get sizes() {
    const { a, b } = this.fields
    return { m: a.cells.length, k: b.cells.length, n: b.cells[0].length }
  }

  // Other sizes: what has a place keeps it, what had one before comes back, the rest is 1.
  resize(change) {
    const { m, k, n } = { ...this.sizes, ...change }
    const { a, b, v } = this.fields
    const cuts = { a: a.cut(m, k), b: b.cut(k, n), v: v.cut(m, n) }
    // Shown at once: the next press counts from here, however late the answer to this one comes.
    for (const letter of EDITABLE) this.fields[letter].accept(cuts[letter], this.fields[letter].shown)
    this.own.update({})
    this.own.tell(cuts)
  }

  // An entry was typed: the server hears of it.
  commit(letter) {
    if (letter === "v") this.own.weigh({})
    else this.own.tell()
  }

  paste(letter, i, j, pasted) {
    const act = { act: { kind: "paste", matrix: letter, i, j, text: pasted } }
    if (letter === "v") this.own.weigh(act)
    else this.own.tell(act)
  }

  pick(letter, i, j) {
    if (letter === "v") this.own.update({ selected: [i, j], entry: null })
  }

  // The field beside another, in the next matrix where this one ends.
  beside(letter, i, j, down, right) {
    const field = this.fields[letter]
    if (field.cells[i + down]?.[j + right]) return field.inputs[i + down][j + right]
    if (!right) return null
    const other = this.fields[EDITABLE[EDITABLE.indexOf(letter) + right]]
    return other?.inputs[Math.min(i, other.inputs.length - 1)].at(right > 0 ? 0 : -1)
  }

  paint({ selected, entry, lit }) {
    const {
      wrt,
      sizes: [, k, n],
    } = this.own.data
    this.c.paint({ selected, entry })
    // c_ij is made of row i of a and column j of b; an entry of the sum of one column (row) of the other and of v.
    const marks = entry ? fed(entry, wrt) : { a: [selected[0], null], b: [null, selected[1]], v: selected }
    for (const letter of EDITABLE) this.fields[letter].point(marks[letter])
    this.fields[wrt].light(lit && spot(lit[1], wrt === "b" ? n : k))
  }
}

// Which row, column or entry of each operand an entry (p, q) of the gradient is made of.
function fed([p, q], wrt) {
  return wrt === "b" ? { a: [null, p], v: [null, q], b: [p, q] } : { v: [p, null], b: [q, null], a: [p, q] }
}

const sign = content => text("span", "lens-sign", content, content ? { "aria-hidden": "true" } : {})
