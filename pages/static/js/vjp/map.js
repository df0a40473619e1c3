// The grid near x beside its image: curved under f, straight under the linear map J, which is what J is for. The area
// of the image over the area of the patch is |det J|; its sign says whether the patch was turned over.

import { make, set, text } from "../kit/dom.js"
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

export function open(place, context) {
  const { scene, memory, say, hue, repaint } = context
  const { m, n } = scene
  const usual = widest(scene.now().J)
  const pair = remembered(memory.pair, n, usual.inputs)
  const outs = remembered(memory.outs, m, usual.outputs)
  const start = neighbourhood(pair.map(k => scene.now().x[k]))
  memory.halvings ??= 1
  const again = chosen => {
    Object.assign(memory, chosen)
    place.replaceChildren()
    inner = open(place, context)
    repaint()
  }
  let inner = null

  const controls = make("div", "lens-controls")
  if (n > 2) controls.append(...inputPair(context, pair, chosen => again({ pair: chosen })))
  if (m > 2) controls.append(...outputPair(context, outs, chosen => again({ outs: chosen })))
  controls.append(size())
  const figures = make("div", "lens-pair")
  const [before, after] = [make("figure"), make("figure")]
  figures.append(before, after)
  const told = make("p", "lens-told", { "data-testid": "det", "aria-live": "polite" })
  place.append(controls, figures, told)
  if (n > 2 || m > 2) place.append(text("p", "lens-quiet", say("map.minor")))

  const left = new Plane(
    before,
    pair.map(k => scene.names[k]),
    { "data-testid": "map-before" },
  )
  const right = new Plane(
    after,
    outs.map(i => `y${subscript(i + 1)}`),
    { "data-testid": "map-after" },
  )
  left.names.forEach(element => element.removeAttribute("fill"))
  right.names.forEach((element, k) => (element.style.fill = hue(outs[k])))
  const beside = text("figcaption", "", `${say("map.before")} `)
  beside.append(text("span", "lens-quiet", say("map.drag")))
  before.append(beside)
  const uneven = text("figcaption", "lens-quiet", say("map.uneven"))
  after.append(caption(say), uneven)
  const patch = draw(left, false)
  const image = draw(right, true)
  const window = new Window(2 * start)
  const range = new Range(repaint)
  const knob = handle(left, context, pair)

  function size() {
    const label = text("label", "lens-select", `${say("map.size")} `)
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
    label.append(slider)
    return label
  }

  function paint(state) {
    if (inner) return inner.paint(state)
    const { x, J, dragging } = state
    const [p, q] = pair
    const h = start / 2 ** memory.halvings
    const centre = [x[p], x[q]]
    const small = outs.map(i => [J[i][p], J[i][q]])
    const at = scene.f(x)
    const here = outs.map(i => at[i])
    const f = point => {
      const y = scene.f(replaced(x, pair, point))
      return outs.map(i => y[i])
    }
    const linear = ([a, b]) => small.map(([s, t], k) => here[k] + s * (a - centre[0]) + t * (b - centre[1]))
    if (unchanged(x, J, h, context.width, dragging, range.gliding)) return
    const side = Math.min(400, Math.max(230, (context.width - 24) / (context.width < 560 ? 1 : 2)))
    left.look(window.around(centre), side)
    const lines = grid(centre, h)
    const curved = lines.map(line => line.map(f))
    const corners = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ].map(([s, t]) => linear([centre[0] + s * h, centre[1] + t * h]))
    right.look(range.fit(around([...curved.flat(), ...corners, here]), dragging, squarish), side)
    const [across, up] = range.now.map(([low, high]) => high - low)
    uneven.hidden = Math.abs(across / up - 1) < 0.01
    const factor = det(small)
    patch.paint(
      centre,
      [h, 0],
      [0, h],
      lines.map(line => path(line.map(left.px))),
      factor,
    )
    const known = finite(small.flat()) && finite(here)
    image.paint(
      here,
      small.map(([s]) => s * h),
      small.map(([, t]) => t * h),
      curved.map(line => path(line.map(right.px))),
      factor,
      known ? lines.map(line => path([line[0], line.at(-1)].map(point => right.px(linear(point))))) : [],
    )
    knob(x)
    tell(factor)
  }

  // While v is dragged nothing here moves.
  let seen = ""
  function unchanged(...now) {
    const before = seen
    seen = String(now)
    return before === seen && !range.gliding
  }

  function tell(factor) {
    const kind = !Number.isFinite(factor) ? "unknown" : factor === 0 ? "flat" : factor > 0 ? "kept" : "reversed"
    const whole = n === 2 && m === 2
    const words = say(`map.${kind === "flat" && !whole ? "thin" : kind}`, {
      det: brief(factor),
      factor: brief(Math.abs(factor)),
    })
    if (told.textContent !== words) told.textContent = words
    told.dataset.value = plain(factor)
  }

  return { paint }
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

// What is drawn in a plane: the lines, the unit cell at x, and its two edges.
function draw(plane, straight) {
  const cell = svg("path", { class: "lens-cell-area" })
  const curves = svg("path", { class: "lens-curves" })
  const tangent = svg("path", { class: "lens-linear" })
  const edges = [0, 1].map(k => ({
    shaft: svg("path", { class: "lens-edge" }),
    head: svg("path", { class: "lens-edge-head" }),
    name: svg("text", { class: "lens-edge-name" }),
    words: straight ? `J·e${subscript(k + 1)}` : `e${subscript(k + 1)}`,
  }))
  plane.layers.back.append(cell, curves, tangent)
  for (const { shaft, head, name } of edges) plane.layers.front.append(shaft, head, name)
  return {
    paint(at, first, second, lines, factor, tangents = []) {
      set(curves, { d: lines.join("") })
      set(tangent, { d: tangents.join("") })
      const corner = [at, plus(at, first), plus(at, first, second), plus(at, second)].map(plane.px)
      set(cell, { d: shape(corner), "data-sign": Math.sign(factor) })
      edges.forEach(({ shaft, head, name, words }, k) => {
        const tip = corner[k ? 3 : 1]
        const drawn = finite(tip) ? arrow(corner[0], tip, 11) : { shaft: "", head: "" }
        set(shaft, { d: drawn.shaft })
        set(head, { d: drawn.head })
        const away = finite(tip) ? [tip[0] - corner[0][0], tip[1] - corner[0][1]] : [0, 0]
        const far = Math.hypot(...away)
        name.textContent = far > 34 ? words : ""
        if (far > 34)
          set(name, {
            x: tip[0] + (12 * away[0]) / far,
            y: tip[1] + 5 + (14 * away[1]) / far,
            "text-anchor": away[0] < -0.3 * far ? "end" : away[0] > 0.3 * far ? "start" : "middle",
          })
      })
    },
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
