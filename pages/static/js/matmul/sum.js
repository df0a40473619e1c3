// The running sum: what the terms added so far come to, what they will come to, and what PyTorch answers. An entry of
// it can be picked: the cards that feed it light up, which is where the transpose in aᵀv comes from.

import { button, make, resize, set, text } from "../kit/dom.js"
import { matrix, put, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import {
  afterwards,
  breadth,
  card,
  coloured,
  equals,
  float,
  latex,
  machine,
  putValue,
  range,
  same,
  tex,
} from "./notation.js"

const FRESH = 0.3 // opacity of the line that the last term has changed

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
    this.total = matrix("lens-total")
    this.total.dataset.testid = "total"
    const line = make("div", "lens-sum-line")
    const end = make("span", "lens-together")
    end.append(text("span", "lens-sign", "→"), this.total)
    line.append(this.running, end)
    this.after = text("p", "lens-quiet", "")
    this.feeds = make("div", "lens-feeds-line", { "aria-live": "polite", "data-testid": "feeds" })
    this.verdict = make("p", "", { "data-testid": "agreement" })
    this.torch = text("pre", "lens-code", "", { "data-testid": "torch" })
    const listing = make("div", "lens-listing")
    listing.append(this.torch)
    element.append(line, this.after, this.feeds, this.verdict, listing)
  }

  accept(data) {
    const { words } = this.own
    const { wrt } = data
    this.written = new WeakMap()
    this.running.classList.toggle("lens-columns", wrt === "b")
    this.cells = this.#shape(this.running, data.grad, () => button("", null, { class: "lens-cell lens-pick" }))
    this.cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        cell.dataset.testid = `sum-${p + 1}-${q + 1}`
        cell.classList.toggle("lens-in-column", wrt === "b")
        cell.classList.toggle("lens-in-row", wrt === "a")
      }),
    )
    const column = `minmax(${room(data.ledgers)}em, auto)`
    this.running.firstChild.style.gridTemplateColumns = `repeat(${data.grad[0].length}, ${column})`
    const totals = this.#shape(this.total, data.grad, () => make("span", "lens-cell"))
    totals.forEach((row, p) => row.forEach((cell, q) => putValue(cell, data.grad[p][q])))
    this.total.dataset.value = machine(data.grad)
    this.after.textContent = say(words.after_all, { name: `${wrt}.grad`, value: wrt === "b" ? "aᵀv" : "v bᵀ" })
    this.verdict.className = data.verdict.calm ? "lens-agrees" : "lens-explained"
    this.verdict.textContent = data.verdict.said
    this.torch.textContent = listing(wrt, data.torch.text)
    this.torch.style.setProperty(
      "--characters",
      3 + Math.max(...this.torch.textContent.split("\n").map(line => line.length)),
    )
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

  // The sum after so many steps: every line as the last step that changed it has left it.
  static after(data, order, step) {
    const { wrt, grad } = data
    const rows = grad.map(row => row.map(() => 0))
    for (const [i, j, line] of order.slice(0, step)) {
      line.forEach((value, at) => (wrt === "b" ? (rows[at][j] = value) : (rows[i][at] = value)))
    }
    return rows
  }

  paint({ step, entry, lit }) {
    const { data, order } = this.own
    const rows = Sum.after(data, order, step)
    const last = order[step - 1]
    const width = data.wrt === "b" ? data.sizes[2] : data.sizes[1]
    this.running.dataset.value = machine(rows)
    this.cells.forEach((row, p) =>
      row.forEach((cell, q) => {
        const fresh = Boolean(last) && (data.wrt === "b" ? last[1] === q : last[0] === p)
        this.#write(cell, p, q, rows[p][q], fresh ? last[0] : null)
        set(cell, { "aria-pressed": same(entry, [p, q]) })
        cell.classList.toggle("lens-lit", Boolean(lit && lit[1] === p * width + q))
      }),
    )
    this.after.hidden = Boolean(entry)
    this.#tell(last, entry)
  }

  // One entry of the sum, in the hue of the row whose term has changed it last.
  #write(cell, p, q, value, row) {
    const known = this.written.get(cell)
    if (known && known[0] === value && known[1] === row) return
    this.written.set(cell, [value, row])
    putValue(cell, value)
    tint(cell, { hue: row === null ? "transparent" : this.own.data.hues[row], strength: row === null ? 0 : FRESH })
    cell.setAttribute("aria-label", say(this.own.words.sum_entry, { i: p + 1, j: q + 1, value: float(value) }))
  }

  #tell = afterwards((last, entry) => {
    this.term.replaceChildren(...(last ? [this.#added(last)] : [this.own.words.none_yet]))
    this.#explain(entry)
  })

  #added([i, j]) {
    const { wrt, values } = this.own.data
    const element = make("span")
    const weight = latex(values.v[i][j], true)
    put(element, `+\\,${weight}\\cdot\\frac{\\partial ${tex("c", i, j)}}{\\partial ${wrt}}`)
    return element
  }

  // (b.grad)_pq = Σ_i v_iq a_ip: term by term, in the hue of each row.
  #explain(entry) {
    const { data, words } = this.own
    if (!entry) return this.feeds.replaceChildren(text("p", "lens-quiet", words.sum_hint))
    const [p, q] = entry
    const formula = make("div", "lens-formula")
    put(formula, entryFormula(data, p, q))
    const told = data.wrt === "b" ? words.column_of_a : words.row_of_b
    this.feeds.replaceChildren(formula, text("p", "lens-quiet", say(told, { p: p + 1, q: q + 1 })))
  }
}

// Every term of an entry of the gradient, first in letters, then in numbers.
function entryFormula(data, p, q) {
  const { wrt, values, hues, grad } = data
  const [m, , n] = data.sizes
  const terms =
    wrt === "b"
      ? range(m).map(i => [i, q, tex("a", i, p), values.a[i][p]])
      : range(n).map(j => [p, j, tex("b", q, j), values.b[q][j]])
  const written = terms.map(([i, j, letter]) => coloured(hues[i], `${tex("v", i, j)}\\,${letter}`)).join("+")
  const numbers = terms
    .map(([i, j, , factor]) => coloured(hues[i], `${latex(values.v[i][j], true)}\\cdot ${latex(factor, true)}`))
    .join("+")
  const shown = terms.flatMap(([i, j, , factor]) => [values.v[i][j], factor])
  const total = `${equals(...shown, grad[p][q])} \\mathbf{${latex(grad[p][q])}}`
  return `\\texttt{${wrt}.grad}_{${p + 1}${q + 1}} = ${written} ${equals(...shown)} ${numbers} ${total}`
}

// The width of a column that holds every number the sum will show, in em: so nothing moves while it grows.
function room(ledgers) {
  const widths = Object.values(ledgers).flatMap(steps => steps.flatMap(([, , line]) => line.map(breadth)))
  return (0.85 + Math.max(...widths)).toFixed(2)
}

function listing(wrt, printed) {
  const [first, ...rest] = printed.split("\n")
  const name = `${wrt}.grad`
  return [
    "c = a @ b",
    "c.backward(v)",
    `${name}  # ${first}`,
    ...rest.map(line => `${" ".repeat(name.length)}  # ${line}`),
  ].join("\n")
}
