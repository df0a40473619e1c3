// The reader's formulas in the browser: trees of core/kinds/vector/geometry.py become functions of x, by this table and
// nothing else. What an operation means is what core/numbers/floats.py says; one that has no row here is refused.

import { real } from "../kit/numbers.js"

const compare = holds => (a, b) => Number(holds(a, b))
const sigmoid = x => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))) // exp(-x) would overflow

export const OPERATIONS = {
  neg: a => -a,
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => (a === 1 || b === 0 ? 1 : a === -1 && Math.abs(b) === Infinity ? 1 : a ** b), // C's pow: 1^nan is 1
  ...Object.fromEntries(
    "sin cos tan asin acos atan sinh cosh tanh exp log sqrt abs sign atan2 min max"
      .split(" ")
      .map(op => [op, Math[op]]),
  ),
  relu: x => Math.max(x, 0),
  sigmoid,
  softplus: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), // log(1 + exp(x)) would overflow
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
