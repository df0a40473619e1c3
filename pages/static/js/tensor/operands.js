// The inputs, the output and v: every input is a matrix that is typed into, v one that is dragged.

import { Elements } from "../gallery/elements.js"
import { complaint, Field, wrongIn } from "../gallery/field.js"
import { Handles } from "../gallery/handles.js"
import { laid, spot } from "../gallery/notation.js"
import { make, text, write } from "../kit/dom.js"

export class Operands {
  constructor(own) {
    this.own = own
    /** @type {Record<string, Field>} */
    this.fields = {}
    this.line = make("div", "lens-line")
    this.errors = make("div", "lens-errors", { role: "alert" })
    this.element = make("div", "lens-operands", {}, this.line, this.errors)
    this.output = new Elements(own)
    this.handles = new Handles(own, own.weights)
    this.called = text("i", "", "")
    this.result = make(
      "div",
      "lens-equation",
      {},
      make("span", "lens-sign", {}, this.called, " ="),
      this.output.element,
    )
    this.weighted = make("div", "lens-equation", {}, named("v"), this.handles.element)
  }

  accept(data) {
    const { words } = this.own
    this.fields = Object.fromEntries(data.operands.map(of => [of.name, this.#field(of)]))
    const equations = data.operands.map(of => this.#equation(of, words))
    this.output.accept(data.value)
    this.handles.accept(wrongIn(data.errors, "v"))
    for (const { element } of [this.output, this.handles])
      element.classList.toggle("lens-scalar", data.output.shape.length === 0)
    write(this.called, data.output.name)
    this.#place([...equations, this.result, this.weighted])
    const tall = JSON.stringify([data.operands.map(({ looks }) => looks), data.value, data.v.exact]).includes("frac")
    this.line.classList.toggle("lens-tall", tall)
    this.#complain(data)
  }

  // Elements that stand where they are to be are not touched: one of them may have the focus.
  #place(equations) {
    const now = [...this.line.children]
    if (now.length !== equations.length || now.some((one, k) => one !== equations[k]))
      this.line.replaceChildren(...equations)
  }

  #field(of) {
    const field = this.fields[of.name] ?? new Field(of, this)
    field.accept(of.typed, of.looks, of)
    return field
  }

  #equation(of, words) {
    const { element } = this.fields[of.name]
    const equation = element.parentElement ?? make("div", "lens-equation", {}, named(of.name), element)
    equation.classList.toggle("lens-guessed", of.guessed)
    equation.title = of.guessed ? words.guessed : ""
    element.classList.toggle("lens-scalar", of.shape.length === 0)
    return equation
  }

  // What is wrong, entry by entry; what is wrong with the text stands there.
  #complain({ errors, refusal, fresh, operands, output }) {
    for (const { name } of operands) this.fields[name].mark(wrongIn(errors, name))
    const shapes = { ...Object.fromEntries(operands.map(of => [of.name, of])), v: { ...output, name: "v" } }
    const told = [...errors, ...(refusal ? [refusal] : [])].filter(error => error.matrix !== "f")
    const lines = told.map(error =>
      complaint(error, shapes[error.matrix], shapes[error.matrix] && laid(shapes[error.matrix])[1]),
    )
    if (!fresh) lines.push(text("p", "lens-quiet", this.own.words.stale))
    this.errors.replaceChildren(...lines)
  }

  // What stands in the fields now.
  typed() {
    const { data, parts, state, subject } = this.own
    const [i, j] = state.selected
    return {
      f: parts.program.text,
      letters: state.form === "letters" ? i * laid(subject.output)[1] + j : -1,
      batch: data.batch,
      inputs: Object.entries(this.fields).map(([name, field]) => ({
        name,
        rank: field.of.shape.length,
        rows: field.texts(),
      })),
    }
  }

  // Another shape of an input: what has a place keeps it.
  reshape(name, shape) {
    const field = this.fields[name]
    const [rows, columns] = laid({ shape })
    field.accept(field.cut(rows, columns), field.shown, { ...field.of, shape })
    this.own.update({})
    this.own.tell()
  }

  commit() {
    this.own.tell()
  }

  paste(name, i, j, pasted) {
    this.own.tell({ act: { kind: "paste", matrix: name, i, j, text: pasted } })
  }

  // The field beside another, in the next matrix where this one ends.
  beside(name, i, j, down, right) {
    const field = this.fields[name]
    if (field.cells[i + down]?.[j + right]) return field.inputs[i + down][j + right]
    if (!right) return null
    const names = Object.keys(this.fields)
    const other = this.fields[names[names.indexOf(name) + right]]
    return other?.inputs[Math.min(i, other.inputs.length - 1)].at(right > 0 ? 0 : -1)
  }

  paint(state) {
    const { wrt } = this.own.subject
    this.output.paint(state)
    this.handles.paint()
    const width = laid(wrt)[1]
    for (const [name, field] of Object.entries(this.fields)) {
      field.point(name === wrt.name ? state.entry : null)
      field.light(name === wrt.name && state.lit ? spot(state.lit[1], width) : null)
      field.element.parentElement.classList.toggle("lens-by", name === wrt.name)
    }
  }
}

// What stands before a matrix: its name and an equals sign.
const named = name => make("span", "lens-sign", {}, text("i", "", name), " =")
