import assert from "node:assert/strict"
import { test } from "node:test"
import { means, typed } from "../../pages/static/js/kit/typed.js"
import { judge } from "../../pages/static/js/modes/judge.js"
import { cases } from "./cases.js"

const { numbers, refused, means: same, other } = cases("typed")

test("a number is read as Python reads it", () => {
  for (const { text, value } of numbers) {
    const found = typed(text)
    assert.ok(found, `${text} is a number`)
    assert.ok(Math.abs(found.value - value) <= 1e-14 * Math.max(1, Math.abs(value)), `${text} is ${found.value}`)
  }
})

test("what is no number is none", () => {
  for (const text of [...refused, `${"(".repeat(500)}1`, "1".repeat(500)]) assert.equal(typed(text), null, text)
})

test("rounded by hand means the number, and nothing else does", () => {
  for (const { value, typed: text } of same) assert.ok(means(typed(text), typed(value).value), `${text} means ${value}`)
  for (const { value, typed: text } of other) assert.ok(!means(typed(text), typed(value).value), `${text} ≠ ${value}`)
})

test("what stands in a field of one number besides", () => {
  assert.equal(typed("1½").value, 1.5)
  assert.equal(typed("∞").value, Infinity)
  assert.equal(typed("-inf").value, -Infinity)
  assert.ok(means(typed("nan"), Number.NaN))
})

// ── No right answer is refused, however it is spelled ────────────────────────────────────────────────────

// The same numbers for the same seed: mulberry32.
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const ROOTS = [1, 1, 2, 3, 5, 6]
const minus = (text, sign) => (sign < 0 ? `${["-", "−", "- "][text.length % 3]}${text}` : text)

// Spellings of ±p/q·√r·π^k with its value.
function spellings(random) {
  const whole = most => 1 + Math.floor(random() * most)
  const [sign, p, q, r, k] = [
    random() < 0.5 ? -1 : 1,
    whole(60),
    whole(12),
    ROOTS[whole(6) - 1],
    whole(3) === 1 ? 1 : 0,
  ]
  const value = ((sign * p) / q) * Math.sqrt(r) * Math.PI ** k
  const size = Math.abs(value)
  const [root, pi] = [r > 1, k === 1]
  const exact = [
    `${p}${root ? `*sqrt(${r})` : ""}${pi ? "*pi" : ""}/${q}`,
    `${p}${root ? `√${r}` : ""}${pi ? `${root ? "·" : ""}π` : ""}/${q}`,
    `${pi ? "π" : "1"}·${p}${root ? `·√${r}` : ""} ÷ ${q}`,
    `(${p}/${q})${root ? ` sqrt(${r})` : ""}${pi ? " pi" : ""}`,
    `${2 * p}${root ? `*${r}^0.5` : ""}${pi ? "*pi" : ""}/${2 * q}`,
    `${p}${root ? `*${r}^(1/2)` : ""}${pi ? "*pi" : ""}/${q}`,
  ]
  const digits = [2, 3, 4, 6, 9]
    .map(count => size.toPrecision(count))
    .filter(text => text.includes(".") || Number(text) === size)
  const rounded = [...digits, size.toExponential(3), String(size), `${size}`.replace(".", ",")]
  const wide = exact.map(text =>
    text.replace(/[0-9+*/().-]/g, sign => String.fromCodePoint(sign.codePointAt(0) + 0xfee0)),
  )
  return { value, texts: [...exact, ...rounded, ...wide].map(text => minus(text, sign)) }
}

test("no spelling of a right answer is refused", () => {
  const random = chance(7)
  for (let k = 0; k < 2000; k++) {
    const { value, texts } = spellings(random)
    for (const text of texts) {
      const found = typed(text)
      assert.ok(found && means(found, value), `${text} for ${value}`)
    }
  }
})

test("a number that is off by more than its rounding is refused", () => {
  const random = chance(11)
  for (let k = 0; k < 2000; k++) {
    const { value, texts } = spellings(random)
    const off = value + (random() < 0.5 ? -1 : 1) * (0.01 + random()) * Math.max(1, Math.abs(value))
    for (const text of texts.filter(text => typed(text).unit < 0.01 * Math.abs(value)))
      assert.ok(!means(typed(text), off), `${text} for ${off}`)
  }
})

// ── What an answer is ────────────────────────────────────────────────────────────────────────────────────

const QUESTION = {
  answer: [6, 32],
  slips: [
    { code: "forgotten", answer: [4, 8] },
    { code: "one_term", answer: [4, 8] },
    { code: "doubled", answer: [12, 64] },
    { code: "half", answer: [6, 16] },
  ],
}
const kind = texts => judge(QUESTION, texts).kind
const made = texts => judge(QUESTION, texts).slips.map(({ code }) => code)

test("one entry is enough, all are better", () => {
  assert.deepEqual(judge(QUESTION, ["6", "32"]), { kind: "right", whole: true })
  assert.deepEqual(judge(QUESTION, ["", " 64/2 "]), { kind: "right", whole: false })
  assert.equal(kind(["", " "]), "empty")
})

test("two slips with one number are both named", () => {
  assert.deepEqual(made(["4", "8"]), ["forgotten", "one_term"])
  assert.deepEqual(made(["", "64"]), ["doubled"])
})

test("a slip that gets an entry right is told by the other", () => assert.deepEqual(made(["6", "16"]), ["half"]))

test("what leads nowhere is counted", () => {
  assert.deepEqual(judge(QUESTION, ["6", "31"]), { kind: "wrong", right: 1, count: 2 })
  assert.deepEqual(judge(QUESTION, ["x", "31"]), { kind: "unread", text: "x", k: 0 })
})
