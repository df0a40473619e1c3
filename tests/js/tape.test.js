import assert from "node:assert/strict"
import { test } from "node:test"
import { layout } from "../../pages/static/js/chain/tape_layout.js"

// Operations by the arguments that each of them uses.
const tape = uses => uses.map(of => ({ uses: of.map(k => ({ of: k })) }))

test("an operation stands in the column after its last argument", () => {
  const { places, tallest } = layout(tape([[], [], [0, 1], [2], [3, 0]]))
  assert.deepEqual(
    places.map(({ x }) => x),
    [0, 0, 1, 2, 3],
  )
  assert.equal(tallest, 2)
})

test("an edge that passes over columns has a place of its own in each, apart from every node", () => {
  const { places, bends } = layout(tape([[], [], [0, 1], [2], [3, 0]]))
  assert.deepEqual(
    bends[4][1].map(({ x }) => x),
    [2, 1],
  )
  for (const bend of bends[4][1])
    for (const place of places.filter(({ x }) => x === bend.x)) assert.ok(Math.abs(place.y - bend.y) > 0.6)
})

test("edges that need not cross do not", () => {
  const { places } = layout(tape([[], [], [1], [0]]))
  assert.equal(Math.sign(places[2].y - places[3].y), Math.sign(places[1].y - places[0].y))
})
