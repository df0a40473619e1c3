import assert from "node:assert/strict"
import { test } from "node:test"
import { add, det, oneHot, pull, replaced, times, weigh } from "../../pages/static/js/kit/linear.js"

const J = [
  [2, 4],
  [2, 24],
]

test("vᵀJ is the sum of the weighted rows", () => {
  assert.deepEqual(pull([2, 1], J), [6, 32])
  const [first, second] = weigh([2, 1], J)
  assert.deepEqual(
    first.map((x, j) => x + second[j]),
    pull([2, 1], J),
  )
})

test("a one-hot v picks out a row, a one-hot u a column", () => {
  assert.deepEqual(pull(oneHot(1, 2), J), J[1])
  assert.deepEqual(times(J, oneHot(1, 2)), [4, 24])
})

test("terms that cancel up to rounding are 0, and an infinity stays", () => {
  assert.equal(add([0.1, 0.2, -0.3]), 0)
  assert.equal(add([1, Infinity]), Infinity)
})

test("det and replaced", () => {
  assert.equal(det(J), 40)
  assert.deepEqual(replaced([1, 2, 3], [2, 0], [7, 8]), [8, 2, 7])
})
