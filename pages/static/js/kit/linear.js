// The few lines of linear algebra that the pictures need. A matrix is an array of rows: J[i][j] = ∂y_i/∂x_j.

export const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0)
export const times = (J, u) => J.map(row => dot(row, u)) // J u: the columns weighted by u
export const weigh = (v, J) => v.map((weight, i) => J[i].map(entry => weight * entry)) // v_i·J[i, :]
export const pull = (v, J) => J[0].map((_, j) => add(v.map((weight, i) => weight * J[i][j]))) // vᵀJ: the rows by v
// vᵀJ where rows of weight 0 have no say, whatever they lack
export const pullKnown = (v, J) =>
  pull(
    v,
    J.map((row, i) => (v[i] === 0 ? row.map(() => 0) : row)),
  )

// A sum of terms that cancel up to the rounding of floats is 0, as core/maps.py has it.
export const add = terms => {
  const sum = terms.reduce((a, b) => a + b, 0)
  const noise = 4 * Number.EPSILON * terms.reduce((a, b) => a + Math.abs(b), 0)
  return Number.isFinite(noise) && Math.abs(sum) <= noise ? 0 : sum
}

/** @type {(matrix: number[][]) => number} */
export const det = ([[a, b], [c, d]]) => a * d - b * c
export const oneHot = (k, length) => Array.from({ length }, (_, i) => Number(i === k))
// x with other numbers at the places `which`.
export function replaced(x, which, numbers) {
  const moved = [...x]
  which.forEach((k, i) => {
    moved[k] = numbers[i]
  })
  return moved
}

export const finite = values => values.every(Number.isFinite)

// 1, 2 or 5 times a power of ten, at least `size`.
export function round(size) {
  const power = 10 ** Math.floor(Math.log10(size))
  return power * [1, 2, 5, 10].find(factor => factor * power >= size * (1 - 1e-9))
}
