// The recorded operations as a graph: inputs on the left, the last vector on the right. Laid out once for a problem;
// a step only changes classes and texts.

import { write } from "../kit/dom.js"
import { superscript, vector } from "../kit/numbers.js"
import { svg, width } from "../kit/svg.js"
import { layout } from "./tape_layout.js"

const [DOWN, HIGH, BELOW, ROOM] = [80, 46, 18, 6] // of a row, a box, the adjoint below it, and around all
const [NARROW, MOST, PADDING] = [62, 134, 18] // of a box: its least and greatest width, and what its text leaves free
const FITS = 14 // characters in the widest box
const [LEAST, BESIDE] = [22, 10] // between two columns; and beside what is sent there

// Draws into `box`; answers with what `move` needs. `order` is that of backward, which passes no other operation.
export function draw(box, operations, order, label) {
  const { places, tallest, bends } = layout(operations)
  const uses = operations.map(() => 0)
  for (const i of order) for (const { of } of operations[i].uses) uses[of]++
  const texts = operations.map((operation, i) => written(operation, uses[i]))
  const { left, wide, all } = spread(box, operations, places, texts)
  const height = 2 * ROOM + DOWN * tallest
  const picture = svg("svg", { viewBox: `0 0 ${all} ${height.toFixed(0)}`, role: "img", "aria-label": label })
  Object.assign(picture.style, { width: "100%", maxWidth: `${all}px`, minWidth: `${Math.round(0.96 * all)}px` })
  const [edges, nodes, labels] = [svg("g"), svg("g"), svg("g")]
  const at = ({ x, y }) => ({ x: left[x], wide: wide[x], y: ROOM + DOWN * y - (HIGH + BELOW) / 2 })
  const drawn = operations.map((operation, i) => ({
    ...node(nodes, operation, texts[i], at(places[i]), i),
    uses: uses[i],
    edges: operation.uses.map((use, k) =>
      edge(edges, labels, at(places[use.of]), at(places[i]), bends[i][k].map(at), operation.uses.length, k),
    ),
  }))
  picture.append(edges, nodes, labels)
  box.replaceChildren(picture)
  return { box, drawn, columns: places.map(({ x }) => [left[x], wide[x]]) }
}

// What stands in a box and below it. A vector that is too long is told by its size; the whole of it is in the title.
function written({ name, text, value, adjoint }, uses) {
  const size = limited(value)
  return {
    operation: text.startsWith("stack(") ? "stack" : text || name,
    value: size === vector(value) ? `${name} = ${size}` : `${name} ${size}`,
    adjoint: uses > 1 ? `${limited(adjoint)} + …` : limited(adjoint),
  }
}

// Where each column begins and how wide it is: as wide as what is written there, as far from the next as what is sent.
function spread(box, operations, places, texts) {
  const style = getComputedStyle(box)
  const [plain, code] = ["--st-font", "--st-code-font"].map(name => style.getPropertyValue(name) || "sans-serif")
  const measure = ({ operation, value, adjoint }) =>
    Math.max(
      width(operation, `600 13px ${code}`),
      width(value, `400 13px ${plain}`),
      width(adjoint, `700 14px ${plain}`),
    ) + PADDING
  const count = Math.max(...places.map(place => place.x)) + 1
  const [wide, gap] = [Array(count).fill(NARROW), Array(count).fill(LEAST)]
  operations.forEach(({ uses }, i) => {
    const { x } = places[i]
    wide[x] = Math.max(wide[x], Math.min(MOST, Math.ceil(measure(texts[i]))))
    for (const { sent } of uses)
      gap[x] = Math.max(gap[x], Math.ceil(width(limited(sent), `700 13px ${plain}`)) + BESIDE)
  })
  const left = wide.map((_, x) => wide.slice(0, x).reduce((sum, w, k) => sum + w + gap[k + 1], ROOM))
  return { left, wide, all: left.at(-1) + wide.at(-1) + ROOM }
}

function node(group, { name, node: torch, text, value }, texts, { x, y, wide }, i) {
  const part = svg("g", {
    class: `lens-tape-node${value.length > 1 || !/^t\d/.test(name) ? " lens-tape-vector" : ""}`,
    "data-testid": `node-${i + 1}`,
  })
  const middle = x + wide / 2
  const box = svg("rect", { x, y, width: wide, height: HIGH, rx: 9 })
  const op = write(svg("text", { x: middle, y: y + 19, class: "lens-tape-op" }), fitting(texts.operation))
  const number = write(svg("text", { x: middle, y: y + 37, class: "lens-tape-value" }), fitting(texts.value))
  const adjoint = svg("text", { x: middle, y: y + HIGH + 16, class: "lens-tape-adjoint" })
  const title = svg("title")
  part.append(box, op, number, adjoint, title)
  group.append(part)
  return { part, adjoint, title, told: `${torch}\n${name} = ${text || "…"} = ${vector(value)}` }
}

// From the right side of an argument to the left side of its use, level through the columns between.
function edge(edges, labels, from, to, bends, count, k) {
  const apart = count > 1 ? (k - (count - 1) / 2) * Math.min(14, 30 / count) : 0
  const points = [[to.x, to.y + HIGH / 2 + apart]]
  for (const { x, y, wide } of bends) points.push([x + wide, y + HIGH / 2], [x, y + HIGH / 2])
  points.push([from.x + from.wide, from.y + HIGH / 2])
  const steps = points.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = points[i]
    const half = (fromX - x) / 2
    return i % 2 ? `L${x},${y}` : `C${fromX - half},${fromY} ${x + half},${y} ${x},${y}`
  })
  const line = svg("path", { d: `M${points[0]}${steps.join("")}`, class: "lens-tape-edge" })
  const [x, y] = [0, 1].map(axis => (points[0][axis] + points[1][axis]) / 2) // before the node at work
  const label = svg("text", { x, y, class: "lens-tape-sent" })
  edges.append(line)
  labels.append(label)
  return { line, label }
}

// Shows one moment of backward: the node at work, what it sends, what waits, what is finished.
export function move({ box, drawn, columns }, { operations, current, done, pending }) {
  drawn.forEach(({ part, adjoint, title, told, uses, edges }, i) => {
    const waits = pending.get(i)
    part.classList.toggle("lens-tape-done", done.has(i) && i !== current)
    part.classList.toggle("lens-tape-current", i === current)
    part.classList.toggle("lens-tape-waiting", Boolean(waits))
    const arrived = done.has(i) ? operations[i].adjoint : waits && sum(waits)
    const more = !done.has(i) && waits?.length < uses ? " + …" : "" // something is still on its way
    write(adjoint, arrived ? limited(arrived) + more : "")
    write(title, arrived ? `${told}\n→ ${vector(arrived)}${more}` : told)
    edges.forEach(({ line, label }, k) => {
      line.classList.toggle("lens-tape-lit", i === current)
      line.classList.toggle("lens-tape-past", done.has(i) && i !== current)
      write(label, i === current ? limited(operations[i].uses[k].sent) : "")
    })
  })
  if (current >= 0) reveal(box, ...columns[current])
}

// Keeps the node at work, and what it sends to, in sight in a graph that is wider than its box.
function reveal(box, left, wide) {
  if (box.scrollWidth <= box.clientWidth) return
  if (left < box.scrollLeft + MOST || left + wide > box.scrollLeft + box.clientWidth)
    box.scrollLeft = Math.max(0, left - box.clientWidth / 2)
}

const LONG = 17 // characters of a vector that is written out
const limited = numbers =>
  numbers.length === 1 || vector(numbers).length <= LONG ? vector(numbers) : `∈ ℝ${superscript(numbers.length)}`
const sum = vectors => vectors[0].map((_, k) => vectors.reduce((total, one) => total + one[k], 0))
const fitting = text => (text.length <= FITS ? text : `${text.slice(0, FITS - 1)}…`)
