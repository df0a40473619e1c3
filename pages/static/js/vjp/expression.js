// The reader's formulas in the browser: trees of core/kinds/vector/geometry.py become functions of x, by this table and
// nothing else. What an operation means is what core/numbers/floats.py says; one that has no row here is refused.

import { real } from "../kit/numbers.js"

const compare = holds => (a, b) => Number(holds(a, b))
const sigmoid = x => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))) // exp(-x) would overflow

const logistic = x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) // log(1 + exp(x)) would overflow
const clamp = (x, low, high) => Math.min(Math.max(x, low), high)
const [SCALE, ALPHA] = [1.0507009873554805, 1.6732632423543772] // of selu

// erf by its series of positive terms (Abramowitz and Stegun 7.1.6), erfc far out by Laplace's continued fraction
// (7.1.14).
const FAR = 2
function erf(x) {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) > FAR) return Math.sign(x) * (1 - far(Math.abs(x)))
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1)
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}
function far(x) {
  if (x > 30) return 0
  let fraction = x
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}
const erfc = x => (x > FAR ? far(x) : 1 - erf(x))

// Half to even.
const even = x => {
  const whole = Math.round(x)
  return Math.abs(x % 1) === 0.5 && whole % 2 ? whole - 1 : whole
}
const remainder = (a, b) => {
  const left = a % b
  return left && left < 0 !== b < 0 ? left + b : left
}
const logaddexp = (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))))

// What JavaScript has under the same name.
const AS_JAVASCRIPT = [
  "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2",
  "exp expm1 log log1p sqrt cbrt abs sign floor ceil trunc min max",
].flatMap(names => names.split(" "))

export const OPERATIONS = {
  neg: a => -a,
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => (a === 1 || b === 0 ? 1 : a === -1 && Math.abs(b) === Infinity ? 1 : a ** b), // C's pow: 1^nan is 1
  ...Object.fromEntries(AS_JAVASCRIPT.map(op => [op, Math[op]])),
  relu: x => Math.max(x, 0),
  sigmoid,
  softplus: logistic,
  logsigmoid: x => -logistic(-x),
  silu: x => x / (1 + Math.exp(-x)),
  gelu: x => (x * (1 + erf(x / Math.SQRT2))) / 2,
  elu: x => (x <= 0 ? Math.expm1(x) : x),
  selu: x => SCALE * (x <= 0 ? ALPHA * Math.expm1(x) : x),
  leaky_relu: (x, slope) => (x > 0 ? x : slope * x),
  relu6: x => clamp(x, 0, 6),
  hardtanh: x => clamp(x, -1, 1),
  clamp,
  clamp_min: Math.max,
  clamp_max: Math.min,
  erf,
  erfc,
  sinc: x => (x ? Math.sin(Math.PI * x) / (Math.PI * x) : x === 0 ? 1 : x), // sin(πx)/(πx)
  round: even,
  frac: x => x % 1,
  fmod: (a, b) => a % b,
  remainder,
  logaddexp,
  xlogy: (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
  "<": compare((a, b) => a < b),
  "<=": compare((a, b) => a <= b),
  ">": compare((a, b) => a > b),
  ">=": compare((a, b) => a >= b),
  "==": compare((a, b) => a === b),
  "!=": compare((a, b) => a !== b),
}

// A tree as a function of the vector x. Throws a RangeError for an operation without a row.
export function compile(tree) {
  if (typeof tree === "number") return () => tree
  if (typeof tree === "string") return () => real(tree)
  const [op, ...rest] = tree
  if (op === "x") return x => x[rest[0]]
  const args = rest.map(compile)
  if (op === "where") return x => (args[0](x) ? args[1](x) : args[2](x)) // only the branch it chooses
  if (!Object.hasOwn(OPERATIONS, op)) throw new RangeError(`not allowed: ${op}`)
  const apply = OPERATIONS[op]
  const [a, b] = args
  if (args.length === 1) return x => apply(a(x))
  if (args.length === 2) return x => apply(a(x), b(x))
  return x => apply(...args.map(arg => arg(x)))
}

// A vector or a matrix of trees as one function of x.
export const vector = trees => {
  const entries = trees.map(compile)
  return x => entries.map(entry => entry(x))
}
export const matrix = rows => {
  const vectors = rows.map(vector)
  return x => vectors.map(row => row(x))
}
