import assert from "node:assert/strict"
import { test } from "node:test"
import { pullKnown } from "../../pages/static/js/kit/linear.js"
import { model as arrows } from "../../pages/static/js/vjp/arrows.js"
import { model as contours, fields } from "../../pages/static/js/vjp/contours.js"
import { model as duality } from "../../pages/static/js/vjp/duality.js"
import { ACTS, model as account, EMPTY } from "../../pages/static/js/vjp/ledger.js"
import { model as map } from "../../pages/static/js/vjp/map.js"
import { model as recover } from "../../pages/static/js/vjp/recover.js"
import { Scene } from "../../pages/static/js/vjp/scene.js"
import { model as surface } from "../../pages/static/js/vjp/surface.js"

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

// ── The account of x.grad ────────────────────────────────────────────────────────────────────────────────

const say = key => key
const facts = {
  say,
  v: [2, 1],
  J: [
    [2, 4],
    [2, 24],
  ],
  keep: true,
  errors: {},
}

test("calls accumulate in x.grad until it is emptied", () => {
  const once = ACTS.backward({ ...EMPTY, graph: true }, facts)
  assert.deepEqual(account(once), {
    log: [{ code: "y.backward(torch.tensor([2., 1.]), retain_graph=True)", answer: "x.grad: [6, 32]", wrong: false }],
    grad: [6, 32],
    parts: "",
  })
  const twice = ACTS.backward(once, { ...facts, v: [0, 0.5] })
  assert.deepEqual(account(twice).grad, [7, 44])
  assert.equal(account(twice).parts, "= [6, 32] + [1, 12]")
  assert.equal(account(ACTS.empty(twice, facts)).grad, null)
})

test("a second backward through a graph that was not kept is torch's error, and books nothing", () => {
  const first = ACTS.backward(ACTS.forward(EMPTY, facts), { ...facts, keep: false })
  const second = ACTS.backward(first, { ...facts, errors: { second_pass: "freed" } })
  assert.deepEqual(account(second).grad, [6, 32])
  assert.deepEqual([second.log.at(-1).answer, second.log.at(-1).wrong], ["RuntimeError: freed", true])
})

test("of a long log the last forty lines are kept", () => {
  let long = EMPTY
  for (let k = 0; k < 50; k++) long = ACTS.forward(long, facts)
  assert.equal(long.log.length, 40)
})

// ── Planes ───────────────────────────────────────────────────────────────────────────────────────────────

const f = ([a, b]) => [2 * a + b ** 2, a ** 2 + 2 * b ** 3]
const at = {
  x: [1, 2],
  v: [2, 1],
  J: [
    [2, 4],
    [2, 24],
  ],
  f,
  pair: [0, 1],
}

test("the image of a small patch is nearly its linear image, and det J is the ratio of their areas", () => {
  const { before, after, factor, turned } = map({ ...at, outs: [0, 1], h: 1e-6 })
  assert.deepEqual([factor, turned, before.at, after.at], [40, "kept", [1, 2], [6, 17]])
  assert.deepEqual(after.edges, [
    [2e-6, 2e-6],
    [4e-6, 24e-6],
  ])
  after.lines.forEach((line, k) => {
    const [first, last] = after.tangents[k]
    for (const axis of [0, 1])
      assert.ok(Math.abs(line[0][axis] - first[axis]) + Math.abs(line.at(-1)[axis] - last[axis]) < 1e-10)
  })
})

test("where f is not finite there is no linear image", () => {
  const { after, turned } = map({
    ...at,
    J: [
      [Number.NaN, 0],
      [0, 1],
    ],
    outs: [0, 1],
    h: 1,
  })
  assert.deepEqual([after.tangents, turned], [[], "unknown"])
})

test("the pictures draw the slope that there is, and know that J says another number by convention", () => {
  const scene = Object.create(Scene.prototype)
  Object.assign(scene, { n: 1, m: 1, bus: { state: {} }, given: { x: [0], v: [2], J: [[0]] }, true: [[0.5]] })
  assert.deepEqual([scene.now().slopes, scene.now().conventional], [[[0.5]], true])
  scene.true = [[0]]
  assert.deepEqual([scene.now().slopes, scene.now().conventional], [[[0]], false])
})

test("at a kink the slopes are not the numbers that stand in J by convention", () => {
  const scene = Object.create(Scene.prototype)
  const J = [
    [0, 2],
    [1, 1],
  ]
  Object.assign(scene, {
    true: [
      [Number.NaN, 2],
      [1, 1],
    ],
    given: { x: [0, 1] },
  })
  assert.deepEqual(scene.slopes([0, 1], J), [
    [Number.NaN, 2],
    [1, 1],
  ])
  assert.deepEqual(scene.slopes([0.5, 1], J), J)
  assert.deepEqual(pullKnown([0, 3], scene.slopes([0, 1], J)), [3, 3])
  assert.deepEqual(map({ ...at, J: scene.slopes([0, 1], J), outs: [0, 1], h: 1 }).turned, "unknown")
})

test("contours: a panel for every output and one for vᵀy, whose gradient is x.grad", () => {
  const range = [
    [0, 2],
    [1, 3],
  ]
  const panels = contours({ ...at, sampled: fields({ ...at, m: 2, range }) })
  assert.deepEqual(
    panels.map(({ value, gradient }) => [value, ...gradient]),
    [
      [6, 2, 4],
      [17, 2, 24],
      [29, 6, 32],
    ],
  )
  const [first, second, whole] = panels.map(({ field }) => field[0][0])
  assert.equal(whole, 2 * first + second)
  assert.ok(panels[0].length < panels[1].length)
})

test("the tangent plane touches the surface at x with the slopes x.grad", () => {
  const { point, tangent, gradient } = surface({
    ...at,
    range: [
      [0, 2],
      [1, 3],
    ],
  })
  assert.deepEqual(
    [point, gradient],
    [
      [1, 2, 29],
      [6, 32],
    ],
  )
  const { x, y, z } = tangent
  z.forEach((row, r) =>
    row.forEach((value, c) => assert.ok(Math.abs(29 + 6 * (x[c] - 1) + 32 * (y[r] - 2) - value) < 1e-9)),
  )
  assert.equal(
    surface({
      ...at,
      J: [
        [Number.NaN, 0],
        [0, 0],
      ],
      range: [
        [0, 2],
        [1, 3],
      ],
    }).tangent,
    null,
  )
})

test("the arrows go tip to tail and end at x.grad", () => {
  const { corners, sum, grad, rows } = arrows([2, 1], at.J, [0, 1])
  assert.deepEqual(
    [corners, sum, grad],
    [
      [
        [0, 0],
        [4, 8],
        [6, 32],
      ],
      [6, 32],
      [6, 32],
    ],
  )
  assert.deepEqual(rows, [
    [4, 8],
    [2, 24],
  ])
  assert.deepEqual(
    arrows(
      [1, 1],
      [
        [Number.NaN, 1],
        [2, 3],
      ],
      [0, 1],
    ).corners,
    [
      [0, 0],
      [0, 0],
      [2, 3],
    ],
  )
})
