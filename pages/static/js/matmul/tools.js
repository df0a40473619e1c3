// Under the top line: sizes, ways to fill the matrices, and where v comes from.

import { Tools as General } from "../gallery/tools.js"
import { button, enable, make, text } from "../kit/dom.js"
import { say } from "../kit/words.js"

const SIZES = { m: "rows", k: "inside", n: "columns" }
const MATRICES = ["a", "b", "v"]

export class Tools {
  constructor(own) {
    this.own = own
    this.general = new General(own, { before: [this.#sizes()], random: "ab" })
    this.element = this.general.element
  }

  #sizes() {
    const group = make("span", "lens-group")
    this.steppers = Object.fromEntries(
      Object.entries(SIZES).map(([letter, word]) => {
        const { words } = this.own
        const change = by => {
          const { sizes } = this.own.parts.operands
          const size = sizes[letter] + by
          if (size >= 1 && size <= this.own.data.limit) this.own.parts.operands.resize({ [letter]: size })
        }
        const label = fact => ({
          "aria-label": say(words[fact], { name: words[word] }),
          title: say(words[fact], { name: words[word] }),
        })
        const less = button("−", () => change(-1), { ...label("fewer"), "data-testid": `${letter}-less` })
        const more = button("+", () => change(1), { ...label("more"), "data-testid": `${letter}-more` })
        const count = text("output", "", "", { "data-testid": `size-${letter}` })
        const stepper = make("span", "lens-stepper", { role: "group", "aria-label": words[word], title: words[word] })
        stepper.append(text("i", "", letter), less, count, more)
        group.append(stepper)
        return [letter, { less, more, count }]
      }),
    )
    return group
  }

  accept(data) {
    this.general.accept(data, MATRICES)
  }

  paint(state) {
    const { sizes } = this.own.parts.operands
    for (const [letter, { less, more, count }] of Object.entries(this.steppers)) {
      count.textContent = sizes[letter]
      enable(less, sizes[letter] > 1)
      enable(more, sizes[letter] < this.own.data.limit)
    }
    this.general.paint(state)
  }
}
