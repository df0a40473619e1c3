// One Tab stop for a grid of many elements: arrows move within it, Tab leaves it.

import { ARROWS, meant } from "./keys.js"

const grids = new WeakMap() // element -> its Roving

// One stop for the grid in an element, however often it is filled anew.
export function oneStop(element, rows) {
  if (!grids.has(element)) grids.set(element, new Roving(element))
  grids.get(element).hold(rows)
}

export class Roving {
  /** @type {HTMLElement[][]} */
  #rows = []
  /** @type {HTMLElement | undefined} */
  #held // which of them Tab comes to

  // `element` is around the grid; `keys`: whether the arrows move here, or those of the grid have keys of their own.
  constructor(element, { keys = true } = {}) {
    element.addEventListener("focusin", event => this.#stop(event.target))
    if (keys) element.addEventListener("keydown", event => this.#key(event))
  }

  // The elements, row by row. What had the stop keeps it as long as it is among them.
  hold(rows) {
    this.#rows = rows
    const all = rows.flat()
    for (const element of all) element.tabIndex = -1
    this.#stop(all.includes(this.#held) ? this.#held : all[0])
  }

  #stop(element) {
    if (!this.#place(element)) return
    if (this.#held) this.#held.tabIndex = -1
    this.#held = element
    element.tabIndex = 0
  }

  /** @returns {[number, number] | null} */
  #place(element) {
    const row = this.#rows.findIndex(row => row.includes(element))
    return row < 0 ? null : [row, this.#rows[row].indexOf(element)]
  }

  #key(event) {
    const at = this.#place(event.target)
    const next = at && meant(event) && this.#next(event.key, at)
    if (!next) return
    event.preventDefault()
    event.stopPropagation() // around a grid the arrows may mean steps
    next.focus()
  }

  #next(key, [row, column]) {
    if (key === "Home") return this.#rows[row][0]
    if (key === "End") return this.#rows[row].at(-1)
    const [down, right] = ARROWS[key] ?? []
    return down === undefined ? null : this.#rows[row + down]?.[column + right]
  }
}
