// The gallery: one card for every element of c, in c's layout. A card holds v_ij and ∂c_ij/∂b (or ∂a), whose only
// entries that are not 0 are row i of a, laid down as column j. Where the matrices do not fit, each card shrinks to a
// picture of itself and the selected one stands enlarged beside the gallery; none is ever left out.

import { button, choice, make, resize, set } from "../kit/dom.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import {
  content,
  derivative,
  float,
  indexed,
  machine,
  place,
  putValue,
  range,
  rounded,
  same,
  symbol,
  tex,
} from "./notation.js"

const MANY = 24 // cards that are still read one by one; more are pictures, unless the reader wants otherwise

export class Cards {
  constructor(own) {
    this.own = own
    const { words } = own
    this.element = make("section", "lens-gallery-of-c", { "aria-label": words.gallery })
    this.frame = make("div", "lens-cards-frame", { tabindex: "-1" })
    this.grid = make("div", "lens-cards", { "data-testid": "cards" })
    this.frame.append(this.grid)
    this.element.append(this.#bar(words), this.frame)
    this.watcher = new ResizeObserver(() => this.#refit())
    this.watcher.observe(this.frame)
  }

  #bar(words) {
    const { own } = this
    this.wrt = choice(
      words.wrt.replace("{wrt}", "a / b"),
      [
        ["b", words.wrt.replace("{wrt}", "b"), "wrt-b"],
        ["a", words.wrt.replace("{wrt}", "a"), "wrt-a"],
      ],
      wrt => {
        if (wrt !== own.data.wrt) own.tell({ wrt })
      },
    )
    this.form = choice(
      words.form,
      [
        ["letters", words.letters, "letters"],
        ["numbers", words.numbers, "numbers"],
      ],
      form => own.update({ form }),
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
    const [before, after] = words.weighted.split("{name}")
    this.weighted.append(before, indexed("v", "ij"), after)
    const controls = [this.wrt.element, this.form.element, this.weighted, this.density.element]
    return make("div", "lens-toolbar", {}, ...controls)
  }

  accept() {
    this.drawn = null
  }

  paint(state) {
    const { data } = this.own
    this.wrt.choose(data.wrt)
    this.form.choose(state.form)
    this.weighted.setAttribute("aria-pressed", String(state.weighted))
    const look = [state.form, state.weighted, state.density].join()
    if (this.drawn !== look) this.#draw(state, look)
    this.#mark(state)
  }

  #draw(state, look) {
    const {
      sizes: [m, , n],
    } = this.own.data
    this.drawn = look
    this.width = this.frame.clientWidth
    const few = m * n <= MANY
    this.compact = state.density === "compact" || (state.density === "auto" && (!few || this.crowded === this.#shape()))
    this.#drawCards(state)
    if (state.density === "auto" && !this.compact && this.grid.scrollWidth > this.frame.clientWidth + 1) {
      this.crowded = this.#shape()
      this.compact = true
      this.#drawCards(state)
    }
    this.density.choose(this.compact ? "compact" : "full")
    this.#spare(m * n)
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
    return [this.own.data.sizes, this.own.data.wrt, this.drawn, this.width].join()
  }

  #refit() {
    if (this.drawn && this.frame.clientWidth !== this.width) {
      this.drawn = null
      this.own.update({})
    }
  }

  #drawCards(state) {
    const { data } = this.own
    const [m, , n] = data.sizes
    this.grid.style.setProperty("--n", n)
    this.grid.classList.toggle("lens-compact", this.compact)
    this.rings = []
    this.cards = resize(this.grid, m * n, () => make("button", "lens-card", { type: "button" })).map((card, at) => {
      const [i, j] = [Math.floor(at / n), at % n]
      card.onclick = () => this.own.update({ selected: [i, j], entry: null })
      card.dataset.testid = `card-${i + 1}-${j + 1}`
      card.dataset.weight = String(float(data.values.v[i][j]))
      card.dataset.value = machine(entries(data, i, j, state.weighted))
      card.setAttribute("aria-label", this.#label(i, j))
      card.style.setProperty("--card-hue", data.hues[i])
      card.classList.toggle("lens-none", !data.strengths[i][j])
      card.replaceChildren(...(this.compact ? this.#picture(i, j, n, m) : this.#matrix(i, j, state)))
      return card
    })
  }

  #label(i, j) {
    const { data, words } = this.own
    const { wrt } = data
    const line = wrt === "b" ? j : i
    return (
      say(words.card_label, {
        name: `∂${place("c", i, j)}/∂${wrt}`,
        value: float(data.values.v[i][j]),
        p: line + 1,
        values: factors(data, i, j).map(float).join(", "),
      }) +
      " " +
      say(words.one_line, { p: line + 1, name: wrt === "b" ? words.column : words.row })
    )
  }

  #head(i, j, value) {
    const { data, state } = this.own
    const head = make("span", "lens-card-head")
    const weight = make("span", "lens-weight")
    const amount = make("span", "")
    putValue(amount, value)
    weight.append(symbol("v", i, j), rounded(value) ? " ≈ " : " = ", amount)
    const what = make("span", "lens-what")
    if (state.weighted) what.append(symbol("v", i, j), " ")
    what.append(derivative(i, j, data.wrt))
    head.append(weight, what)
    return head
  }

  #matrix(i, j, state) {
    const { data } = this.own
    const element = matrix()
    drawDerivative(element, data, i, j, state)
    return [this.#head(i, j, data.values.v[i][j]), element]
  }

  // A small picture: the line that is not 0, where it stands.
  #picture(i, j, n, m) {
    const { data } = this.own
    const thumb = make("span", "lens-thumb", { "aria-hidden": "true" })
    const stripe = make("span", "lens-stripe")
    const [at, of] = data.wrt === "b" ? [j, n] : [i, m]
    stripe.classList.add(data.wrt === "b" ? "lens-upright" : "lens-level")
    stripe.style.setProperty("--at", at / of)
    stripe.style.setProperty("--of", 1 / of)
    stripe.style.setProperty("--hue", data.hues[i])
    stripe.style.setProperty("--strength", data.strengths[i][j])
    stripe.classList.toggle("lens-minus", float(data.values.v[i][j]) < 0)
    thumb.append(stripe)
    const name = make("span", "lens-card-head")
    const amount = make("span", "lens-weight")
    putValue(amount, data.values.v[i][j])
    name.append(symbol("c", i, j), amount)
    return [name, thumb]
  }

  #mark({ step, selected, entry, lit }) {
    const { data, order } = this.own
    const [, k, n] = data.sizes
    const added = new Set(order.slice(0, step).map(([i, j]) => i * n + j))
    const width = data.wrt === "b" ? n : k
    const along = data.wrt === "b" ? 1 : 0
    this.grid.classList.toggle("lens-feeding", Boolean(entry))
    this.cards.forEach((card, at) => {
      const place = [Math.floor(at / n), at % n]
      const feeds = Boolean(entry) && entry[along] === place[along]
      card.classList.toggle("lens-pending", !added.has(at))
      card.classList.toggle("lens-selected", !entry && same(place, selected))
      card.classList.toggle("lens-feeds", feeds)
      set(card, { "aria-pressed": same(place, selected) })
      this.#ring(at, feeds ? entry : lit && lit[0] === at ? [Math.floor(lit[1] / width), lit[1] % width] : null)
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

// The k values of the line that is not 0: row i of a, or column j of b.
export function factors(data, i, j) {
  return data.wrt === "b" ? data.values.a[i] : data.values.b.map(row => row[j])
}

// ∂c_ij/∂(wrt) as rows of values, weighted or not.
export function entries(data, i, j, weighted) {
  const line = weighted ? data.weighted[i][j] : factors(data, i, j)
  const [m, k, n] = data.sizes
  if (data.wrt === "b") return range(k).map(p => range(n).map(q => (q === j ? line[p] : 0)))
  return range(m).map(p => range(k).map(q => (p === i ? line[q] : 0)))
}

// The same in letters.
export function letters(data, i, j, weighted) {
  const [m, k, n] = data.sizes
  const weight = weighted ? `${tex("v", i, j)}\\,` : ""
  if (data.wrt === "b") return range(k).map(p => range(n).map(q => (q === j ? weight + tex("a", i, p) : "0")))
  return range(m).map(p => range(k).map(q => (p === i ? weight + tex("b", q, j) : "0")))
}

// Fills a matrix with ∂c_ij/∂(wrt), its line tinted in row i's hue.
export function drawDerivative(element, data, i, j, { form, weighted }) {
  const values = entries(data, i, j, weighted)
  const shown = form === "letters" ? letters(data, i, j, weighted) : values.map(row => row.map(content))
  const { rows, cells } = fill(element, shown)
  element.classList.toggle("lens-columns", data.wrt === "b")
  cells.forEach((row, p) =>
    row.forEach((cell, q) => {
      const line = data.wrt === "b" ? q === j : p === i
      cell.classList.toggle("lens-zero", !line)
      cell.classList.toggle("lens-in-column", line && data.wrt === "b")
      cell.classList.toggle("lens-in-row", line && data.wrt === "a")
      if (line) tintOf(cell, data, i, j)
      else tint(cell, { hue: "transparent", strength: 0 })
      if (form === "numbers" && line) putValue(cell, values[p][q])
    }),
  )
  return { rows, cells }
}

function tintOf(element, data, i, j) {
  tint(element, { hue: data.hues[i], strength: data.strengths[i][j], negative: float(data.values.v[i][j]) < 0 })
}
