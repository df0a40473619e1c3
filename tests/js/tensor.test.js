import assert from "node:assert/strict"
import { test } from "node:test"
import { added, subject } from "../../pages/static/js/tensor/subject.js"
import { next } from "../../pages/static/js/tensor/tools.js"

// y = x ⊙ a for x = (1/3, 2) and a = (2, −1), by a; v = (1, 2).
const third = ["\\frac{1}{3}", 1 / 3]
const words = { after_all: "{name}", unflatten: "{name}", jacobian_help: "", zeros: "{name}", card_label: "{values}" }
const data = {
  output: { name: "y", tex: "y", shape: [2] },
  wrt: { name: "a", tex: "a", shape: [2] },
  operands: [{ name: "x", shape: [2] }],
  v: { shown: [1, 2], exact: [1, 2], strengths: [0.1, 0.2] },
  cards: [
    [third, 0],
    [0, 2],
  ],
  weighted: [
    [third, 0],
    [0, 4],
  ],
  orders: { rows: [0, 1], size: [1, 0] },
  sums: {
    rows: [
      [third, 0],
      [third, 4],
    ],
    size: [
      [0, 4],
      [third, 4],
    ],
  },
  grad: [[third, 4]],
  hued: ["red", "green"],
  value: [[1, 2]],
  batch: "",
  words,
}

test("at rest the numbers are the server's, to the last digit", () => {
  const still = subject(data, { state: { v: [1, 2] } })
  assert.deepEqual(still.entries(0, 0, true), [[third, 0]])
  assert.deepEqual(still.after("size", 1), [[0, 4]])
  assert.deepEqual(still.after("rows", 0), [[0, 0]])
  assert.deepEqual(still.total, [[third, 4]])
  assert.deepEqual(still.strengths, [[0.1, 0.2]])
})

test("while v is dragged cards and sums follow it", () => {
  const moving = subject(data, { state: { v: [3, -2] } })
  assert.deepEqual(moving.weights, [[3, -2]])
  assert.deepEqual(moving.entries(0, 0, true), [[1, 0]])
  assert.deepEqual(moving.entries(0, 0, false), [[third, 0]])
  assert.deepEqual(moving.total, [[1, -4]])
  assert.deepEqual(moving.after("size", 1), [[0, -4]])
  assert.ok(moving.strengths[0][0] > moving.strengths[0][1])
})

test("a v of another length is of a program before and is not used", () => {
  assert.deepEqual(subject(data, { state: { v: [5] } }).total, [[third, 4]])
})

test("where a derivative is 0 nothing is reached", () => {
  const { reaches } = subject(data, { state: {} })
  assert.deepEqual([reaches(0, 0, 0, 0), reaches(0, 0, 0, 1), reaches(0, 1, 0, 1)], [true, false, true])
})

test("what cancels up to the rounding of floats is 0", () => {
  assert.deepEqual(added([0, 1, 2], [[0.1], [0.2], [0.3]], [1, 1, -1]), [0])
  assert.deepEqual(added([], [[1, 2]], [1]), [0, 0])
})

test("a row more makes a matrix of a vector, an entry less a number", () => {
  assert.deepEqual(next([3], "rows", 1), [1, 3])
  assert.deepEqual(next([1, 3], "rows", -1), [3])
  assert.deepEqual(next([2, 3], "columns", 1), [2, 4])
  assert.deepEqual(next([1], "columns", -1), [])
  assert.deepEqual(next([], "columns", 1), [1])
  assert.deepEqual(next([], "rows", 1), [1, 1])
  assert.equal(next([], "rows", -1), null)
  assert.equal(next([2, 1], "columns", -1), null)
})
