import assert from "node:assert/strict"
import { test } from "node:test"
import { model as duality } from "../../pages/static/js/vjp/duality.js"
import { model as recover } from "../../pages/static/js/vjp/recover.js"

const J = [
  [2, 1, -1],
  [1, 0, 3],
]

test("both roads of the pairing end in the same number", () => {
  const { ends, roads, rows, columns } = duality([2, -1], [1, 0.5, -1], J)
  assert.equal(ends.forward, ends.backward)
  assert.equal(roads.forward, "2·3.5 + (−1)·(−2) = 9")
  assert.deepEqual(
    rows.map(row => [row.value, row.negative, row.result]),
    [
      [2, false, 3.5],
      [-1, true, -2],
    ],
  )
  assert.deepEqual(
    columns.map(column => column.result),
    [3, 2, -5],
  )
})

test("m backward passes fill J row by row", () => {
  const { asked, rows, call, total, fewer } = recover({ mode: "reverse", step: 1, J })
  assert.deepEqual([asked, total, fewer], [[1, 0], 2, "reverse"])
  assert.deepEqual(
    rows.map(row => row.entries),
    [[2, 1, -1], Array(3).fill("\\cdot")],
  )
  assert.equal(call, "y.backward(torch.tensor([1., 0.], dtype=torch.float64), retain_graph=True)  # x.grad: [2, 1, -1]")
})

test("n forward passes fill it column by column", () => {
  const { asked, rows, column, call } = recover({ mode: "forward", step: 2, J })
  assert.deepEqual([asked, column], [[0, 1, 0], 1])
  assert.deepEqual(rows[1].entries, [1, 0, "\\cdot"])
  assert.match(call, /jvp.*# \[1, 0\]$/)
})

test("before the first pass nothing is known", () => {
  const { call, rows, asked } = recover({ mode: "reverse", step: 0, J })
  assert.equal(call, null)
  assert.ok([...asked, ...rows.flatMap(row => row.entries)].every(entry => entry === "\\cdot"))
})
