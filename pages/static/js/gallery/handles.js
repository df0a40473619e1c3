// v in the output's layout: every weight is dragged up or down, moved by keys, or typed. All of it is one Tab stop.

import { make, resize, set } from "../kit/dom.js"
import { draggable } from "../kit/drag.js"
import { meant } from "../kit/keys.js"
import { matrix, tint } from "../kit/matrix.js"
import { plain } from "../kit/numbers.js"
import { Roving } from "../kit/roving.js"
import { turn } from "../kit/weights.js"
import { indices, laid, putValue, range, spot } from "./notation.js"

const ASIDE = { ArrowLeft: -1, ArrowRight: 1 } // to the weight before and after; up and down change it

export class Handles {
  /** @type {any[]} */
  cells

  // `weights`: those of kit/weights.js.
  constructor(own, weights) {
    this.own = own
    this.weights = weights
    this.element = matrix("lens-handles")
    this.element.dataset.testid = "v"
    this.roving = new Roving(this.element, { keys: false })
    this.cells = []
  }

  accept(wrong) {
    const { output } = this.own.subject
    const [m, n] = laid(output)
    const body = this.element.firstChild
    body.style.setProperty("--columns", n)
    const rows = resize(body, m, () => make("span", "lens-row")).map((row, i) =>
      resize(row, n, () => make("span", "lens-cell lens-handle", {}, make("span"))).map((cell, j) => {
        this.#hold(cell, i * n + j)
        const place = indices(output, i, j).join("")
        set(cell, { role: "slider", "aria-label": `v${place}` })
        cell.title = this.own.words.type_weight
        cell.classList.toggle("lens-wrong", wrong.has(i * n + j))
        return cell
      }),
    )
    this.cells = rows.flat()
    this.roving.hold(rows)
    this.drawn = null
    this.paint()
  }

  #hold(cell, k) {
    const { weights, own } = this
    draggable(cell, {
      grip: event => {
        if (event.target.closest("input")) return null
        cell.focus({ preventScroll: true })
        return weights.values[k]
      },
      // A finger that moves up or down scrolls the page: it changes a weight by moving aside.
      move: (value, { right, up, event }) =>
        weights.drag(k, weights.scrubbed(value, event.pointerType === "touch" ? right : right + up)),
      end: () => weights.release(),
      undo: () => weights.cancel(),
      tap: () => own.update({ selected: spot(k, laid(own.subject.output)[1]), entry: null }),
    })
    cell.ondblclick = () => this.#type(cell, k)
    cell.onkeydown = event => this.#key(event, cell, k)
  }

  #key(event, cell, k) {
    if (!meant(event) || event.target !== cell) return
    if (event.key === "Enter" || event.key === "F2") this.#type(cell, k)
    else if (event.key in ASIDE) this.cells[k + ASIDE[event.key]]?.focus()
    else return turn(event, k, this.weights)
    event.preventDefault()
    event.stopPropagation()
  }

  // A field in the place of a weight, until Enter or Escape is pressed or it is left.
  #type(cell, k) {
    const input = make("input", "", { "aria-label": cell.getAttribute("aria-label"), autocomplete: "off" })
    input.value = this.weights.texts[k]
    let open = true
    const close = keep => {
      if (!open) return
      open = false
      const typed = input.value.trim()
      input.remove()
      if (keep && typed !== this.weights.texts[k]) this.weights.type(k, typed)
      this.own.update({})
    }
    input.onblur = () => close(true)
    input.onkeydown = event => {
      event.stopPropagation()
      if (event.key !== "Enter" && event.key !== "Escape") return
      event.preventDefault()
      close(event.key === "Enter")
      cell.focus()
    }
    cell.append(input)
    input.focus()
    input.select()
  }

  paint() {
    const { subject } = this.own
    const look = [subject.weights, subject.strengths, this.weights.range]
    if (this.drawn && look.every((part, k) => part === this.drawn[k])) return
    this.drawn = look
    const { texts, range: end } = this.weights
    const n = laid(subject.output)[1]
    range(this.cells.length).forEach(k => {
      const [i, j] = spot(k, n)
      const value = this.weights.values[k]
      if (value === undefined) return
      putValue(this.cells[k].firstChild, subject.weights[i][j])
      set(this.cells[k], {
        "aria-valuenow": plain(value),
        "aria-valuemin": plain(-end),
        "aria-valuemax": plain(end),
        "aria-valuetext": texts[k],
      })
      const strength = subject.strengths[i][j]
      tint(this.cells[k], { hue: subject.hue(i, j), strength, negative: value < 0 })
      this.cells[k].classList.toggle("lens-none", !strength)
    })
  }
}
