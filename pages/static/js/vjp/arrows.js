// vᵀJ as arrows: the weighted rows v_i·∇y_i tip to tail, ending at x.grad. With two inputs the arrows are the whole
// truth; with more the reader picks two of them, or sees every input as bars; with one there are only bars.

import { axes, scales } from "../kit/axes.js"
import { choice, make, set, text, write } from "../kit/dom.js"
import { finite, pull, weigh } from "../kit/linear.js"
import { brief, plain, tuple } from "../kit/numbers.js"
import { arrow, groups, place as placeLabel, svg, width } from "../kit/svg.js"
import { bars } from "./bars.js"
import { inputPair, remembered } from "./pairs.js"
import { Range } from "./range.js"

const HEIGHT = 330
const EDGE = { left: 44, right: 16, top: 16, bottom: 40 } // pixels around the plot, for the numbers of the axes
const FONT = "14px sans-serif"
const ROOM = 0.14 // of the range, kept free around the arrows
const MANY = 4 // rows from which on labels would crowd the picture: a legend says them instead

export function open(place, context) {
  const { scene, memory, say } = context
  const { n } = scene
  const controls = make("div", "lens-controls")
  const figure = make("div", "lens-figure")
  const note = make("p", "lens-quiet")
  place.append(controls, figure, note)
  let drawing = null

  function show() {
    const kind = n === 2 ? "arrows" : n === 1 ? "bars" : (memory.kind ?? "bars")
    controls.replaceChildren(...choices(kind))
    figure.replaceChildren()
    drawing = kind === "bars" ? bars(figure, context) : plot(figure, context, pair())
    context.repaint()
  }

  const pair = () => remembered(memory.pair, n)

  function choices(kind) {
    if (n < 3) return []
    const kinds = ["bars", "arrows"].map(key => [key, say(`arrows.${key}`)])
    const pick = choice(say("arrows.show"), kinds, key => {
      memory.kind = key
      show()
    })
    pick.choose(kind)
    const again = chosen => {
      memory.pair = chosen
      show()
    }
    return kind === "bars" ? [pick.element] : [pick.element, ...inputPair(context, pair(), again)]
  }

  show()
  return {
    paint(state) {
      drawing?.(state)
      write(note, state.conventional && finite(state.J.flat()) ? context.say("arrows.convention") : "")
    },
  }
}

// The weighted rows in two inputs, the corners of the way that they make tip to tail, and where it ends.
export function model(v, J, pair) {
  const rows = weigh(v, J).map(row => pair.map(k => row[k]))
  const corners = [[0, 0]]
  for (const row of rows) {
    const [x, y] = corners.at(-1)
    corners.push(finite(row) ? [x + row[0], y + row[1]] : [x, y])
  }
  return { rows, corners, grad: pull(v, J), sum: pair.map(k => pull(v, J)[k]) }
}

function plot(figure, context, pair) {
  const { scene, say, hue } = context
  const { m } = scene
  const layers = groups("grid", "rows", "total", "labels")
  const picture = svg("svg", { class: "lens-plot", role: "img", "data-testid": "arrows" }, ...Object.values(layers))
  const legend = make("div", "lens-legend")
  const trouble = make("p", "lens-trouble")
  figure.append(picture, ...(m >= MANY ? [legend] : []), trouble)
  const rows = Array.from({ length: m }, (_, i) => drawRow(layers, legend, i, hue(i), scene))
  const total = drawTotal(layers)
  const paintGround = ground(
    layers.grid,
    pair.map(k => scene.names[k]),
  )
  const range = new Range(context.repaint)
  const labels = new Labels(rows, total, scene.outputs)

  return ({ v, J, lit, dragging }) => {
    const shown = model(v, J, pair)
    const size = [Math.max(240, context.width), HEIGHT]
    const wanted = [0, 1].map(axis => padded(shown.corners.map(corner => corner[axis])))
    const bounds = inner(size[0], size[1])
    const [across, up] = scales(range.fit(wanted, dragging), bounds)
    const points = shown.corners.map(([a, b]) => [across(a), up(b)])
    paintGround(across, up, bounds)
    rows.forEach((row, i) => row.paint(points[i], points[i + 1], v[i], shown.rows[i], lit))
    total.paint(points[0], points.at(-1), shown.grad)
    labels.place(shown, v, lit, points, bounds)
    write(trouble, finite(weigh(v, J).flat()) ? "" : say("arrows.not_finite"))
    set(picture, {
      viewBox: `0 0 ${size}`,
      height: HEIGHT,
      "aria-label": `${say("arrows.title")}: x.grad = ${tuple(shown.grad)}`,
      "data-tip": shown.sum.map(plain).join(","),
    })
  }
}

// The words beside the arrows. Where they stood is tried first, so that none jumps while its place is still good.
class Labels {
  #places = []

  constructor(rows, total, outputs) {
    this.outputs = outputs
    this.rows = rows
    this.total = total
  }

  // The total first, then as many rows as find a place: all of them, or in a crowd the lit one only.
  place({ rows, grad, sum }, v, lit, points, bounds) {
    const lines = points.slice(1).map((end, i) => [points[i], end])
    if (finite(grad)) lines.push([points[0], points.at(-1)])
    lines.push(...cross(points[0], bounds))
    const boxes = []
    const put = ({ label }, k, words, from, to) => {
      const found = words && placeLabel(from, to, [width(words, FONT) + 6, 20], bounds, lines, boxes, this.#places[k])
      label.style.visibility = found ? "visible" : "hidden"
      this.#places[k] = found ? found.choice : undefined
      if (!found) return
      boxes.push(found.box)
      write(label, words)
      set(label, { x: found.box[0] + 3, y: found.box[1] + 15 })
    }
    put(this.total, rows.length, finite(grad) ? `x.grad = ${tuple(sum)}` : "", points[0], points.at(-1))
    rows.forEach((row, i) => {
      const shown = v[i] && (rows.length < MANY || lit?.row === i) && finite(row)
      put(this.rows[i], i, shown ? term(v[i], this.outputs[i], row) : "", points[i], points[i + 1])
    })
  }
}

export const term = (weight, output, row) => `${brief(weight)}·∇${output} = ${tuple(row)}`

function drawRow({ rows, labels }, legend, i, colour, scene) {
  const shaft = svg("path", { class: "lens-shaft", stroke: colour })
  const head = svg("path", { class: "lens-head", fill: colour })
  const touch = svg("path", { class: "lens-touch" })
  const group = svg("g", { "data-testid": `arrow-${i + 1}` }, shaft, head, touch)
  group.onpointerenter = () => scene.light(i)
  group.onpointerleave = () => scene.light(null)
  rows.append(group)
  const name = svg("text")
  name.style.fill = colour
  labels.append(name)
  const line = text("span", "lens-named", "")
  line.style.color = colour
  line.onpointerenter = group.onpointerenter
  line.onpointerleave = group.onpointerleave
  legend.append(line)
  return {
    label: name,
    paint(from, to, weight, row, lit) {
      const { shaft: d, head: corners } = arrow(from, to)
      set(shaft, { d, "stroke-dasharray": weight < 0 ? "3 2" : "none" }) // hatched: a negative weight
      set(head, { d: corners })
      set(touch, { d })
      set(group, {
        class: lit ? (lit.row === i ? "lens-lit" : "lens-unlit") : "",
        "data-tip": row.map(plain).join(","),
      })
      line.textContent = term(weight, scene.outputs[i], row)
      line.classList.toggle("lens-lit", lit?.row === i)
      line.style.opacity = weight ? 1 : 0.6
    },
  }
}

function drawTotal({ total, labels }) {
  const shaft = svg("path", { class: "lens-shaft", "stroke-dasharray": "9 6" })
  const head = svg("path", { class: "lens-head" })
  const name = svg("text", { class: "lens-sum" })
  total.append(shaft, head)
  labels.append(name)
  return {
    label: name,
    paint(from, to, sum) {
      const { shaft: d, head: corners } = finite(sum) ? arrow(from, to) : { shaft: "", head: "" }
      set(shaft, { d })
      set(head, { d: corners })
    },
  }
}

// ── The plane they lie in ────────────────────────────────────────────────────────────────────────────────

/** @type {(at: number[], bounds: number[]) => number[][][]} */
const cross = ([ox, oy], [x, y, w, h]) => [level(x, x + w, oy), [0, h].map(down => [ox, y + down])] // the two axes
const level = (from, to, y) => [
  [from, y],
  [to, y],
]

// The room that is left for the arrows, inside the numbers of the axes.
const inner = (w, h) => [EDGE.left, EDGE.top, w - EDGE.left - EDGE.right, h - EDGE.top - EDGE.bottom]

function padded(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const span = high - low || 1
  return [
    low - (low < 0 || high === low ? ROOM * span : 0.04 * span),
    high + (high > 0 || high === low ? ROOM * span : 0.04 * span),
  ]
}

// The axes with the names of the two inputs.
function ground(group, names) {
  const paint = axes(group, { zero: true })
  const [across, up] = [
    svg("text", { "text-anchor": "end", class: "lens-axis-name" }, `∂/∂${names[0]} →`),
    svg("text", { x: 2, y: 11, class: "lens-axis-name" }, `↑ ∂/∂${names[1]}`),
  ]
  group.append(across, up)
  return (right, high, box) => {
    paint(right, high, box)
    set(across, { x: box[0] + box[2], y: box[1] + box[3] + 34 })
  }
}
