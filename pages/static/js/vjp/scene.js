// What every picture of a page sees: f and J of the reader's problem, and where v and x are at this moment.
//
// The channel of the page (bus.js) is the truth while something is dragged. A new answer of the server replaces it,
// except under a hand that is still dragging: the message of its release brings a newer answer.

/** @import { Scene as Message } from "../messages" */

import { channel } from "../kit/bus.js"
import { real } from "../kit/numbers.js"
import { matrix, vector } from "./expression.js"

const formulas = new Map() // text of the trees -> their functions; a page has few
const told = new Map() // page -> the last answer of the server that went to its channel

export class Scene {
  names = []
  outputs = []
  n = 0 // inputs
  m = 0 // outputs
  f = null
  jacobian = null

  constructor(page) {
    this.bus = channel(page)
    this.page = page
  }

  // Takes over an answer of the server: `names`, `outputs`, `x`, `v`, `J`, and where they came along `f` and `df`.
  /** @param {Message} message */
  learn({ names, outputs, x, v, J, f, df, torch, slopes }) {
    Object.assign(this, { names, outputs, n: names.length, m: v.length })
    this.given = { x: x.map(real), v: v.map(real), J: J.map(row => row.map(real)) }
    this.true = slopes?.map(row => row.map(real)) // ∂y_i/∂x_j at the given x, nan where there is none
    this.torch = torch?.map(row => row.map(real))
    if (f) Object.assign(this, functions(f, df))
    const answer = JSON.stringify([names, x, v, J])
    if (told.get(this.page) === answer || this.bus.state.dragging) return
    told.set(this.page, answer)
    const { v: given, ...rest } = this.given
    const known = this.bus.state.v?.length === this.m // v has an owner, weights.js, which knows which answers are late
    this.bus.update({ ...rest, ...(!known && { v: given }) })
  }

  // {x (n), v (m), J (m × n), slopes, conventional, lit, dragging}: from the channel where it fits this problem, else
  // from the server. The slopes are J without its conventions, nan at a kink; `conventional`: they are not the same.
  now() {
    const { x, v, J, lit, dragging } = this.bus.state
    const fits = v?.length === this.m && J?.length === this.m && J[0].length === this.n
    const { given } = this
    const at = fits && x?.length === this.n ? x : given.x
    const entries = fits ? J : given.J
    const slopes = this.slopes(at, entries)
    return {
      v: fits ? v : given.v,
      J: entries,
      slopes,
      conventional: entries.some((row, i) => row.some((entry, j) => !Object.is(entry, slopes[i][j]))),
      x: at,
      lit: lit ?? null,
      dragging: Boolean(dragging),
    }
  }

  // J at x as far as it is one: the server knows at which of its numbers there is a kink, a jump or another slope.
  slopes(x, J) {
    return this.true && x.every((value, j) => value === this.given.x[j]) ? this.true : J
  }

  // Moves x in every picture in the next frame; J follows.
  drag({ x }) {
    this.bus.update({ x, J: this.jacobian(x), dragging: true })
  }

  rest() {
    this.bus.update({ dragging: false })
  }

  // Ends a drag, and answers with what the server should hear of it.
  release() {
    this.rest()
    return { x: this.now().x, from: this.given.x }
  }

  light(row, column = null) {
    this.bus.update({ lit: row === null ? null : { row, column } })
  }
}

function functions(f, df) {
  const key = JSON.stringify([f, df])
  if (!formulas.has(key)) {
    if (formulas.size > 20) formulas.clear()
    formulas.set(key, { f: vector(f), jacobian: matrix(df) })
  }
  return formulas.get(key)
}
