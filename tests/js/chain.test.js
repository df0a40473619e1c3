import assert from "node:assert/strict"
import { test } from "node:test"
import { counts } from "../../pages/static/js/chain/counts.js"
import { backward, close, equal, forward } from "../../pages/static/js/chain/scene.js"

const entries = rows => ({ entries: rows.map(row => row.map(value => ({ value, path: value !== null }))) })
const stages = [
  entries([
    [2, 1],
    [4, 4],
  ]),
  entries([
    [4, 3],
    [1, 8],
  ]),
]

test("backward and forward meet in the same number", () => {
  const [[g1, g2], middle, v] = backward(stages, [1, 2])
  assert.deepEqual(
    [middle, v],
    [
      [6, 19],
      [1, 2],
    ],
  )
  const [u, , [z1, z2]] = forward(stages, [1, -1])
  assert.equal(g1 * u[0] + g2 * u[1], v[0] * z1 + v[1] * z2)
})

test("where there is no path not even an infinity comes through", () => {
  assert.deepEqual(backward([entries([[null, 1]])], [Infinity])[0], [0, Infinity])
})

test("nan equals itself, and rounding does not matter", () => {
  assert.ok(equal([Number.NaN, 1], [Number.NaN, 1]))
  assert.ok(close([0.1 + 0.2], [0.3]))
  assert.ok(!close([1, 2], [1]))
})

test("multiplications: one gradient, the product first, all rows backward, all columns forward", () => {
  assert.deepEqual(counts([2, 3, 4]), [3 * 2 + 4 * 3, 4 * 3 * 2 + 4 * 2, 4 * 18, 2 * 18])
  assert.deepEqual(counts([1000, 10, 1]), [10_010, 10 * 1000 + 1000, 10_010, 10_010_000])
})
