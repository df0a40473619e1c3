// The selected element of the output: how it is made and how every entry of its derivative arises.

import { make, resize, text } from "../kit/dom.js"
import { matrix, put } from "../kit/matrix.js"
import { drawDerivative } from "./cards.js"
import { afterwards, card, fraction, symbol, tex } from "./notation.js"

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
    const { subject, words } = this.own
    const [i, j] = state.selected
    const look = [i, j, state.form, state.weighted].join()
    if (look === this.drawn && this.weights === subject.weights) return
    this.drawn = look
    this.weights = subject.weights
    const [before, after] = words.element_title.split("{name}")
    this.heading.replaceChildren(before, symbol(subject.output, i, j), after)
    put(this.formula, subject.made(i, j))
    put(this.name, `${state.weighted ? `${tex(subject.v, i, j)}\\,` : ""}${fraction(subject, i, j)} =`)
    drawDerivative(this.large, subject, i, j, state)
    const because = subject.reasons(i, j)
    resize(this.because, because.length, () => make("span")).forEach((reason, l) => put(reason, because[l]))
    this.rest.textContent = subject.rest(i, j)
  })
}
