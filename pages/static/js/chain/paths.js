// The product of the Jacobians. An entry is a button; the one that is open is written out as the sum over the paths
// from its input to its output, and its paths are lit in the graph. Pointing at a term lights that path alone.

/** @import { Paths } from "../messages" */

import { mounted } from "../kit/component.js"
import { button, make, resize } from "../kit/dom.js"
import { choosable, fill, matrix, put, putWords } from "../kit/matrix.js"
import { bracketed, brief, plain, TALL } from "../kit/numbers.js"
import { say } from "../kit/words.js"
import { draw, light } from "./paths_graph.js"
import { scene } from "./scene.js"

const FEW = 16 // terms shown before the reader asks for the rest

export const component = mounted(".lens-paths", root => {
  const own = skeleton(root)
  return { learn: ({ data }) => learn(own, data) }
})

/**
 * @param {any} own
 * @param {Paths} data
 */
function learn(own, data) {
  own.data = scene(data)
  const { product } = own.data
  if (!product[own.i] || own.j >= product[0].length) Object.assign(own, { i: 0, j: 0 })
  build(own)
  open(own, own.i, own.j)
}

function skeleton(root) {
  const [equation, columns] = [make("div", "lens-paths-product"), make("div", "lens-paths-columns")]
  const [picture, sum] = [make("div", "lens-paths-picture"), make("div", "lens-paths-sum")]
  const told = make("p", "lens-paths-told", { "aria-live": "polite" })
  const hint = make("p", "lens-paths-hint")
  const [head, terms, total] = [
    make("div", "lens-paths-head"),
    make("div", "lens-paths-list"),
    make("div", "lens-paths-total"),
  ]
  sum.append(head, terms, total)
  picture.append(make("div", "lens-paths-box"), told)
  columns.append(picture, sum)
  root.replaceChildren(hint, equation, columns)
  return { root, equation, columns, picture, told, hint, head, terms, total, i: 0, j: 0, all: false }
}

function build(own) {
  const { data, equation, columns, hint } = own
  columns.classList.toggle("lens-paths-long", data.stages.length > 2)
  hint.textContent = data.words.hint
  const factors = [...data.stages].reverse()
  const parts = resize(equation, 2 + factors.length, k => (k === 1 ? make("span", "lens-paths-equals") : matrix()))
  parts[1].textContent = "="
  equation.classList.toggle("lens-paths-small", data.spaces.reduce((sum, space) => sum + space.values.length, 0) > 14)
  const letters = data.spaces.map(space => space.letter)
  const name = `J_{${letters[0]}\\to ${letters.at(-1)}}`
  const { cells } = fill(
    parts[0],
    data.product.map(row => row.map(n => n.text)),
    name,
  )
  own.product = cells
  own.factors = factors
    .map(
      (stage, k) =>
        fill(
          parts[k + 2],
          stage.entries.map(row => row.map(n => n.text)),
          stage.name,
        ).cells,
    )
    .reverse()
  choosable(parts[0], (i, j) => open(own, i, j))
  cells.forEach((row, i) => row.forEach((cell, j) => entry(own, cell, i, j)))
  own.graph = draw(own.picture.firstChild, data, edge => tell(own, edge))
}

function entry(own, cell, i, j) {
  const [from, to] = [own.data.spaces[0].plain[j], own.data.spaces.at(-1).plain[i]]
  cell.classList.add("lens-entry")
  cell.dataset.testid = `product-${i + 1}-${j + 1}`
  cell.dataset.value = plain(own.data.product[i][j].value)
  cell.setAttribute("aria-label", `∂${to}/∂${from} = ${brief(own.data.product[i][j].value)}`)
}

function open(own, i, j) {
  Object.assign(own, { all: own.all && own.i === i && own.j === j, i, j })
  own.product.forEach((row, p) => row.forEach((cell, q) => cell.setAttribute("aria-pressed", p === i && q === j)))
  own.paths = found(own.data, i, j)
  lightFactors(own)
  list(own)
  light(own.graph, own.paths, own.data, i)
  tell(own, null)
}

// Every way from x_j to z_i, as the indices it passes, with its factors from the last stage to the first. Those with a
// factor 0 come last: they add nothing.
function found({ stages, spaces }, i, j) {
  let ways = [[j]]
  for (let s = 0; s < stages.length; s++) {
    const next = s === stages.length - 1 ? [i] : spaces[s + 1].values.map((_, k) => k)
    ways = ways.flatMap(way => next.map(k => [...way, k]))
  }
  const paths = ways.map(way => {
    const factors = stages.map((stage, s) => stage.entries[way[s + 1]][way[s]]).reverse()
    const value = factors.every(n => n.path) ? factors.reduce((product, n) => product * n.value, 1) : 0
    return { way, factors, value }
  })
  const counts = path => path.factors.every(n => n.value !== 0)
  return [...paths.filter(counts), ...paths.filter(path => !counts(path))]
}

// The row of the last Jacobian and the column of the first one that make the entry.
function lightFactors({ factors, i, j }) {
  const last = factors.length - 1
  factors.forEach((cells, s) =>
    cells.forEach((row, p) =>
      row.forEach((cell, q) => cell.classList.toggle("lens-chosen", (s < last || p === i) && (s > 0 || q === j))),
    ),
  )
}

function list(own) {
  const { data, i, j, paths, head, terms, total } = own
  const [from, to] = [data.spaces[0].names[j], data.spaces.at(-1).names[i]]
  put(head, `\\frac{\\partial ${to}}{\\partial ${from}} = ${general(data, i, j)}`)
  const nonzero = paths.filter(path => path.factors.every(n => n.value !== 0)).length
  const few = own.all || paths.length <= FEW ? paths.length : Math.min(FEW, Math.max(nonzero, 1))
  const rest = paths.length - few
  const rows = resize(terms, few + Number(rest > 0), () => button(""))
  paths.slice(0, few).forEach((path, k) => term(own, rows[k], path, k))
  if (rest > 0) more(own, rows[few], paths.length)
  put(total, `= \\boxed{${data.product[i][j].text}}`)
  total.dataset.value = plain(data.product[i][j].value)
  total.dataset.testid = "path-sum"
}

// Σ ∂z_i/∂y_k ∂y_k/∂x_j
function general({ stages, spaces }, i, j) {
  const between = ["k", "l", "m"].slice(0, stages.length - 1)
  const index = [null, ...between]
  const place = s =>
    s === 0 ? spaces[0].names[j] : s === stages.length ? spaces[s].names[i] : `${spaces[s].letter}_{${index[s]}}`
  const factors = stages.map((_, s) => `\\frac{\\partial ${place(s + 1)}}{\\partial ${place(s)}}`).reverse()
  return `\\sum_{${between.join(",")}} ${factors.join("\\,")}`
}

function term(own, row, path, k) {
  const { data } = own
  const parts = resize(row, 3, () => make("span"))
  parts[0].dataset.sign = k ? "+" : ""
  const plainly = path.factors.every(n => DECIMAL.test(n.text))
  if (plainly) putWords(parts[0], path.factors.map(n => bracketed(n.text.replace("-", "−"))).join(" · "))
  else put(parts[0], path.factors.map(n => bracketed(n.text, TALL)).join(" \\cdot "))
  putWords(parts[1], `= ${brief(path.value)}`)
  putWords(parts[2], path.way.map((index, s) => data.spaces[s].plain[index]).join(" → "))
  parts[2].style.color = data.hues[own.i % data.hues.length]
  row.className = "lens-term-of-path"
  row.classList.toggle(
    "lens-zero",
    path.factors.some(n => n.value === 0),
  )
  row.dataset.testid = `path-${path.way.map(index => index + 1).join("-")}`
  row.dataset.value = plain(path.value)
  const alone = only => () => {
    light(own.graph, only ? [path] : own.paths, data, own.i, only)
    row.classList.toggle("lens-chosen", only)
  }
  Object.assign(row, {
    onpointerenter: alone(true),
    onfocus: alone(true),
    onpointerleave: alone(false),
    onblur: alone(false),
    onclick: alone(true),
  })
}

const DECIMAL = /^-?\d+(\.\d+)?$/ // written as text: KaTeX would show the same, slower

function more(own, row, count) {
  row.className = "lens-more"
  row.textContent = say(own.data.words.more, { count })
  row.removeAttribute("data-testid")
  Object.assign(row, { onpointerenter: null, onpointerleave: null, onfocus: null, onblur: null })
  row.onclick = () => {
    own.all = true
    list(own)
  }
}

// The formula of the edge that is pointed at: ∂y_1/∂x_2 = 2x_1 x_2 = 4.
function tell({ told, data }, edge) {
  if (!edge) {
    told.textContent = data.words.point
    return
  }
  const { s, p, q } = edge
  const [stage, above, below] = [data.stages[s], data.spaces[s + 1].names[p], data.spaces[s].names[q]]
  const [formula, number] = [stage.formulas[p][q], stage.entries[p][q].text]
  const value = formula === number ? number : `${formula} = ${number}`
  const tex = `\\frac{\\partial ${above}}{\\partial ${below}} = ${value}`
  told.replaceChildren(make("span"))
  put(told.firstChild, tex)
}
