// What the pictures of /chain share: the scene that the server sends, and a little arithmetic with rows and columns.

import { make } from "./matrix.js"
import { real } from "./numbers.js"

// A scene in which every number is {text, value} instead of [text, number].
export function scene(data) {
  const one = ([text, number]) => ({ text, value: real(number) })
  return {
    ...data,
    spaces: data.spaces.map(space => ({
      ...space,
      values: space.values.map(one),
      adjoint: space.adjoint.map(one),
      torch: space.torch.map(real),
      pushed: space.pushed.map(real),
    })),
    stages: data.stages.map(stage => ({ ...stage, entries: stage.entries.map(row => row.map(one)) })),
    product: data.product.map(row => row.map(one)),
  }
}

// vᵀJ: the rows of J (rows of {value}) weighted by v and added up.
export const pullBack = (v, J) => J[0].map((_, j) => v.reduce((sum, weight, i) => sum + weight * J[i][j].value, 0))

// Ju: the columns of J weighted by u and added up.
export const pushForward = (J, u) => J.map(row => row.reduce((sum, entry, j) => sum + entry.value * u[j], 0))

// What each space of a chain gets when v enters at its end, or u at its beginning.
export function backward(stages, v) {
  return stages.reduceRight((found, stage) => [pullBack(found[0], stage.entries), ...found], [v])
}
export function forward(stages, u) {
  return stages.reduce((found, stage) => [...found, pushForward(stage.entries, found.at(-1))], [u])
}

// How opaque a band is: grows faster at first, so that small weights differ too.
export function strength(weight, weights, { full, faintest }) {
  const strongest = Math.max(...weights.map(Math.abs).filter(Number.isFinite), 0)
  if (!weight || !strongest || Number.isNaN(weight)) return 0
  return Math.max(faintest, full * Math.min(1, Math.abs(weight) / strongest) ** 0.7)
}

// LaTeX in brackets where it would read as a sign of its own.
export const bracketed = tex => (/^[-−]/.test(tex) || tex.includes("+") ? `\\left(${tex}\\right)` : tex)

// Same numbers, nan being equal to itself.
export const equal = (a, b) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]) || x === b[i])

// Near enough for two ways of adding in floating point.
export const close = (a, b) =>
  a.length === b.length &&
  a.every((x, i) => Object.is(x, b[i]) || x === b[i] || Math.abs(x - b[i]) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(b[i])))

export function button(text, onclick, attributes = {}) {
  const element = make("button", "", { type: "button", ...attributes })
  element.textContent = text
  element.onclick = onclick
  return element
}
