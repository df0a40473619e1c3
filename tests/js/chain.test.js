import assert from "node:assert/strict"
import { test } from "node:test"
import { counts } from "../../pages/static/js/chain/counts.js"
import { backward, close, equal, forward } from "../../pages/static/js/chain/scene.js"
import { model } from "../../pages/static/js/chain/sweep_model.js"

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

// ── The rail ─────────────────────────────────────────────────────────────────────────────────────────────

const number = value => ({ text: String(value), value, path: true })
const space = (letter, adjoint, torch, pushed) => ({ letter, adjoint: adjoint.map(number), torch, pushed })
const written = (name, fn, rows) => ({ name, function: fn, entries: rows.map(row => row.map(number)) })
const chain = {
  spaces: [
    space("x", [88, 82], [88, 82], [1, 0]),
    space("y", [6, 19], [6, 19], [2, 4]),
    space("z", [1, 2], [1, 2], [20, 34]),
  ],
  stages: [
    written("J_f", "f", [
      [2, 1],
      [4, 4],
    ]),
    written("J_g", "g", [
      [4, 3],
      [1, 8],
    ]),
  ],
  words: { agrees: "agrees", differs: "differs", moving: "moving", other: "{call} for {u}" },
}
const moment = (mode, step, v = [1, 2], u = [1, 0]) => model(chain, { mode, step, v, u })

test("a step backward weights the rows of one Jacobian, and torch has the same", () => {
  const { sum, check, reached } = moment("backward", 1)
  assert.equal(reached, 1)
  assert.deepEqual(sum, {
    name: "v^{\\top}J_g",
    terms: [
      { weight: "1", entries: [["4", "3"]] },
      { weight: "2", entries: [["1", "8"]] },
    ],
    total: [["6", "19"]],
  })
  assert.deepEqual(check, { told: "✓ agrees y.grad = [6, 19]", agrees: true, differs: false, title: "6, 19" })
})

test("while v moves the sum goes on in decimals and torch has not been asked", () => {
  const { sum, check } = moment("backward", 1, [1, 3])
  assert.deepEqual(sum.total, [[7, 27]])
  assert.deepEqual([check.told, check.agrees], ["moving", false])
})

test("a step forward weights the columns; another u is told which one torch was asked with", () => {
  assert.deepEqual(moment("forward", 2).sum.name, "J_g\\,(J_{x\\to y}u)")
  assert.ok(moment("forward", 1).check.told.startsWith("✓ agrees torch.func.jvp(f, (x,), (u,))[1] = [2, 4]"))
  assert.equal(moment("forward", 1, [1, 2], [0, 1]).check.told, "torch.func.jvp(f, (x,), (u,))[1] for 1, 0")
})

test("before the first step only v, or u, is there", () => {
  assert.deepEqual(moment("backward", 0).sum, { name: "v^{\\top}", terms: [], total: [[1, 2]] })
  assert.equal(moment("forward", 0).check.told, "")
})
