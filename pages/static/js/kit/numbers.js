// How a number is written while it moves, the same way core/numbers/notation.py writes it at rest: both are held to
// tests/cases/display.json.

const DIGITS = 4
const WHOLE = 1e9 // integers below it are written out
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity }
const RAISED = { "−": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }
const LOWERED = "₀₁₂₃₄₅₆₇₈₉"
const exactly = new Intl.NumberFormat("en-US", { useGrouping: false, maximumSignificantDigits: 12 })

// A number from the server; JSON has no word for those that are not finite, so they come as text.
export const real = x => (typeof x === "string" ? SPECIAL[x] : x)

export const subscript = k => String(k).replace(/\d/g, digit => LOWERED[digit])
export const superscript = k =>
  String(k)
    .replace("-", "−")
    .replace(/./g, sign => RAISED[sign])

// A plain decimal for machines: at most 12 significant digits, no exponent, no trailing zeros.
export function plain(x) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"
  return exactly.format(x).replace(/^-0$/, "0")
}

// At most four significant digits, as [digits, power of ten or ""].
export function short(x) {
  if (Number.isNaN(x)) return ["nan", ""]
  if (!Number.isFinite(x)) return [x > 0 ? "∞" : "−∞", ""]
  const near = Number(x.toPrecision(12)) // 0.1 + 0.2 is 0.3
  if (Number.isInteger(near) && Math.abs(near) < WHOLE) return [signed(near), ""]
  const written = significant(near)
  const size = Math.abs(Number(written))
  if (size >= 1e-4 && size <= 10 ** DIGITS) return [signed(Number(written)), ""]
  const [digits, power] = written.split("e")
  return [signed(Number(digits)), signed(Number(power))]
}

// "1.235e+8": rounded to four significant digits; what lies in the middle goes to the even digit, as in Python.
function significant(x) {
  const tie = /^(-?\d\.\d\d[02468])50*e(.*)$/.exec(x.toExponential(40))
  return tie ? `${tie[1]}e${tie[2]}` : x.toExponential(DIGITS - 1)
}

// Whether `short` says a number only roughly; a sign = before it would not be true.
export function rounded(x) {
  if (!Number.isFinite(x)) return false
  const near = Number(x.toPrecision(12))
  return !(Number.isInteger(near) && Math.abs(near) < WHOLE) && Number(significant(near)) !== near
}

// The same as one string, for labels: 1.2×10⁸.
export function brief(x) {
  const [digits, power] = short(x)
  return power ? `${digits}×10${superscript(power)}` : digits
}

// The same as Python would print it, for listings: 1.2e+08.
export function decimal(x) {
  if (!Number.isFinite(x)) return plain(x)
  const [digits, power] = short(x).map(part => part.replace("−", "-"))
  return power ? `${digits}e${power.startsWith("-") ? "-" : "+"}${power.replace("-", "").padStart(2, "0")}` : digits
}

// (1, 2): numbers in a row. A single one stands alone in `vector`.
export const tuple = numbers => `(${numbers.map(brief).join(", ")})`
export const vector = numbers => (numbers.length === 1 ? brief(numbers[0]) : tuple(numbers))

// In brackets where it would read as a sign of its own, or as more than one term.
/** @type {(written: string, brackets?: string[]) => string} */
export const bracketed = (written, [open, close] = ["(", ")"]) =>
  /^[-−]/.test(written) || written.includes("+") ? open + written + close : written
export const TALL = ["\\left(", "\\right)"] // brackets in LaTeX

const signed = number => String(number || 0).replace("-", "−")
