// Any output by any input as a gallery shows it: the server has differentiated, here it is weighted and added up. While
// v is dragged that happens in floats; at rest the numbers are the server's.

/** @import { Subject } from "../gallery/gallery.js" */
/** @import { Tensor, Value } from "../messages" */

import {
  coloured,
  equals,
  float,
  fraction,
  laid,
  latex,
  machine,
  place,
  places,
  spot,
  tex,
} from "../gallery/notation.js"
import { make } from "../kit/dom.js"
import { real } from "../kit/numbers.js"
import { strengths } from "../kit/tints.js"
import { say } from "../kit/words.js"

const WIDE = 5 // sides above it are drawn smaller
const MOST_TERMS = 9 // of an entry of the sum that are written out
const LONG = 70 // characters of LaTeX of an entry that is written into its cell
const ROOM = -88.88 // what a number of the sum may grow to without anything moving
const floats = new WeakMap() // message -> its derivatives as numbers

/** @type {(data: Tensor, gallery: { state: { v?: number[] } }) => Subject} */
export function subject(data, { state }) {
  const { output, wrt, hued } = data
  const [, n] = laid(output)
  const weights = moved(data, state.v)
  const still = !weights
  const v = weights ?? data.v.exact
  const sides = [output, wrt, ...data.operands].flatMap(({ shape }) => shape)
  return {
    output,
    wrt,
    inputs: data.operands.map(({ name }) => name),
    v: { name: "v", tex: "v", shape: output.shape },
    weights: rows(v, n),
    strengths: rows(still ? data.v.strengths : strengths(v.map(float)), n),
    hue: (i, j) => hued[i * n + j],
    ...terms(data, v, still),
    ...sums(data, v, still),
    flat: flat(data),
    wide: Math.max(...sides, 0) > WIDE,
  }
}

// The small matrices.
/** @type {(data: Tensor, v: Value[], still: boolean) => any} */
function terms(data, v, still) {
  const { output, wrt, hued, value, words } = data
  const [[, n], [, width]] = [laid(output), laid(wrt)]
  const slopes = derivatives(data)
  const at = (i, j) => i * n + j
  const entries = (i, j, weighted) => rows(term(data, slopes, v, at(i, j), weighted, still), width)
  return {
    entries,
    letters: (i, j, weighted) => inLetters(data, at(i, j), weighted, width),
    reaches: (i, j, p, q) => slopes[at(i, j)][p * width + q] !== 0,
    band: "",
    label: (i, j) => label(data, v[at(i, j)], entries(i, j, false), i, j),
    thumb: (i, j) => picture(rows(slopes[at(i, j)], width), hued[at(i, j)]),
    tintThumb: (thumb, i, j) => shade(thumb, float(v[at(i, j)]), v.map(float)),
    made: (i, j) => `${coloured(hued[at(i, j)], tex(output, i, j))} ${equals(value[i][j])} ${latex(value[i][j])}`,
    reasons: (i, j) => reasons(data, at(i, j), i, j),
    rest: (i, j) =>
      slopes[at(i, j)].includes(0) ? say(words.zeros, { wrt: wrt.name, name: place(output, i, j) }) : "",
    told: (i, j, p, q) => {
      const entry = entries(i, j, false)[p][q]
      const by = { ...wrt, tex: tex(wrt, p, q) }
      return `${fraction({ output, wrt: by }, i, j)} ${equals(entry)} ${latex(entry)}`
    },
  }
}

// What they add up to.
/** @type {(data: Tensor, v: Value[], still: boolean) => any} */
function sums(data, v, still) {
  const { output, wrt, words, orders, grad } = data
  const [[, n], [, width]] = [laid(output), laid(wrt)]
  const slopes = derivatives(data)
  const numbers = v.map(float)
  const after = (by, step) =>
    still && data.sums ? kept(data, by, step) : added(orders[by].slice(0, step), slopes, numbers)
  return {
    order: by => orders[by].map(k => spot(k, n)),
    after: (by, step) => rows(after(by, step), width),
    total: still ? grad : rows(after("rows", v.length), width),
    every: () => [ROOM, ...grad.flat(), ...orders.rows.flatMap((_, k) => after("rows", k + 1))],
    afterAll: () => [say(words.after_all, { name: `${wrt.name}.grad` })],
    closed: data.closed,
    listing: printed => listing(output.name, `${wrt.name}.grad`, printed),
    feeding: (p, q) => feeding(data, slopes, v, p, q),
  }
}

/** @type {<T>(values: T[], width: number) => T[][]} */
const rows = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width))

function derivatives(data) {
  if (!floats.has(data))
    floats.set(
      data,
      data.cards.map(card => card.map(float)),
    )
  return floats.get(data)
}

// v as it stands in the browser, where that is another than the server's.
function moved({ v, cards }, now) {
  if (now?.length !== cards.length) return null
  return now.every((value, k) => Object.is(value, real(v.shown[k]))) ? null : now
}

// ∂output_k/∂wrt, or v_k times that: exact where the server has sent it so.
function term(data, slopes, v, k, weighted, still) {
  if (!weighted) return data.cards[k]
  if (still && data.weighted) return data.weighted[k]
  return slopes[k].map(slope => slope * float(v[k]) || 0)
}

// The sum of some terms. What cancels up to the rounding of floats is 0, as core/maps.py has it.
export function added(which, slopes, v) {
  return (slopes[0] ?? []).map((_, entry) => {
    let [sum, size] = [0, 0]
    for (const k of which) {
      const part = v[k] * slopes[k][entry]
      sum += part
      size += Math.abs(part)
    }
    return Math.abs(sum) <= 4 * Number.EPSILON * size ? 0 : sum
  })
}

/** @type {(data: Tensor, by: string, step: number) => Value[]} */
const kept = (data, by, step) => (step ? data.sums[by][step - 1] : data.cards[0].map(() => 0))

// A card in letters; null while the server has not been asked for it. What is long is folded.
/** @type {(data: Tensor, k: number, weighted: boolean, width: number) => string[][] | null} */
function inLetters({ letters }, k, weighted, width) {
  const card = letters?.[k]
  if (!card) return null
  const written = weighted ? card.weighted : card.entries
  return rows(
    written.map(entry => (entry.length > LONG ? "\\cdots" : entry)),
    width,
  )
}

// What was folded, and what the letters stand for.
/** @type {(data: Tensor, k: number, i: number, j: number) => string[]} */
function reasons({ letters, output, wrt, words }, k, i, j) {
  const card = letters?.[k]
  if (!card) return []
  const long = card.entries.flatMap((entry, q) => {
    const [row, column] = spot(q, laid(wrt)[1])
    const by = { ...wrt, tex: tex(wrt, row, column) }
    return entry.length > LONG ? [`${fraction({ output, wrt: by }, i, j)} = ${entry}`] : []
  })
  return [...long, ...card.where.map((line, q) => (q ? line : `\\text{${words.where} } ${line}`))]
}

function label({ output, wrt, words }, value, entries, i, j) {
  const name = `∂${place(output, i, j)}/∂${wrt.name}`
  return say(words.card_label, { name, value: float(value), values: machine(entries).replaceAll(";", "; ") })
}

// Every entry as strong as it is large beside the others of its card.
function picture(slopes, hue) {
  const largest = Math.max(...slopes.flat().map(Math.abs).filter(Number.isFinite), 0) || 1
  const element = make("span", "lens-heat")
  element.style.setProperty("--columns", String(slopes[0].length))
  element.style.setProperty("--hue", hue)
  for (const slope of slopes.flat()) {
    const cell = make("span", slope < 0 ? "lens-minus" : slope ? "" : "lens-nought")
    cell.style.setProperty("--share", (Math.abs(slope) / largest).toFixed(3))
    element.append(cell)
  }
  return element
}

// By its weight: how strong, and hatched where it is negative.
function shade(thumb, value, v) {
  const largest = Math.max(3, ...v.map(Math.abs).filter(Number.isFinite))
  const strength = value ? (0.25 + (0.75 * Math.abs(value)) / largest).toFixed(2) : "0.12"
  if (thumb.style.opacity !== strength) thumb.style.opacity = strength
  thumb.classList.toggle("lens-minus", value < 0)
}

function listing(output, name, printed) {
  const [first, ...rest] = printed.split("\n")
  return [
    `${output}.backward(v)`,
    `${name}  # ${first}`,
    ...rest.map(line => `${" ".repeat(name.length)}  # ${line}`),
  ].join("\n")
}

// (W.grad)_pq = Σ v_ij ∂y_ij/∂W_pq, the terms that are not 0 in the hues of their outputs.
function feeding(data, slopes, v, p, q) {
  const { output, wrt, hued, cards, words } = data
  const entry = p * laid(wrt)[1] + q
  const all = places(output)
  const terms = all.flatMap(([i, j], k) => (slopes[k][entry] ? [[k, i, j]] : []))
  const more = terms.length > MOST_TERMS ? "+\\cdots" : ""
  const some = terms.slice(0, MOST_TERMS)
  const name = { name: `${wrt.name}.grad`, tex: `\\texttt{${wrt.name}.grad}`, shape: wrt.shape }
  const by = { ...wrt, tex: tex(wrt, p, q) }
  const letters = some.map(([k, i, j]) =>
    coloured(hued[k], `${tex({ ...output, tex: "v" }, i, j)}\\,${fraction({ output, wrt: by }, i, j)}`),
  )
  const numbers = some.map(([k]) => coloured(hued[k], `${latex(v[k], true)}\\cdot ${latex(cards[k][entry], true)}`))
  const sum = added(
    terms.map(([k]) => k),
    slopes,
    v.map(float),
  )[entry]
  const shown = some.flatMap(([k]) => [v[k], cards[k][entry]])
  const written = terms.length ? `${letters.join("+")}${more} ${equals(...shown)} ${numbers.join("+")}${more}` : ""
  return {
    formula: `${tex(name, p, q)} = ${written} ${terms.length ? equals(...shown, sum) : ""} \\mathbf{${latex(sum)}}`,
    told: say(words.fed, { place: place({ ...wrt, name: "" }, p, q), name: name.name, output: output.name }),
  }
}

/** @type {(data: Tensor) => Subject["flat"]} */
function flat({ output, wrt, words, sampled }) {
  return {
    formula:
      `J = \\frac{\\partial\\operatorname{vec}(${output.tex})}{\\partial\\operatorname{vec}(${wrt.tex})},\\qquad ` +
      `\\operatorname{vec}(v)^{\\top} J = \\operatorname{vec}(\\texttt{${wrt.name}.grad})^{\\top}`,
    blocks: [laid(output)[1], laid(wrt)[1]],
    help: sampled || say(words.jacobian_help, { output: output.name, wrt: wrt.name }),
    folded: (row, i, j) => say(words.unflatten, { count: row + 1, name: place(output, i, j) }),
  }
}
