import assert from "node:assert/strict"
import { test } from "node:test"
import { strengths } from "../../pages/static/js/kit/tints.js"
import { cases } from "./cases.js"

for (const { v, strengths: wanted } of cases("display").tints)
  test(`rows weighted by ${v} are tinted`, () =>
    strengths(v).forEach((found, i) => assert.ok(Math.abs(found - wanted[i]) < 1e-6, `${found} is not ${wanted[i]}`)))

test("what is no number has no tint, and what is infinite the full one", () => {
  const [nan, infinite, one] = strengths([Number.NaN, -Infinity, 3])
  assert.deepEqual([nan, infinite, one], [0, 0.34, 0.34])
})
