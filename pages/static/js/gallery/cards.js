// The gallery: one card for every element of the output, in the output's layout. A card holds v_ij and ∂c_ij/∂b. Where
// the matrices do not fit, each card shrinks to a picture of itself and the selected one stands enlarged beside the
// gallery; none is ever left out.

import { button, choice, make, resize, set, write } from "../kit/dom.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { Roving } from "../kit/roving.js"
import {
  content,
  derivative,
  float,
  handle,
  indexed,
  laid,
  machine,
  places,
  putValue,
  range,
  rounded,
  same,
  spot,
  symbol,
} from "./notation.js"

const MANY = 24 // cards that are still read one by one; more are pictures, unless the reader wants otherwise

export class Cards {
  constructor(own) {
    this.own = own
    const { words } = own
    this.element = make("section", "lens-gallery-of-c", { "aria-label": words.gallery })
    this.frame = make("div", "lens-cards-frame", { tabindex: "-1" })
    this.grid = make("div", "lens-cards", { "data-testid": "cards" })
    this.roving = new Roving(this.grid)
    this.frame.append(this.grid)
    this.bar = make("div", "lens-toolbar")
    this.element.append(this.bar, this.frame)
    this.#tools(words)
    this.watcher = new ResizeObserver(() => this.#refit())
    this.watcher.observe(this.frame)
  }

  #tools(words) {
    const { own } = this
    this.form = choice(
      words.form,
      [
        ["letters", words.letters, "letters"],
        ["numbers", words.numbers, "numbers"],
      ],
      form => own.write(form),
    )
    this.density = choice(
      words.density,
      [
        ["full", words.full, "full"],
        ["compact", words.compact, "compact"],
      ],
      density => own.update({ density }),
    )
    this.weighted = button("", () => own.update({ weighted: !own.state.weighted }), {
      class: "lens-toggle",
      "data-testid": "weighted",
    })
  }

  // By which input is differentiated: as many buttons as there are inputs.
  #inputs({ inputs, wrt }) {
    const known = inputs.join()
    if (this.known !== known) {
      this.known = known
      const { own } = this
      const { words } = own
      const named = name => words.wrt.replace("{wrt}", name)
      this.wrt = choice(
        named(inputs.join(" / ")),
        inputs.map(name => [name, named(name), `wrt-${name}`]),
        name => name !== own.subject.wrt.name && own.tell({ wrt: name }),
      )
      this.bar.replaceChildren(this.wrt.element, this.form.element, this.weighted, this.density.element)
    }
    this.wrt.choose(wrt.name)
  }

  accept() {
    const { subject, words } = this.own
    this.drawn = null
    this.#inputs(subject)
    const [before, after] = words.weighted.split("{name}")
    this.weighted.replaceChildren(before, indexed("v", ["", "i", "ij"][subject.output.shape.length]), after)
  }

  paint(state) {
    const { subject } = this.own
    const form = subject.letters ? state.form : "numbers"
    this.form.choose(form)
    this.weighted.setAttribute("aria-pressed", String(state.weighted))
    const look = [form, state.weighted, state.density].join()
    if (this.drawn !== look) this.#draw(state, look)
    else if (this.weights !== subject.weights) this.#reweigh(state)
    this.#mark(state)
  }

  #draw(state, look) {
    const count = this.#count()
    this.drawn = look
    this.width = this.frame.clientWidth
    const few = count <= MANY
    this.compact = state.density === "compact" || (state.density === "auto" && (!few || this.crowded === this.#shape()))
    this.grid.classList.remove("lens-small")
    this.#drawCards(state)
    if (state.density === "auto" && !this.compact) this.#squeeze(state)
    this.density.choose(this.compact ? "compact" : "full")
    this.#spare(count)
  }

  // Cards that do not fit are drawn smaller; where that is not enough, as pictures.
  #squeeze(state) {
    const wide = () => this.grid.scrollWidth > this.frame.clientWidth + 1
    if (wide()) this.grid.classList.add("lens-small")
    if (!wide() || (state.form === "letters" && this.#count() <= MANY)) return // letters are there to be read
    this.crowded = this.#shape()
    this.compact = true
    this.#drawCards(state)
  }

  #count() {
    const [m, n] = laid(this.own.subject.output)
    return m * n
  }

  // Tells the browser how large a card is that it need not lay out.
  #spare(count) {
    this.grid.classList.remove("lens-many")
    if (this.compact || count <= MANY) return
    const { width, height } = this.cards[0].getBoundingClientRect()
    this.grid.style.setProperty("--card-width", `${Math.round(width)}px`)
    this.grid.style.setProperty("--card-height", `${Math.round(height)}px`)
    this.grid.classList.add("lens-many")
  }

  // Whether the cards fit depends on all of this; a wider window or other numbers get another try.
  #shape() {
    const { output, wrt } = this.own.subject
    return [output.shape, wrt.name, wrt.shape, this.drawn, this.width].join()
  }

  #refit() {
    if (this.drawn && this.frame.clientWidth !== this.width) {
      this.drawn = null
      this.own.update({})
    }
  }

  #drawCards(state) {
    const { subject } = this.own
    const [, n] = laid(subject.output)
    this.grid.style.setProperty("--n", n)
    this.grid.classList.toggle("lens-compact", this.compact)
    this.rings = []
    this.weights = subject.weights
    const all = places(subject.output)
    this.cards = resize(this.grid, all.length, () => make("button", "lens-card", { type: "button" })).map(
      (card, at) => {
        const [i, j] = all[at]
        card.onclick = () => this.own.update({ selected: [i, j], entry: null })
        card.dataset.testid = handle("card", subject.output, i, j)
        card.style.setProperty("--card-hue", subject.hue(i, j))
        const shown = this.compact ? this.#picture(i, j) : this.#matrix(i, j, state)
        for (const part of shown) set(part, { "aria-hidden": true }) // a sentence says the same
        card.replaceChildren(make("span", "lens-unseen"), ...shown)
        this.#label(card, i, j, state)
        return card
      },
    )
    this.roving.hold(range(all.length / n).map(i => this.cards.slice(i * n, (i + 1) * n)))
  }

  #label(card, i, j, { weighted }) {
    const { subject } = this.own
    card.dataset.weight = String(float(subject.weights[i][j]))
    card.dataset.value = machine(subject.entries(i, j, weighted))
    write(card.firstChild, subject.label(i, j))
    card.classList.toggle("lens-none", !subject.strengths[i][j])
  }

  // Other weights, while they are dragged: cards whose weight has changed say so, and all share the tints out anew.
  #reweigh(state) {
    const { subject } = this.own
    places(subject.output).forEach(([i, j], at) => {
      const card = this.cards[at]
      if (this.weights[i][j] !== subject.weights[i][j]) {
        const weight = card.querySelector(".lens-weight")
        weight.replaceWith(this.compact ? this.#amount(i, j) : this.#weight(i, j))
        if (!this.compact && state.weighted) drawDerivative(card.querySelector(".lens-matrix"), subject, i, j, state)
        this.#label(card, i, j, state)
      }
      if (this.compact) subject.tintThumb(card.querySelector(".lens-thumb"), i, j)
      else tintCard(card.querySelector(".lens-matrix"), subject, i, j)
    })
    this.weights = subject.weights
  }

  #weight(i, j) {
    const { subject } = this.own
    const value = subject.weights[i][j]
    const weight = make("span", "lens-weight")
    const amount = make("span", "")
    putValue(amount, value)
    weight.append(symbol(subject.v, i, j), rounded(value) ? " ≈ " : " = ", amount)
    return weight
  }

  #amount(i, j) {
    const amount = make("span", "lens-weight")
    putValue(amount, this.own.subject.weights[i][j])
    return amount
  }

  #head(i, j) {
    const { subject, state } = this.own
    const head = make("span", "lens-card-head")
    const what = make("span", "lens-what")
    if (state.weighted) what.append(symbol(subject.v, i, j), " ")
    what.append(derivative(subject, i, j))
    head.append(this.#weight(i, j), what)
    return head
  }

  #matrix(i, j, state) {
    const element = matrix()
    drawDerivative(element, this.own.subject, i, j, state)
    return [this.#head(i, j), element]
  }

  #picture(i, j) {
    const { subject } = this.own
    const thumb = make("span", "lens-thumb", { "aria-hidden": "true" })
    thumb.append(subject.thumb(i, j))
    subject.tintThumb(thumb, i, j)
    const name = make("span", "lens-card-head", {}, symbol(subject.output, i, j), this.#amount(i, j))
    return [name, thumb]
  }

  #mark({ step, selected, entry, lit, slip }) {
    const { subject, order } = this.own
    const [, n] = laid(subject.output)
    const [, width] = laid(subject.wrt)
    const added = new Set(order.slice(0, step).map(([i, j]) => i * n + j))
    this.grid.classList.toggle("lens-feeding", Boolean(entry))
    this.cards.forEach((card, at) => {
      const place = spot(at, n)
      const feeds = Boolean(entry) && subject.reaches(place[0], place[1], entry[0], entry[1])
      card.classList.toggle("lens-pending", !added.has(at))
      card.classList.toggle("lens-selected", !entry && same(place, selected))
      card.classList.toggle("lens-feeds", feeds)
      card.classList.toggle("lens-slip", Boolean(slip?.rows.includes(at)))
      set(card, { "aria-pressed": same(place, selected) })
      this.#ring(at, feeds ? entry : lit && lit[0] === at ? spot(lit[1], width) : null)
    })
  }

  // Rings one entry of a card's matrix.
  #ring(card, at) {
    if (same(at, this.rings[card]) || (!at && !this.rings[card])) return
    this.rings[card] = at
    this.cards[card]
      .querySelectorAll(".lens-row")
      .forEach((row, p) => [...row.children].forEach((cell, q) => cell.classList.toggle("lens-lit", same(at, [p, q]))))
  }

  close() {
    this.watcher.disconnect()
  }
}

// Fills a matrix with ∂c_ij/∂b, what is not always 0 tinted in the output's hue.
export function drawDerivative(element, subject, i, j, { form, weighted }) {
  const values = subject.entries(i, j, weighted)
  const letters = form === "letters" && subject.letters?.(i, j, weighted)
  const { rows, cells } = fill(element, letters || values.map(row => row.map(content)))
  element.classList.toggle("lens-columns", subject.band === "column")
  cells.forEach((row, p) =>
    row.forEach((cell, q) => {
      const reached = subject.reaches(i, j, p, q)
      cell.classList.toggle("lens-zero", !reached)
      cell.classList.toggle("lens-in-column", reached && subject.band === "column")
      cell.classList.toggle("lens-in-row", reached && subject.band === "row")
      if (!letters && reached) putValue(cell, values[p][q])
    }),
  )
  tintCard(element, subject, i, j)
  return { rows, cells }
}

// Every cell that is reached, in the hue and strength of its output.
function tintCard(element, subject, i, j) {
  const band = {
    hue: subject.hue(i, j),
    strength: subject.strengths[i][j],
    negative: float(subject.weights[i][j]) < 0,
  }
  for (const [p, row] of [...element.firstChild.children].entries())
    for (const [q, cell] of [...row.children].entries())
      tint(cell, subject.reaches(i, j, p, q) ? band : { hue: "transparent", strength: 0 })
}
