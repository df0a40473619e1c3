// The one sequence of steps of a page. Its picture offers it; keys, a clicker and the address go along it.

import { keep, place } from "./place.js"

/**
 * @typedef {object} Sequence
 * @property {() => { step: number, total: number }} at
 * @property {(step: number) => void} go
 * @property {() => string} told what the step says
 * @property {(k: number) => void} pick an output
 */

/** @type {Sequence | null} */
let own = null
const listeners = new Set()

export const steps = () => own

// Whoever shows where one is; answers with what ends that.
export function follow(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// The picture of a page is there, and can be stepped through from now on; it is asked to go where the address says.
/** @param {Sequence} sequence */
export function offer(sequence) {
  own = sequence
  const step = place("step")
  if (step !== null) sequence.go(Math.min(step, sequence.at().total))
  for (const listener of listeners) listener()
  return () => {
    if (own === sequence) own = null
  }
}

export function go(step) {
  if (!own) return
  const { total } = own.at()
  own.go(Math.max(0, Math.min(total, step)))
  moved()
}

// Somebody has stepped: the address knows it, and whoever shows it.
export function moved() {
  if (!own) return
  keep("step", own.at().step)
  for (const listener of listeners) listener()
}
