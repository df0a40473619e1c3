// v beside u, and J between them: reading down, the rows weighted by v add up to vᵀJ (backward mode); reading across,
// the columns weighted by u add up to J u (forward mode). Both roads end in the same number, whatever is dragged.

import { make, set, text, write } from "../kit/dom.js"
import { dot, pull, times } from "../kit/linear.js"
import { put, tint } from "../kit/matrix.js"
import { bracketed, brief, plain } from "../kit/numbers.js"
import { strengths } from "../kit/tints.js"
import { knob, question, weights } from "../kit/weights.js"

const TANGENT = [1, 0.5, -1, 2] // a first u, with no two neighbours alike

// What stands where, for one v, u and J.
export function model(v, u, J) {
  const [columns, rows] = [times(J, u), pull(v, J)]
  const ends = { forward: dot(v, columns), backward: dot(rows, u) }
  return {
    rows: bands(v, columns),
    columns: bands(u, rows),
    J,
    ends,
    roads: {
      forward: `${products(v, columns)} = ${brief(ends.forward)}`,
      backward: `${products(rows, u)} = ${brief(ends.backward)}`,
    },
  }
}

// Every weight with its tint and what its row, or column, comes to.
function bands(weights, results) {
  const found = strengths(weights)
  return weights.map((value, k) => ({ value, strength: found[k], negative: value < 0, result: results[k] }))
}

export function open(place, context) {
  const own = {
    v: weights(context.scene.page),
    u: question(
      `${context.scene.page}.u`,
      Array.from({ length: context.scene.n }, (_, j) => TANGENT[j % TANGENT.length]),
    ),
  }
  const show = view(place, context, own)
  const close = own.u.channel.subscribe(context.repaint)
  return { paint: ({ v, J, lit }) => show(model(v, own.u.values, J), lit), close }
}

// Draws the board and answers with what shows a model on it.
function view(place, { scene, say, hue }, own) {
  const cells = grid(scene, own, say)
  const roads = make("div", "lens-roads")
  const [across, down] = ["forward", "backward"].map(name => road(roads, name, say))
  const scroll = make("div", "lens-scroll", {}, cells.board)
  const form = make("div", "lens-form", {}, scroll, roads)
  place.append(text("p", "lens-quiet", say("duality.hint")), form, text("p", "lens-quiet", say("duality.why")))

  return ({ rows, columns, J, ends, roads }, lit) => {
    rows.forEach(({ result, value, strength, negative }, i) => {
      const { v, band, forward } = cells.rows[i]
      for (const element of [v, band]) tint(element, { hue: hue(i), strength, negative })
      turned(v, value)
      cells.J[i].forEach((cell, j) => put(cell, J[i][j]))
      put(forward, result)
      forward.style.color = hue(i)
      for (const element of [v, band, forward]) element.classList.toggle("lens-lit", lit?.row === i)
    })
    columns.forEach(({ result, value, strength, negative }, j) => {
      const { u, backward } = cells.columns[j]
      tint(u, { hue: hue(null), strength: 0.5 * strength, negative })
      turned(u, value)
      put(backward, result)
    })
    put(cells.pairing, ends.backward)
    cells.pairing.dataset.value = plain(ends.backward)
    show(across, roads.forward, ends.forward)
    show(down, roads.backward, ends.backward)
  }
}

// The board. Columns: v, a gap, J, a gap, J u; rows: u, J, a gap, vᵀJ.
function grid({ m, n }, own, say) {
  const board = make("div", "lens-duality")
  board.style.setProperty("--columns", n)
  const at = (element, row, column, rows = 1, columns = 1) => {
    element.style.gridArea = `${row} / ${column} / span ${rows} / span ${columns}`
    board.append(element)
    return element
  }
  const cell = (row, column, name = "") => at(make("span", `lens-cell ${name}`), row, column)
  const grab = (row, column, ...way) => {
    const element = cell(row, column, "lens-grab")
    knob(element, ...way)
    return element
  }
  const [first, right, below] = [3, n + 4, m + 3]
  at(text("span", "lens-name", "v"), 1, 1)
  at(text("span", "lens-name", "u"), 1, 2)
  at(text("span", "lens-name", "J u"), 1, right)
  at(text("span", "lens-name", "vᵀJ"), below, 1)
  const stripes = Array.from({ length: m }, (_, i) => at(make("span", "lens-stripe"), i + 2, first, 1, n))
  at(make("span", "lens-body lens-bracket"), 2, first, m, n)
  const us = Array.from({ length: n }, (_, j) => grab(1, j + first, j, own.u, `u${j + 1}`))
  const vs = Array.from({ length: m }, (_, i) => grab(i + 2, 1, i, own.v, say("duality.weight", { i: i + 1 })))
  const J = vs.map((_, i) => us.map((_, j) => cell(i + 2, j + first)))
  const rows = vs.map((v, i) => ({ v, band: stripes[i], forward: cell(i + 2, right, "lens-result") }))
  const columns = us.map((u, j) => ({ u, backward: cell(below, j + first, "lens-result") }))
  const pairing = cell(below, right, "lens-pairing")
  pairing.dataset.testid = "pairing"
  return { board, rows, columns, J, pairing }
}

function road(roads, name, say) {
  const sum = make("span", "lens-sum-text")
  const line = text("span", "lens-road", say(`duality.${name}`))
  roads.append(make("p", "", { "data-testid": `pairing-${name}` }, line, sum))
  return sum
}

function show(sum, words, value) {
  write(sum, words)
  sum.parentElement.dataset.value = plain(value)
}

function turned(element, value) {
  put(element, value)
  set(element, { "aria-valuenow": plain(value) })
}

// 2·1 + 1·(−3)
const products = (a, b) =>
  a.map((value, k) => `${k ? bracketed(brief(value)) : brief(value)}·${bracketed(brief(b[k]))}`).join(" + ")
