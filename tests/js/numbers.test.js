import assert from "node:assert/strict"
import { test } from "node:test"
import {
  bracketed,
  brief,
  decimal,
  plain,
  real,
  rounded,
  subscript,
  TALL,
  vector,
} from "../../pages/static/js/kit/numbers.js"
import { cases } from "./cases.js"

const { digits, subscripts } = cases("display")
const SPECIAL = { nan: "nan", inf: "∞", "-inf": "−∞" }

for (const { value, text } of digits)
  test(`${value} is written ${text}`, () => {
    assert.equal(decimal(real(value)), text)
    const [mantissa, power] = brief(real(value)).split("×10")
    const [wanted, exponent] = text.split("e")
    assert.equal(mantissa, SPECIAL[text] ?? wanted.replace("-", "−"))
    assert.equal(power === undefined, exponent === undefined)
  })

for (const { name, text } of subscripts.filter(({ name }) => /^[a-z]\d+$/.test(name)))
  test(`the index of ${name} is lowered`, () => assert.equal(name[0] + subscript(name.slice(1)), text))

test("an exponent is raised with its sign", () => {
  assert.equal(brief(1.2e8 + 0.5), "1.2×10⁸")
  assert.equal(brief(-1.5e-12), "−1.5×10⁻¹²")
})

test("only what is not quite said is rounded", () => {
  assert.deepEqual([0.5, 1 / 3, 0.1 + 0.2, 1e8, 12345.6, Number.NaN].map(rounded), [
    false,
    true,
    false,
    false,
    true,
    false,
  ])
})

test("machines get a plain decimal", () => {
  assert.deepEqual([-0, 1e-7, 1e21, 1 / 3, -Infinity].map(plain), [
    "0",
    "0.0000001",
    "1000000000000000000000",
    "0.333333333333",
    "-inf",
  ])
})

test("brackets stand where a sign would be read as another", () => {
  assert.deepEqual(
    ["−2", "2", "x+1", "-\\frac12"].map(written => bracketed(written)),
    ["(−2)", "2", "(x+1)", "(-\\frac12)"],
  )
  assert.equal(bracketed("-1", TALL), "\\left(-1\\right)")
})

test("one number stands alone, several in a row", () => {
  assert.equal(vector([2]), "2")
  assert.equal(vector([2, -1]), "(2, −1)")
})
