// What the pictures of /chain share: the scene that the server sends, and a little arithmetic with rows and columns.

/** @import { Chain, Written } from "../messages" */

import { add } from "../kit/linear.js"
import { real } from "../kit/numbers.js"

const NO_PATH = "0" // the formula of an entry that is 0 at every point: not even an infinity comes through it

// A scene in which every number is {text, value} instead of [text, number]; an entry of a Jacobian says besides whether
// its variables have a `path` to one another.
/**
 * @template {Chain} Message
 * @param {Message} data
 */
export function scene(data) {
  /** @param {Written} pair */
  const one = ([text, number]) => ({ text, value: real(number) })
  const entry = (pair, formula) => ({ ...one(pair), path: formula !== NO_PATH })
  return {
    ...data,
    spaces: data.spaces.map(space => ({
      ...space,
      values: space.values.map(one),
      adjoint: space.adjoint.map(one),
      torch: space.torch.map(real),
      pushed: space.pushed.map(real),
    })),
    stages: data.stages.map(stage => ({
      ...stage,
      entries: stage.entries.map((row, i) => row.map((pair, j) => entry(pair, stage.formulas[i][j]))),
    })),
    product: data.product.map(row => row.map(one)),
  }
}

const along = (entry, weight) => (entry.path ? weight * entry.value : 0)

// vᵀJ: the rows of J weighted by v and added up.
const pullBack = (v, J) => J[0].map((_, j) => add(v.map((weight, i) => along(J[i][j], weight))))

// Ju: the columns of J weighted by u and added up.
const pushForward = (J, u) => J.map(row => add(row.map((entry, j) => along(entry, u[j]))))

// What each space of a chain gets when v enters at its end, or u at its beginning.
export function backward(stages, v) {
  const found = [v]
  for (const { entries } of [...stages].reverse()) found.unshift(pullBack(found[0], entries))
  return found
}
export function forward(stages, u) {
  const found = [u]
  for (const { entries } of stages) found.push(pushForward(entries, found.at(-1)))
  return found
}

// Same numbers, nan being equal to itself.
export const equal = (a, b) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]) || x === b[i])

// Near enough for two ways of adding in floating point.
export const close = (a, b) =>
  a.length === b.length &&
  a.every(
    (x, i) => Object.is(x, b[i]) || x === b[i] || Math.abs(x - b[i]) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(b[i])),
  )
