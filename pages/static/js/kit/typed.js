// A number as somebody types it: 3/4, -2.5, π/4, 3√2/2, 1.2×10⁸. It computes, as core/grammar does; both are held to
// tests/cases/typed.json. Also how exactly it was meant: 0.33 stands for everything that is rounded to it.

const SIGNS = {
  "−": "-",
  "–": "-",
  "·": "*",
  "×": "*",
  "⋅": "*",
  "÷": "/",
  "⁄": "/",
  "∕": "/",
  π: "pi",
  "∞": "inf",
  "√": "sqrt",
}
const RAISED = {
  "⁻": "-",
  "⁰": "0",
  "¹": "1",
  "²": "2",
  "³": "3",
  "⁴": "4",
  "⁵": "5",
  "⁶": "6",
  "⁷": "7",
  "⁸": "8",
  "⁹": "9",
}
const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Number.POSITIVE_INFINITY, nan: Number.NaN }
const FUNCTIONS = {
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  abs: Math.abs,
}
const TOKEN = /\s*(?:(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)|([a-z]+)|(\*\*|[-+*/^()]))/iy
const DECIMAL = /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i
const POWER_OF_TEN = /\*\s*10\s*\^\s*([-+]?\d+)$/ // 1.2 * 10^8 is one number, told to two digits
const GROUPS = /^[-+]?\d{1,3}(,\d{3})+(?![\d,])/
const DECIMAL_COMMA = /(^|[^\d,.])(\d+),(\d+)(?![\d,.])/g // a field holds one number
const LONGEST = 200
const DEEPEST = 50
const LONG = 4 // digits: what the page writes at most, so what is longer may be rounded

// {value, unit} of a text, or null for what is no number. `unit` is that of its last digit where it is a decimal that
// may have been rounded, else 0. 5,625 may be meant in two ways: `also` is the other.
export function typed(text) {
  const plain = ascii(text)
  const grouped = GROUPS.test(plain) ? number(plain.replaceAll(",", "")) : null
  const found = number(plain.replace(DECIMAL_COMMA, "$1$2.$3"))
  return found && grouped ? { ...found, also: grouped } : (found ?? grouped)
}

function number(plain) {
  if (!plain || plain.length > LONGEST) return null
  try {
    return { value: read(plain), unit: unit(plain) }
  } catch (refusal) {
    if (refusal instanceof SyntaxError) return null
    throw refusal
  }
}

// Whether a number that was typed means this value: the same but for the rounding of floats, or rounded by hand.
/**
 * @param {{ value: number, unit: number, also?: { value: number, unit: number } }} typed
 * @param {number} value
 * @returns {boolean}
 */
export function means({ value: said, unit, also }, value) {
  if (Object.is(said, value) || said === value || (also && means(also, value))) return true
  const apart = Math.abs(said - value)
  return apart <= NEAR * Math.max(1, Math.abs(value)) || apart <= (unit / 2) * (1 + 1e-6)
}
const NEAR = 1e-9 // as in core/slips.py

function ascii(text) {
  const raised = text.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, run => `^(${[...run].map(sign => RAISED[sign]).join("")})`)
  const spread = raised.replace(/(\d)\s*([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])/g, "$1+$2").replace(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, "($&)")
  const signs = [...spread.normalize("NFKC")].map(sign => SIGNS[sign] ?? sign).join("")
  return signs.trim()
}

// What has one digit was not rounded, and neither was a whole number that is not long: 3 is not what π is.
function unit(text) {
  const found = DECIMAL.exec(text.replaceAll(/[()\s]/g, "").replace(POWER_OF_TEN, (_, power) => `e${power}`))
  if (!found) return 0
  const [, whole, part, power = "0"] = found
  const digits = (whole + part).replace(/^0+/, "").length
  if (part || power !== "0") return digits > 1 ? 10 ** (Number(power) - part.length) : 0
  const zeros = /0*$/.exec(whole)[0].length
  return digits < LONG ? 0 : 10 ** (digits - zeros < LONG ? 0 : zeros)
}

// ── Reading: sums of products of powers, with signs; 2π and 3√2 are products ─────────────────────────────

function read(text) {
  const tokens = scan(text)
  return sum({ tokens, at: 0, depth: 0 })
}

function scan(text) {
  const tokens = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)
    if (!found) throw new SyntaxError(text)
    const [, number, word, sign] = found
    tokens.push(number ? Number(number) : (word?.toLowerCase() ?? sign))
  }
  return tokens
}

const peek = reader => reader.tokens[reader.at]
const take = (reader, ...signs) => signs.includes(peek(reader)) && reader.tokens[reader.at++]

function sum(reader, inside = false) {
  let value = product(reader)
  for (let sign = take(reader, "+", "-"); sign; sign = take(reader, "+", "-"))
    value += sign === "+" ? product(reader) : -product(reader)
  if (inside ? !take(reader, ")") : reader.at < reader.tokens.length) throw new SyntaxError("")
  return value
}

function product(reader) {
  let value = signed(reader)
  for (;;) {
    if (take(reader, "*")) value *= signed(reader)
    else if (take(reader, "/")) value /= divisor(reader)
    else if (follows(reader)) value *= power(reader)
    else return value
  }
}

// 1/2π: nobody knows which of the two is meant.
function divisor(reader) {
  const value = signed(reader)
  if (follows(reader)) throw new SyntaxError("")
  return value
}

// What may stand after a number without a sign between them: π, √2, a bracket; but never another number.
const follows = reader => peek(reader) === "(" || (typeof peek(reader) === "string" && /^[a-z]/.test(peek(reader)))

function signed(reader) {
  if (take(reader, "-")) return -signed(reader)
  if (take(reader, "+")) return signed(reader)
  return power(reader)
}

function power(reader) {
  const base = atom(reader)
  if (!take(reader, "^", "**")) return base
  return base ** signed(reader)
}

function atom(reader) {
  if (reader.depth++ > DEEPEST) throw new SyntaxError("")
  try {
    return primary(reader)
  } finally {
    reader.depth--
  }
}

function primary(reader) {
  const token = reader.tokens[reader.at++]
  if (typeof token === "number") return token
  if (token === "(") return sum(reader, true)
  if (token in CONSTANTS) return CONSTANTS[token]
  if (!(token in FUNCTIONS)) throw new SyntaxError("")
  if (take(reader, "(")) return FUNCTIONS[token](sum(reader, true))
  if (token !== "sqrt" || typeof peek(reader) !== "number") throw new SyntaxError("")
  const root = Math.sqrt(reader.tokens[reader.at++])
  if (follows(reader) || peek(reader) === "^") throw new SyntaxError("") // √2π: how far does it reach?
  return root
}
