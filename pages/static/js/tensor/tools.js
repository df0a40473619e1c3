// v at one click; folded away the sizes, ways to fill the inputs, and which of them is a batch.

import { Tools as General } from "../gallery/tools.js"
import { button, enable, make, select, text, write } from "../kit/dom.js"
import { say } from "../kit/words.js"

export class Tools {
  constructor(own) {
    this.own = own
    this.sizes = make("span", "lens-group")
    this.batch = make("span", "lens-group")
    this.general = new General(own, { before: [this.sizes, this.batch], fold: own.words.tools })
    this.element = this.general.element
  }

  accept(data) {
    const names = data.operands.map(({ name }) => name)
    if (this.known !== names.join()) {
      this.known = names.join()
      this.steppers = names.flatMap(name => ["rows", "columns"].map(side => this.#stepper(name, side)))
      this.sizes.replaceChildren(...this.steppers.map(({ element }) => element))
      this.#offer(names)
    }
    this.samples.choose(data.batch)
    this.general.accept(data, names)
  }

  #offer(names) {
    const { words } = this.own
    const choices = [["", words.no_batch], ...names.map(name => [name, name])]
    this.samples = select(words.batch, choices, batch => this.own.tell({ batch }), { "data-testid": "batch" })
    this.batch.replaceChildren(this.samples.element)
  }

  // One row or column fewer or more. A matrix of one row becomes a vector, a vector of one entry a number.
  #stepper(name, side) {
    const { words } = this.own
    const told = say(words[side], { name })
    const label = fact => ({ "aria-label": say(words[fact], { name: told }), title: say(words[fact], { name: told }) })
    const change = by => {
      const shape = next(this.#shape(name), side, by)
      if (shape && Math.max(...shape, 0) <= this.own.data.limit) this.own.parts.operands.reshape(name, shape)
    }
    const less = button("−", () => change(-1), { ...label("fewer"), "data-testid": `${name}-${side}-less` })
    const more = button("+", () => change(1), { ...label("more"), "data-testid": `${name}-${side}-more` })
    const count = text("output", "", "", { "data-testid": `size-${name}-${side}` })
    const letter = side === "rows" ? [text("i", "", name)] : ["×"]
    const element = make("span", "lens-stepper", { role: "group", "aria-label": told }, ...letter, less, count, more)
    return { element, name, side, less, more, count }
  }

  #shape(name) {
    return this.own.parts.operands.fields[name].of.shape
  }

  paint(state) {
    for (const { name, side, less, more, count } of this.steppers) {
      const shape = this.#shape(name)
      const size = shape.at(side === "rows" ? -2 : -1)
      write(count, size ?? "–")
      enable(less, Boolean(next(shape, side, -1)))
      enable(more, (size ?? 0) < this.own.data.limit)
    }
    this.general.paint(state)
  }
}

// The shape with one row or column more or fewer; null where there can be none.
/** @type {(shape: number[], side: string, by: number) => number[] | null} */
export function next(shape, side, by) {
  const [rows, columns] = [shape.length > 1 ? shape[0] : 0, shape.length ? shape.at(-1) : 0]
  const [m, n] = side === "rows" ? [rows + by, Math.max(columns, 1)] : [rows, columns + by]
  if (m < 0 || n < 0 || (m > 0 && n === 0)) return null
  return m > 0 ? [m, n] : n > 0 ? [n] : []
}
