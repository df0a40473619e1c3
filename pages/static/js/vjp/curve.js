// vᵀy of a single input: a curve, and its tangent at x with the slope x.grad.

import { make, set, text } from "../kit/dom.js"
import { dot, pullKnown } from "../kit/linear.js"
import { brief } from "../kit/numbers.js"
import { path, svg } from "../kit/svg.js"
import { handle, neighbourhood, Plane, Window } from "./plane.js"
import { Range } from "./range.js"

const COUNT = 240 // points of the curve
const HEIGHT = 320

export function curve(place, context) {
  const { scene, say, repaint } = context
  const figure = make("figure", "", { "data-testid": "curve" })
  const told = text("p", "lens-quiet", "")
  place.append(figure, told)
  const plane = new Plane(figure, [scene.names[0], "vᵀy"])
  const [line, tangent] = ["lens-curves", "lens-linear"].map(name => svg("path", { class: name }))
  plane.layers.back.append(line, tangent)
  const window = new Window(2 * neighbourhood(scene.now().x))
  const heights = new Range(repaint)
  const knob = handle(plane, context, [0])
  return ({ x, v, J, slopes, conventional, dragging }) => {
    const [low, high] = window.around(x)[0]
    const points = Array.from({ length: COUNT + 1 }, (_, k) => low + ((high - low) * k) / COUNT).map(a => [
      a,
      dot(v, scene.f([a])),
    ])
    const value = dot(v, scene.f(x))
    const slope = pullKnown(v, slopes)[0]
    const seen = points
      .map(([, b]) => b)
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    const lowest = seen[Math.floor(seen.length * 0.02)]
    const reach = seen.length ? [lowest, seen[Math.ceil(seen.length * 0.98) - 1]] : [-1, 1]
    const room = 0.12 * (reach[1] - reach[0]) || 1
    const [, up] = heights.fit(
      [
        [low, high],
        [reach[0] - room, reach[1] + room],
      ],
      dragging,
    )
    plane.look([[low, high], up], Math.max(240, context.width), HEIGHT)
    set(line, { d: path(points.map(plane.px)) })
    const ends = [low, high].map(a => [a, value + slope * (a - x[0])])
    set(tangent, { d: Number.isFinite(slope) ? path(ends.map(plane.px)) : "" })
    knob(x, Number.isFinite(value) ? value : 0)
    const grad = pullKnown(v, J)[0]
    const key = !conventional ? "slope" : Number.isNaN(slope) && Number.isFinite(grad) ? "sharp" : "true_slope"
    told.textContent = say(`surface.${key}`, { slope: brief(slope), grad: brief(grad) })
  }
}
