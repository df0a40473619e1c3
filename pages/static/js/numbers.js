// How a number is written while it moves, the same way core/numbers/notation.py writes it at rest.

const DIGITS = 4
const WHOLE = 1e9 // integers below it are written out
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity }
const RAISED = { "−": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }
const exactly = new Intl.NumberFormat("en-US", { useGrouping: false, maximumSignificantDigits: 12 })

// A number from the server; JSON has no word for those that are not finite, so they come as text.
export const real = x => (typeof x === "string" ? SPECIAL[x] : x)

// A plain decimal for machines: at most 12 significant digits, no exponent, no trailing zeros.
export function plain(x) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"
  return exactly.format(x).replace(/^-0$/, "0")
}

// At most four significant digits, as [digits, power of ten or ""].
export function short(x) {
  if (Number.isNaN(x)) return ["nan", ""]
  if (!Number.isFinite(x)) return [x > 0 ? "∞" : "−∞", ""]
  const rounded = Number(x.toPrecision(12)) // 0.1 + 0.2 is 0.3
  if (Number.isInteger(rounded) && Math.abs(rounded) < WHOLE) return [signed(String(rounded)), ""]
  const size = Math.abs(rounded)
  if (size < 1e-4 || size >= 10 ** DIGITS) {
    const [digits, power] = rounded.toExponential(DIGITS - 1).split("e")
    return [signed(String(Number(digits))), signed(String(Number(power)))]
  }
  return [signed(String(Number(rounded.toPrecision(DIGITS)))), ""]
}

// Whether `short` says a number only roughly; a sign = before it would not be true.
export function rounded(x) {
  if (!Number.isFinite(x)) return false
  const precise = Number(x.toPrecision(12))
  return !(Number.isInteger(precise) && Math.abs(precise) < WHOLE) && Number(precise.toPrecision(DIGITS)) !== precise
}

// The same as one string, for labels: 1.2×10⁸.
export function brief(x) {
  const [digits, power] = short(x)
  return power ? `${digits}×10${power.replace(/./g, sign => RAISED[sign])}` : digits
}

// Writes a number into an element, as text.
export function write(element, x) {
  const [digits, power] = short(x)
  element.textContent = power ? `${digits}×10` : digits
  if (power) element.append(Object.assign(document.createElement("sup"), { textContent: power }))
}

const signed = text => (text === "-0" ? "0" : text.replace("-", "−"))
