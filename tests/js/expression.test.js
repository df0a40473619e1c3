import assert from "node:assert/strict"
import { test } from "node:test"
import { compile, matrix } from "../../pages/static/js/vjp/expression.js"

test("a tree is a function of x", () => {
  assert.equal(compile(["+", ["*", 2, ["x", 0]], ["^", ["x", 1], 2]])([3, 4]), 22)
  assert.deepEqual(
    matrix([
      [["x", 0], 1],
      ["nan", ["neg", ["x", 1]]],
    ])([5, 6]),
    [
      [5, 1],
      [Number.NaN, -6],
    ],
  )
})

test("a power follows C: 1^nan and nan^0 are 1", () => {
  const power = (a, b) => compile(["^", a, b])([])
  assert.deepEqual([power(1, "nan"), power("nan", 0), power(-1, "inf"), power(2, 3)], [1, 1, 1, 8])
})

test("only the branch that is chosen is asked", () => {
  assert.equal(compile(["where", [">", ["x", 0], 0], ["log", ["x", 0]], 0])([-1]), 0)
})

test("an operation outside the table is refused", () => {
  for (const op of ["eval", "constructor", "__proto__", "toString"])
    assert.throws(() => compile([op, 1]), new RangeError(`not allowed: ${op}`))
})
