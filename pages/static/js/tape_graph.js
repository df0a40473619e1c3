// The recorded operations as a graph: inputs on the left, the last vector on the right. Laid out once for a problem;
// a step only changes classes and texts.

import { brief } from "./numbers.js"

const SVG = "http://www.w3.org/2000/svg"
const [ACROSS, DOWN, WIDE, HIGH, ROOM] = [122, 78, 92, 44, 10]
const THIN = 0.42 // of a line: the place of an edge that passes
const FITS = 12 // characters in a box

// Draws into `box`; answers with what `move` needs.
export function draw(box, operations, label) {
  const { places, tallest, bends } = layout(operations)
  const columns = Math.max(...places.map(p => p.x)) + 1
  const [width, height] = [2 * ROOM + ACROSS * (columns - 1) + WIDE, 2 * ROOM + DOWN * tallest]
  const svg = make("svg", { viewBox: `0 0 ${width.toFixed(0)} ${height.toFixed(0)}`, role: "img", "aria-label": label })
  Object.assign(svg.style, { width: "100%", maxWidth: `${width}px`, minWidth: `${Math.round(0.82 * width)}px` })
  const [edges, nodes, labels] = [make("g"), make("g"), make("g")]
  const at = place => [ROOM + ACROSS * place.x, ROOM + DOWN * place.y - (HIGH + 18) / 2] // 18 for the adjoint below
  const drawn = operations.map((operation, i) => ({
    ...node(nodes, operation, at(places[i]), i),
    edges: operation.uses.map((use, k) => edge(edges, labels, at(places[use.of]), at(places[i]), bends[i][k].map(at), operation.uses.length, k)),
  }))
  svg.append(edges, nodes, labels)
  box.replaceChildren(svg)
  return { box, drawn, places }
}

// Columns from the left as soon as everything needed is there; an edge that passes over a column keeps a place of its
// own in it, so that it runs through no node (Sugiyama, Tagawa and Toda 1981). Within a column, near the neighbours.
function layout(operations) {
  const x = []
  operations.forEach(({ uses }, i) => (x[i] = uses.length ? 1 + Math.max(...uses.map(use => x[use.of])) : 0))
  const items = operations.map((_, i) => ({ x: x[i], size: 1, near: [], order: i }))
  const join = (i, k) => {
    items[i].near.push(k)
    items[k].near.push(i)
  }
  const through = operations.map(({ uses }, i) =>
    uses.map(use => {
      const passed = []
      for (let column = x[i] - 1; column > x[use.of]; column--) passed.push(items.push({ x: column, size: THIN, near: [], order: i - 0.5 }) - 1)
      const way = [i, ...passed, use.of]
      way.slice(1).forEach((item, k) => join(way[k], item))
      return passed
    }),
  )
  const columns = []
  items.forEach((item, i) => (columns[item.x] ??= []).push(i))
  const tall = column => column.reduce((sum, i) => sum + items[i].size, 0)
  const tallest = Math.max(...columns.map(tall))
  const settle = column => {
    let top = (tallest - tall(column)) / 2
    for (const i of column) {
      items[i].y = top + items[i].size / 2
      top += items[i].size
    }
  }
  columns.forEach(column => settle(column.sort((a, b) => items[a].order - items[b].order)))
  let best = { crossed: crossings(items, columns), y: items.map(item => item.y) }
  for (let sweep = 0; sweep < 12 && best.crossed; sweep++) {
    for (const column of sweep % 2 ? [...columns].reverse() : columns) {
      const wish = new Map(column.map(i => [i, mean(items[i].near.map(k => items[k].y))]))
      column.sort((a, b) => wish.get(a) - wish.get(b) || a - b)
      settle(column)
    }
    const crossed = crossings(items, columns)
    if (crossed < best.crossed) best = { crossed, y: items.map(item => item.y) }
  }
  items.forEach((item, i) => (item.y = best.y[i]))
  return { places: items.slice(0, operations.length), tallest, bends: through.map(uses => uses.map(passed => passed.map(i => items[i]))) }
}

// How many pairs of edges between neighbouring columns cross.
function crossings(items, columns) {
  return columns.reduce((count, column, x) => {
    const ends = column.flatMap(i => items[i].near.filter(k => items[k].x === x + 1).map(k => [items[i].y, items[k].y]))
    return ends.reduce((sum, [a, b], i) => sum + ends.slice(i + 1).filter(([c, d]) => (a - c) * (b - d) < 0).length, count)
  }, 0)
}

const mean = numbers => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length)

function node(group, { name, node: torch, text, value }, [x, y], i) {
  const part = make("g", { class: `lens-tape-node${value.length > 1 || !/^t\d/.test(name) ? " lens-tape-vector" : ""}`, "data-testid": `node-${i + 1}` })
  const box = make("rect", { x, y, width: WIDE, height: HIGH, rx: 9 })
  const op = write(make("text", { x: x + WIDE / 2, y: y + 18, class: "lens-tape-op" }), fitting(text.startsWith("stack(") ? "stack" : text || name, name))
  const told = `${name} = ${vector(value)}`
  const number = write(make("text", { x: x + WIDE / 2, y: y + 35, class: "lens-tape-value" }), fitting(told, `${name} ∈ ℝ${"⁰¹²³⁴⁵⁶⁷⁸⁹"[value.length] ?? "ⁿ"}`))
  const adjoint = make("text", { x: x + WIDE / 2, y: y + HIGH + 15, class: "lens-tape-adjoint" })
  const title = write(make("title"), `${torch}\n${name} = ${text || "…"} = ${vector(value)}`)
  part.append(box, op, number, adjoint, title)
  group.append(part)
  return { part, adjoint, title }
}

// From the right side of an argument to the left side of its use, level through the columns between.
function edge(edges, labels, [x1, y1], [x2, y2], bends, count, k) {
  const apart = count > 1 ? (k - (count - 1) / 2) * Math.min(14, 30 / count) : 0
  const points = [[x2, y2 + HIGH / 2 + apart]]
  for (const [x, y] of bends) points.push([x + WIDE, y + HIGH / 2], [x, y + HIGH / 2])
  points.push([x1 + WIDE, y1 + HIGH / 2])
  const steps = points.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = points[i]
    const half = (fromX - x) / 2
    return i % 2 ? `L${x},${y}` : `C${fromX - half},${fromY} ${x + half},${y} ${x},${y}`
  })
  const line = make("path", { d: `M${points[0]}${steps.join("")}`, class: "lens-tape-edge" })
  const middle = bends.length ? [points[1][0] - WIDE / 2, points[1][1]] : [(points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2]
  const label = make("text", { x: middle[0], y: middle[1], class: "lens-tape-sent" })
  edges.append(line)
  labels.append(label)
  return { line, label }
}

// Shows one moment of backward: the node at work, what it sends, what waits, what is finished.
export function move({ box, drawn, places }, { operations, current, done, pending }) {
  drawn.forEach(({ part, adjoint, edges }, i) => {
    const waits = pending.get(i)
    part.classList.toggle("lens-tape-done", done.has(i) && i !== current)
    part.classList.toggle("lens-tape-current", i === current)
    part.classList.toggle("lens-tape-waiting", Boolean(waits))
    write(adjoint, done.has(i) ? vector(operations[i].adjoint) : waits ? `${vector(sum(waits))} + …` : "")
    edges.forEach(({ line, label }, k) => {
      line.classList.toggle("lens-tape-lit", i === current)
      line.classList.toggle("lens-tape-past", done.has(i) && i !== current)
      write(label, i === current ? vector(operations[i].uses[k].sent) : "")
    })
  })
  if (current >= 0) reveal(box, places[current].x)
}

// Keeps the node at work in sight in a graph that is wider than its box.
function reveal(box, x) {
  const left = ROOM + ACROSS * x
  if (box.scrollWidth <= box.clientWidth) return
  if (left < box.scrollLeft + ACROSS || left + WIDE > box.scrollLeft + box.clientWidth)
    box.scrollLeft = Math.max(0, left - box.clientWidth / 2)
}

const vector = numbers => (numbers.length === 1 ? brief(numbers[0]) : `(${numbers.map(brief).join(", ")})`)
const sum = vectors => vectors[0].map((_, k) => vectors.reduce((total, one) => total + one[k], 0))
const fitting = (text, otherwise) => (text.length <= FITS ? text : otherwise.length <= FITS && text.includes("(") ? otherwise : `${text.slice(0, FITS - 1)}…`)

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
  return element
}

function make(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
