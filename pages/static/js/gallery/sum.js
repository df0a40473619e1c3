// The running sum: what the terms added so far come to, what they will come to, and what PyTorch answers. An entry of
// it can be picked: the cards that feed it light up, which is where the transpose in aᵀv comes from.

import { button, make, resize, set, text } from "../kit/dom.js"
import { matrix, put, tint } from "../kit/matrix.js"
import { Roving } from "../kit/roving.js"
import { say } from "../kit/words.js"
import { afterwards, breadth, card, float, fraction, handle, latex, machine, putValue, same, spot } from "./notation.js"

const FRESH = 0.3 // opacity of what the last term has changed

export class Sum {
  constructor(own) {
    this.own = own
    const { words } = own
    const { element, heading } = card("sum-card", words.running)
    this.element = element
    element.classList.add("lens-answer")
    this.term = text("span", "lens-term", "", { "data-testid": "term" })
    heading.append(" ", this.term)
    this.running = matrix()
    this.running.dataset.testid = "running-sum"
    this.roving = new Roving(this.running)
    this.total = matrix("lens-total")
    this.total.dataset.testid = "total"
    const line = make("div", "lens-sum-line")
    const end = make("span", "lens-together")
    end.append(text("span", "lens-sign", "→"), this.total)
    line.append(this.running, end)
    this.after = text("p", "lens-quiet", "")
    this.closed = make("div", "lens-read-off", { "data-testid": "closed" })
    this.feeds = make("div", "lens-feeds-line", { "aria-live": "polite", "data-testid": "feeds" })
    this.verdict = make("p", "", { "data-testid": "agreement" })
    this.torch = text("pre", "lens-code", "", { "data-testid": "torch" })
    const listing = make("div", "lens-listing")
    listing.append(this.torch)
    element.append(line, this.after, this.closed, this.feeds, this.verdict, listing)
  }

  accept(data) {
    const { subject } = this.own
    const { band, total } = subject
    this.written = new WeakMap()
    this.running.classList.toggle("lens-columns", band === "column")
    this.cells = this.#shape(this.running, total, () => button("", null, { class: "lens-cell lens-pick" }))
    this.cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        cell.dataset.testid = handle("sum", subject.wrt, p, q)
        cell.classList.toggle("lens-in-column", band === "column")
        cell.classList.toggle("lens-in-row", band === "row")
      }),
    )
    this.roving.hold(this.cells)
    this.totals = this.#shape(this.total, total, () => make("span", "lens-cell"))
    const column = `minmax(${room(subject.every())}em, auto)`
    this.running.firstChild.style.gridTemplateColumns = `repeat(${total[0].length}, ${column})`
    this.after.replaceChildren(...subject.afterAll())
    this.#read(subject.closed)
    this.verdict.className = data.verdict.calm ? "lens-agrees" : "lens-explained"
    this.verdict.textContent = data.verdict.said
    this.torch.textContent = subject.listing(data.torch.text)
    const longest = Math.max(...this.torch.textContent.split("\n").map(line => line.length))
    this.torch.style.setProperty("--characters", 3 + longest)
  }

  // The closed form in a line, and why it is so.
  #read(closed) {
    this.closed.hidden = !closed
    if (!closed) return
    const written = tex => {
      const element = make("span")
      put(element, tex)
      return element
    }
    const formula = make("div", "lens-formula lens-because", {}, ...closed.lines.map(written))
    if (closed.letters.length) formula.append(`(${this.own.words.where} `, ...closed.letters.map(written), ")")
    this.closed.replaceChildren(formula, ...closed.said.map(said => text("p", "lens-quiet", said)))
  }

  #shape(element, rows, create) {
    const body = element.firstChild
    body.style.setProperty("--columns", rows[0].length)
    return resize(body, rows.length, () => make("span", "lens-row")).map((row, p) =>
      resize(row, rows[p].length, q => create(p, q)).map((cell, q) => {
        if (element === this.running) cell.onclick = () => this.#pick(p, q)
        return cell
      }),
    )
  }

  #pick(p, q) {
    const { entry } = this.own.state
    this.own.update({ entry: same(entry, [p, q]) ? null : [p, q], playing: false })
  }

  paint({ step, entry, lit, order }) {
    const { subject } = this.own
    const rows = subject.after(order, step)
    const last = this.own.order[step - 1]
    const at = lit && spot(lit[1], rows[0].length)
    this.running.dataset.value = machine(rows)
    this.cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        const fresh = Boolean(last) && subject.reaches(last[0], last[1], p, q)
        this.#write(cell, p, q, rows[p][q], fresh ? subject.hue(last[0], last[1]) : null)
        set(cell, { "aria-pressed": same(entry, [p, q]) })
        cell.classList.toggle("lens-lit", same(at, [p, q]))
      }),
    )
    this.#finish(subject.total)
    this.after.hidden = Boolean(entry)
    this.#tell(last, entry)
  }

  // What all terms come to: it moves with v as well.
  #finish(total) {
    if (this.finished === total) return
    this.finished = total
    this.totals.forEach((row, p) => row.forEach((cell, q) => putValue(cell, total[p][q])))
    this.total.dataset.value = machine(total)
  }

  // One entry of the sum, in the hue of the term that has changed it last.
  #write(cell, p, q, value, hue) {
    const known = this.written.get(cell)
    if (known && known[0] === value && known[1] === hue) return
    this.written.set(cell, [value, hue])
    putValue(cell, value)
    tint(cell, { hue: hue ?? "transparent", strength: hue ? FRESH : 0 })
    cell.setAttribute("aria-label", say(this.own.words.sum_entry, { i: p + 1, j: q + 1, value: float(value) }))
  }

  #tell = afterwards((last, entry) => {
    this.term.replaceChildren(...(last ? [this.#added(last)] : [this.own.words.none_yet]))
    this.#explain(entry)
  })

  #added([i, j]) {
    const { subject } = this.own
    const element = make("span")
    put(element, `+\\,${latex(subject.weights[i][j], true)}\\cdot${fraction(subject, i, j)}`)
    return element
  }

  // Which terms an entry of the gradient is made of, in the hues of their outputs.
  #explain(entry) {
    const { subject, words } = this.own
    if (!entry) return this.feeds.replaceChildren(text("p", "lens-quiet", words.sum_hint))
    const { formula, told } = subject.feeding(entry[0], entry[1])
    const element = make("div", "lens-formula")
    put(element, formula)
    this.feeds.replaceChildren(element, text("p", "lens-quiet", told))
  }
}

// The width of a column that holds every number the sum will show, in em: so nothing moves while it grows.
const room = values => (0.85 + Math.max(...values.map(breadth))).toFixed(2)
