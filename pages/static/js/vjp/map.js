// The grid near x beside its image: curved under f, straight under the linear map J, which is what J is for. The area
// of the image over the area of the patch is |det J|; its sign says whether the patch was turned over.

import { make, set, text, write } from "../kit/dom.js"
import { det, finite, replaced } from "../kit/linear.js"
import { brief, plain, subscript } from "../kit/numbers.js"
import { arrow, path, shape, svg } from "../kit/svg.js"
import { inputPair, outputPair, remembered } from "./pairs.js"
import { handle, neighbourhood, Plane, Window } from "./plane.js"
import { Range } from "./range.js"

const LINES = 8 // squares along a side of the patch
const FINE = 24 // pieces of a curved line
const STRETCH = 8
const SHRINK = [0, 6] // the patch is halved this many times at most

// ── What there is to see ─────────────────────────────────────────────────────────────────────────────────

// The patch of radius h around x in two inputs, and its image in two outputs under f (curved) and under J (straight).
export function model({ x, J, f, pair, outs, h }) {
  const small = outs.map(i => pair.map(j => J[i][j]))
  const centre = pair.map(j => x[j])
  const image = point => {
    const y = f(replaced(x, pair, point))
    return outs.map(i => y[i])
  }
  const here = image(centre)
  const linear = ([a, b]) => small.map(([s, t], k) => here[k] + s * (a - centre[0]) + t * (b - centre[1]))
  const lines = grid(centre, h)
  const curved = lines.map(line => line.map(image))
  const straight = lines.map(line => [line[0], line.at(-1)].map(linear))
  const factor = det(small)
  return {
    before: {
      at: centre,
      edges: [
        [h, 0],
        [0, h],
      ],
      lines,
      tangents: [],
      factor,
    },
    after: {
      at: here,
      edges: [0, 1].map(k => small.map(row => row[k] * h)),
      lines: curved,
      tangents: finite(small.flat()) && finite(here) ? straight : [],
      factor,
    },
    seen: around([...curved.flat(), ...straight.flat(), here]),
    factor,
    turned: !Number.isFinite(factor) ? "unknown" : factor === 0 ? "flat" : factor > 0 ? "kept" : "reversed",
  }
}

// ── The picture ──────────────────────────────────────────────────────────────────────────────────────────

export function open(place, context) {
  const { scene, memory, repaint } = context
  const usual = widest(scene.now().J)
  const pair = remembered(memory.pair, scene.n, usual.inputs)
  const outs = remembered(memory.outs, scene.m, usual.outputs)
  const radius = neighbourhood(pair.map(k => scene.now().x[k]))
  memory.halvings ??= 1
  const range = new Range(repaint)
  const show = view(place, context, { pair, outs, radius, range })
  let seen = ""
  return {
    paint({ x, J, slopes, dragging }) {
      const h = radius / 2 ** memory.halvings
      const now = String([x, slopes, h, context.width, dragging, range.gliding])
      if (now === seen && !range.gliding) return // while v is dragged nothing here moves
      seen = now
      const shown = model({ x, J: slopes, f: scene.f, pair, outs, h })
      const sharp = shown.turned === "unknown" && finite(outs.flatMap(i => pair.map(j => J[i][j])))
      show(sharp ? { ...shown, turned: "sharp" } : shown, x, dragging)
    },
  }
}

function view(place, context, { pair, outs, radius, range }) {
  const { scene, say, hue } = context
  const { m, n } = scene
  const [before, after] = [make("figure"), make("figure")]
  const told = make("p", "lens-told", { "data-testid": "det", "aria-live": "polite" })
  place.append(controls(context, pair, outs), make("div", "lens-pair", {}, before, after), told)
  if (n > 2 || m > 2) place.append(text("p", "lens-quiet", say("map.minor")))
  const names = [pair.map(k => scene.names[k]), outs.map(i => scene.outputs[i])]
  const left = new Plane(before, names[0], { "data-testid": "map-before" })
  const right = new Plane(after, names[1], { "data-testid": "map-after", "aria-label": say("map.curved") })
  right.names.forEach((element, k) => (element.style.fill = hue(outs[k])))
  const uneven = text("figcaption", "lens-quiet", say("map.uneven"))
  before.append(make("figcaption", "", {}, `${say("map.before")} `, text("span", "lens-quiet", say("map.drag"))))
  after.append(caption(say), uneven)
  const [patch, image] = [draw(left, false), draw(right, true)]
  const window = new Window(2 * radius)
  const knob = handle(left, context, pair)

  return (shown, x, dragging) => {
    const side = Math.min(400, Math.max(230, (context.width - 24) / (context.width < 560 ? 1 : 2)))
    left.look(window.around(shown.before.at), side)
    right.look(range.fit(shown.seen, dragging, squarish), side)
    const [across, up] = range.now.map(([low, high]) => high - low)
    uneven.hidden = Math.abs(across / up - 1) < 0.01
    patch(shown.before)
    image(shown.after)
    knob(x)
    const key = shown.turned === "flat" && !(n === 2 && m === 2) ? "thin" : shown.turned
    write(told, say(`map.${key}`, { det: brief(shown.factor), factor: brief(Math.abs(shown.factor)) }))
    told.dataset.value = plain(shown.factor)
  }
}

// Which inputs and outputs, where there are more than two, and how large the patch is.
function controls(context, pair, outs) {
  const { scene, memory, say, repaint, again } = context
  const slider = make("input", "", {
    type: "range",
    min: SHRINK[0],
    max: SHRINK[1],
    step: 0.25,
    "aria-label": say("map.size"),
    "data-testid": "map-size",
  })
  slider.value = SHRINK[1] - memory.halvings
  slider.oninput = () => {
    memory.halvings = SHRINK[1] - slider.value
    repaint()
  }
  return make(
    "div",
    "lens-controls",
    {},
    ...(scene.n > 2 ? inputPair(context, pair, pair => again({ pair })) : []),
    ...(scene.m > 2 ? outputPair(context, outs, outs => again({ outs })) : []),
    make("label", "lens-select", {}, `${say("map.size")} `, slider),
  )
}

// The two inputs and the two outputs whose picture has the largest area: the others may be a mere line.
function widest(J) {
  const pairs = count => Array.from({ length: count }, (_, b) => Array.from({ length: b }, (_, a) => [a, b])).flat()
  let best = { inputs: [0, 1], outputs: [0, 1], area: 0 }
  for (const outputs of pairs(J.length))
    for (const inputs of pairs(J[0].length)) {
      const area = Math.abs(det(outputs.map(i => inputs.map(j => J[i][j]))))
      if (area > best.area * (1 + 1e-9)) best = { inputs, outputs, area }
    }
  return best
}

// The lines of the patch around x, each as fine points: first the upright ones, then the level ones.
function grid([a, b], h) {
  const steps = Array.from({ length: FINE + 1 }, (_, k) => -h + (2 * h * k) / FINE)
  const offsets = Array.from({ length: LINES + 1 }, (_, k) => -h + (2 * h * k) / LINES)
  return [...offsets.map(o => steps.map(s => [a + o, b + s])), ...offsets.map(o => steps.map(s => [a + s, b + o]))]
}

// What is drawn in a plane: the lines, the unit cell at the point, and its two edges.
function draw(plane, straight) {
  const cell = svg("path", { class: "lens-cell-area" })
  const curves = svg("path", { class: "lens-curves" })
  const linear = svg("path", { class: "lens-linear" })
  const edges = [0, 1].map(k => drawEdge(plane, `${straight ? "J·" : ""}e${subscript(k + 1)}`))
  plane.layers.back.append(cell, curves, linear)
  const through = lines => lines.map(line => path(line.map(plane.px))).join("")
  return ({ at, edges: [first, second], lines, tangents, factor }) => {
    const corners = [at, plus(at, first), plus(at, first, second), plus(at, second)].map(plane.px)
    set(curves, { d: through(lines) })
    set(linear, { d: through(tangents) })
    set(cell, { d: shape(corners), "data-sign": Math.sign(factor) })
    edges[0](corners[0], corners[1])
    edges[1](corners[0], corners[3])
  }
}

const NAMED = 34 // pixels: a shorter edge has no room for its name

function drawEdge(plane, words) {
  const shaft = svg("path", { class: "lens-edge" })
  const head = svg("path", { class: "lens-edge-head" })
  const name = svg("text", { class: "lens-edge-name" })
  plane.layers.front.append(shaft, head, name)
  return (from, tip) => {
    const drawn = finite(tip) ? arrow(from, tip, 11) : { shaft: "", head: "" }
    set(shaft, { d: drawn.shaft })
    set(head, { d: drawn.head })
    const [right, down] = finite(tip) ? [tip[0] - from[0], tip[1] - from[1]] : [0, 0]
    const far = Math.hypot(right, down)
    write(name, far > NAMED ? words : "")
    if (far <= NAMED) return
    const anchor = right < -0.3 * far ? "end" : right > 0.3 * far ? "start" : "middle"
    set(name, { x: tip[0] + (12 * right) / far, y: tip[1] + 5 + (14 * down) / far, "text-anchor": anchor })
  }
}

const plus = (...points) => points.reduce(([a, b], [c, d]) => [a + c, b + d])

// A square range around points, with some room; what is not finite does not count.
function around(points) {
  const seen = points.filter(finite)
  const ranges = [0, 1].map(k => seen.map(point => point[k])).map(values => [Math.min(...values), Math.max(...values)])
  return squarish(ranges).map(([low, high]) => {
    const room = 0.1 * (high - low) || 1
    return [low - room, high + room]
  })
}

// Equal scales, except that a thin image is stretched: to a third of the longer side, at most STRETCH times.
function squarish(ranges) {
  const spans = ranges.map(([low, high]) => high - low)
  const longest = Math.max(...spans)
  return ranges.map(([low, high], k) => {
    const middle = (low + high) / 2
    const radius = Math.min(longest, Math.max(3 * spans[k], longest / STRETCH)) / 2
    return [middle - radius, middle + radius]
  })
}

function caption(say) {
  const line = make("figcaption")
  const key = (name, words) => {
    const sample = svg("svg", { width: 26, height: 8, "aria-hidden": true }, svg("path", { d: "M1 4H25", class: name }))
    const item = make("span", "lens-key")
    item.append(sample, ` ${words}`)
    return item
  }
  line.append(key("lens-curves", say("map.curved")), key("lens-linear", say("map.linear")))
  return line
}
