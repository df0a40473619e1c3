// The few lines of linear algebra that the pictures need. A matrix is an array of rows: J[i][j] = ∂y_i/∂x_j.

export const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0)
export const times = (J, u) => J.map(row => dot(row, u)) // J u: the columns weighted by u
export const weigh = (v, J) => v.map((weight, i) => J[i].map(entry => weight * entry)) // v_i·J[i, :]
export const pull = (v, J) => J[0].map((_, j) => add(v.map((weight, i) => weight * J[i][j]))) // vᵀJ: the rows weighted by v

// A sum of terms that cancel up to the rounding of floats is 0, as core/maps.py has it.
export const add = terms => {
  const sum = terms.reduce((a, b) => a + b, 0)
  const noise = 4 * Number.EPSILON * terms.reduce((a, b) => a + Math.abs(b), 0)
  return Number.isFinite(noise) && Math.abs(sum) <= noise ? 0 : sum
}

export const det = ([[a, b], [c, d]]) => a * d - b * c
export const oneHot = (k, length) => Array.from({ length }, (_, i) => Number(i === k))
export const finite = values => values.every(Number.isFinite)

// Whole multiples of a round step that lie between two numbers, about `count` of them.
export function ticks(low, high, count) {
  const step = round((high - low) / count)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 4 * count)) }, (_, k) => (first + k) * step)
}

// 1, 2 or 5 times a power of ten, at least `size`.
export function round(size) {
  const power = 10 ** Math.floor(Math.log10(size))
  return power * [1, 2, 5, 10].find(factor => factor * power >= size * (1 - 1e-9))
}
