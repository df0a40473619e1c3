// c = a·b as a gallery shows it. ∂c_ij/∂b has one line that is not always 0: its column j, which is row i of a; of
// ∂c_ij/∂a it is row i, which is column j of b. So nothing is differentiated, and the server sends the lines alone.

/** @import { Subject } from "../gallery/gallery.js" */
/** @import { Product, Shaped } from "../messages" */

import { coloured, equals, float, fraction, latex, place, range, tex } from "../gallery/notation.js"
import { make } from "../kit/dom.js"
import { say } from "../kit/words.js"

// a, b, c or v.
/** @type {(letter: string, shape?: number[]) => Shaped} */
export const shaped = (letter, shape = [1, 1]) => ({ name: letter, tex: letter, shape })
const [A, B, C, V] = ["a", "b", "c", "v"].map(letter => shaped(letter))

/** @type {(data: Product) => Subject} */
export function subject(data) {
  const { wrt, values, hues, words } = data
  const [m, k, n] = data.sizes
  const by = wrt === "b"
  const reaches = (i, j, p, q) => (by ? q === j : p === i)
  const placed = (i, j, line, nothing) => {
    return grid(by ? k : m, by ? n : k, (p, q) => (reaches(i, j, p, q) ? line[by ? p : q] : nothing))
  }
  return {
    output: shaped("c", [m, n]),
    wrt: shaped(wrt, by ? [k, n] : [m, k]),
    inputs: ["b", "a"],
    v: shaped("v", [m, n]),
    weights: values.v,
    strengths: data.strengths,
    hue: i => hues[i],
    entries: (i, j, weighted) => placed(i, j, weighted ? data.weighted[i][j] : factors(data, i, j), 0),
    letters: (i, j, weighted) => placed(i, j, letters(data, i, j, weighted), "0"),
    reaches,
    band: by ? "column" : "row",
    label: (i, j) => label(data, i, j),
    thumb: (i, j) => stripe(data, i, j),
    tintThumb: () => {}, // v is never dragged here
    order: order => data.ledgers[order],
    after: (order, step) => after(data, data.ledgers[order].slice(0, step)),
    total: data.grad,
    every: () => Object.values(data.ledgers).flatMap(steps => steps.flatMap(([, , line]) => line)),
    afterAll: () => [say(words.after_all, { name: `${wrt}.grad`, value: by ? "aᵀv" : "v bᵀ" })],
    closed: null, // it has a card of its own
    listing: printed => listing(wrt, printed),
    feeding: (p, q) => ({
      formula: entryFormula(data, p, q),
      told: say(by ? words.column_of_a : words.row_of_b, { p: p + 1, q: q + 1 }),
    }),
    made: (i, j) => elementFormula(data, i, j),
    reasons: (i, j) => reasons(data, i, j),
    rest: (i, j) => say(words.others_zero, { i: i + 1, j: j + 1, name: wrt }),
    flat: flat(data),
    told: (i, j, p, q) => told(data, reaches, i, j, p, q),
    wide: Math.max(...data.sizes) > WIDE,
  }
}

const WIDE = 5 // sides above it are drawn smaller
const grid = (rows, columns, entry) => range(rows).map(p => range(columns).map(q => entry(p, q)))

// The k values of the line that is not 0: row i of a, or column j of b.
const factors = ({ wrt, values }, i, j) => (wrt === "b" ? values.a[i] : values.b.map(row => row[j]))

// The same in letters.
/** @type {(data: Product, i: number, j: number, weighted: boolean) => string[]} */
function letters({ wrt, sizes: [, k] }, i, j, weighted) {
  const weight = weighted ? `${tex(V, i, j)}\\,` : ""
  return range(k).map(l => weight + (wrt === "b" ? tex(A, i, l) : tex(B, l, j)))
}

function label(data, i, j) {
  const { wrt, words, values } = data
  const line = wrt === "b" ? j : i
  return (
    say(words.card_label, {
      name: `∂${place(C, i, j)}/∂${wrt}`,
      value: float(values.v[i][j]),
      p: line + 1,
      values: factors(data, i, j).map(float).join(", "),
    }) +
    " " +
    say(words.one_line, { p: line + 1, name: wrt === "b" ? words.column : words.row })
  )
}

// A small picture: the line that is not 0, where it stands.
/** @type {(data: Product, i: number, j: number) => HTMLElement} */
function stripe({ wrt, sizes: [m, , n], hues, strengths, values }, i, j) {
  const element = make("span", "lens-stripe")
  const [at, of] = wrt === "b" ? [j, n] : [i, m]
  element.classList.add(wrt === "b" ? "lens-upright" : "lens-level")
  element.style.setProperty("--at", String(at / of))
  element.style.setProperty("--of", String(1 / of))
  element.style.setProperty("--hue", hues[i])
  element.style.setProperty("--strength", String(strengths[i][j]))
  element.classList.toggle("lens-minus", float(values.v[i][j]) < 0)
  return element
}

// The sum after some steps: every line as the last step that changed it has left it.
function after({ wrt, grad }, steps) {
  const rows = grad.map(row => row.map(() => 0))
  for (const [i, j, line] of steps)
    line.forEach((value, at) => (wrt === "b" ? (rows[at][j] = value) : (rows[i][at] = value)))
  return rows
}

// Every term of an entry of the gradient, (b.grad)_pq = Σ_i v_iq a_ip, first in letters, then in numbers.
function entryFormula(data, p, q) {
  const { wrt, values, hues, grad } = data
  const [m, , n] = data.sizes
  const terms =
    wrt === "b"
      ? range(m).map(i => [i, q, tex(A, i, p), values.a[i][p]])
      : range(n).map(j => [p, j, tex(B, q, j), values.b[q][j]])
  const written = terms.map(([i, j, letter]) => coloured(hues[i], `${tex(V, i, j)}\\,${letter}`)).join("+")
  const numbers = terms
    .map(([i, j, , factor]) => coloured(hues[i], `${latex(values.v[i][j], true)}\\cdot ${latex(factor, true)}`))
    .join("+")
  const shown = terms.flatMap(([i, j, , factor]) => [values.v[i][j], factor])
  const total = `${equals(...shown, grad[p][q])} \\mathbf{${latex(grad[p][q])}}`
  return `\\texttt{${wrt}.grad}_{${p + 1}${q + 1}} = ${written} ${equals(...shown)} ${numbers} ${total}`
}

// c_ij = Σ_l a_il b_lj in letters and in numbers.
/** @type {(data: Product, i: number, j: number) => string} */
function elementFormula({ values, hues, sizes: [, k] }, i, j) {
  const letters = range(k)
    .map(l => `${tex(A, i, l)}\\,${tex(B, l, j)}`)
    .join("+")
  const numbers = range(k)
    .map(l => `${latex(values.a[i][l], true)}\\cdot ${latex(values.b[l][j], true)}`)
    .join("+")
  const shown = range(k).flatMap(l => [values.a[i][l], values.b[l][j]])
  const total = `${equals(...shown, values.c[i][j])} \\mathbf{${latex(values.c[i][j])}}`
  return `${coloured(hues[i], tex(C, i, j))} = ${letters} ${equals(...shown)} ${numbers} ${total}`
}

// ∂c_ij/∂b_lj = a_il for every l: the factor that stands beside the entry in c_ij. One formula each, so that a line
// ends between two of them.
function reasons(data, i, j) {
  const {
    wrt,
    hues,
    sizes: [, k],
  } = data
  const line = factors(data, i, j)
  const one = l => (wrt === "b" ? [tex(B, l, j), tex(A, i, l)] : [tex(A, i, l), tex(B, l, j)])
  return range(k).map(l => {
    const [of, factor] = one(l)
    const end = l < k - 1 ? "," : ""
    const value = `${equals(line[l])} ${latex(line[l])}${end}`
    return `\\dfrac{\\partial ${tex(C, i, j)}}{\\partial ${of}} = ${coloured(hues[i], factor)} ${value}`
  })
}

/** @type {(data: Product) => Subject["flat"]} */
function flat({ wrt, words, sizes: [m, k, n] }) {
  return {
    formula: wrt === "b" ? whole(wrt, `a \\otimes I_{${n}}\\,`) : whole(wrt, `I_{${m}} \\otimes b^{\\top}`),
    blocks: [n, wrt === "b" ? n : k],
    help: words.jacobian_help,
    folded: (row, i, j) => say(words.unflatten, { count: row + 1, i: i + 1, j: j + 1 }),
  }
}

// J as a Kronecker product, and what v makes of it.
const whole = (wrt, product) =>
  `J = \\frac{\\partial\\operatorname{vec}(c)}{\\partial\\operatorname{vec}(${wrt})} = ${product},\\qquad ` +
  `\\operatorname{vec}(v)^{\\top} J = \\operatorname{vec}(\\texttt{${wrt}.grad})^{\\top}`

// An entry of J: which derivative it is, which factor, which number.
function told({ wrt, values }, reaches, i, j, p, q) {
  const [letter, value] = wrt === "b" ? [tex(A, i, p), values.a[i][p]] : [tex(B, q, j), values.b[q]?.[j]]
  const derivative = fraction({ output: C, wrt: { ...shaped(wrt), tex: tex(shaped(wrt), p, q) } }, i, j)
  return reaches(i, j, p, q) ? `${derivative} = ${letter} ${equals(value)} ${latex(value)}` : `${derivative} = 0`
}

function listing(wrt, printed) {
  const [first, ...rest] = printed.split("\n")
  const name = `${wrt}.grad`
  return [
    "c = a @ b",
    "c.backward(v)",
    `${name}  # ${first}`,
    ...rest.map(line => `${" ".repeat(name.length)}  # ${line}`),
  ].join("\n")
}
