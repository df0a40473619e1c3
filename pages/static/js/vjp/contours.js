// The level lines of every y_i near x, with ∇y_i standing at right angles on the line through x; and the same for
// vᵀy, whose gradient is x.grad.

import { make, set, text } from "../kit/dom.js"
import { dot, finite, pull, replaced, round } from "../kit/linear.js"
import { brief, plain, subscript, tuple } from "../kit/numbers.js"
import { arrow, path, svg } from "../kit/svg.js"
import { inputPair, remembered } from "./pairs.js"
import { handle, neighbourhood, Plane, sample, Window } from "./plane.js"

const COUNT = 36 // squares of the sampled grid along a side
const LEVELS = 9
const [SHORTEST, LONGEST] = [0.16, 0.36] // of the window: the arrows; a longer gradient has a longer one

export function open(place, context) {
  const { scene, memory, say, repaint } = context
  const { m, n } = scene
  const pair = remembered(memory.pair, n)
  let inner = null
  if (n > 2) {
    const controls = make("div", "lens-controls")
    controls.append(
      ...inputPair(context, pair, chosen => {
        memory.pair = chosen
        place.replaceChildren()
        inner = open(place, context)
        repaint()
      }),
    )
    place.append(controls)
  }
  const window = new Window(2 * neighbourhood(pair.map(k => scene.now().x[k])))
  const figures = make("div", "lens-many")
  place.append(figures, text("p", "lens-quiet", say("contours.note")))
  const panels = Array.from({ length: m > 1 ? m + 1 : 1 }, (_, i) => panel(figures, context, pair, i < m ? i : null))
  let sampled = { key: "" }

  function paint(state) {
    if (inner) return inner.paint(state)
    const { x, v, J, lit } = state
    const [p, q] = pair
    const range = window.around([x[p], x[q]])
    const rest = x.map((value, j) => (j === p || j === q ? 0 : value))
    const key = JSON.stringify([range, rest, scene.m])
    if (sampled.key !== key) {
      const values = sample((...at) => scene.f(replaced(x, pair, at)), range, COUNT)
      sampled = { key, fields: Array.from({ length: m }, (_, i) => values.map(row => row.map(y => y[i]))) }
    }
    const y = scene.f(x)
    const gradients = [...J, ...(m > 1 ? [pull(v, J)] : [])].map(row => [row[p], row[q]])
    const longest = Math.max(
      ...gradients
        .slice(0, m)
        .filter(finite)
        .map(g => Math.hypot(...g)),
      1e-300,
    )
    const columns = Math.min(panels.length, Math.max(panels.length > 3 ? 2 : 1, Math.floor(context.width / 250)))
    const side = Math.min(340, (context.width - 16 * (columns - 1)) / columns)
    panels.forEach((one, i) => {
      const whole = i === m
      const field = whole
        ? sampled.fields[0].map((row, r) =>
            row.map((_, c) =>
              dot(
                v,
                sampled.fields.map(f => f[r][c]),
              ),
            ),
          )
        : sampled.fields[i]
      const size = Math.hypot(...gradients[i])
      const length = whole ? LONGEST : SHORTEST + ((LONGEST - SHORTEST) * size) / longest
      one(range, side, {
        key: whole ? `${key}${v}` : key,
        field,
        value: whole ? dot(v, y) : y[i],
        gradient: gradients[i],
        length: length * (range[0][1] - range[0][0]),
        x,
        dim: lit && lit.row !== i && !whole,
      })
    })
  }

  return { paint }
}

function panel(place, context, [p, q], i) {
  const { scene, hue } = context
  const name = i === null ? "vᵀy" : `y${subscript(i + 1)}`
  const figure = make("figure", "", { "data-testid": i === null ? "contour-total" : `contour-${i + 1}` })
  place.append(figure)
  const plane = new Plane(figure, [scene.names[p], scene.names[q]])
  const lines = svg("path", { class: "lens-level", stroke: hue(i) })
  const through = svg("path", { class: "lens-level lens-through", stroke: hue(i) })
  const shaft = svg("path", { class: "lens-shaft", stroke: hue(i) })
  const head = svg("path", { class: "lens-head", fill: hue(i) })
  plane.layers.back.append(lines, through)
  plane.layers.front.append(shaft, head)
  const words = make("figcaption")
  words.style.color = hue(i)
  figure.append(words)
  const knob = handle(plane, context, [p, q])
  let [drawn, painted] = ["", ""]
  return (range, side, { key, field, value, gradient, length, x, dim }) => {
    figure.style.opacity = dim ? 0.45 : 1
    const now = `${key} ${side} ${x} ${value} ${gradient}`
    if (painted === now) return
    painted = now
    plane.look(range, side)
    const at = `${key}${side}`
    if (drawn !== at) set(lines, { d: isolines(field, levels(field), plane) })
    drawn = at
    set(through, { d: Number.isFinite(value) ? isolines(field, [value], plane) : "" })
    const size = Math.hypot(...gradient)
    const tip = [x[p] + (gradient[0] / size) * length, x[q] + (gradient[1] / size) * length]
    const shape =
      size > 0 && Number.isFinite(size) ? arrow(plane.px([x[p], x[q]]), plane.px(tip)) : { shaft: "", head: "" }
    set(shaft, { d: shape.shaft })
    set(head, { d: shape.head })
    words.textContent = `${name} = ${brief(value)},  ${i === null ? "x.grad" : `∇${name}`} = ${tuple(gradient)}`
    figure.dataset.gradient = gradient.map(plain).join(",")
    knob(x)
  }
}

// Round numbers between the lower and the upper twentieth of what was sampled, so that one pole does not take them all.
function levels(field) {
  const values = field
    .flat()
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  if (!values.length) return []
  const [low, high] = [0.03, 0.97].map(share => values[Math.floor(share * (values.length - 1))])
  if (!(high > low)) return []
  const step = round((high - low) / LEVELS)
  const first = Math.floor(values[0] / step)
  const span = Math.min(Math.ceil((values.at(-1) - values[0]) / step), 3 * LEVELS)
  const from = Math.max(first, Math.floor(low / step) - LEVELS)
  return Array.from({ length: span + 1 }, (_, k) => (from + k) * step)
}

// Marching squares: where the sampled values pass through each level, as one path. A square with a value that is not
// finite is left empty, and so is one across which the value jumps from pole to pole.
function isolines(field, wanted, { range, px }) {
  const count = field.length - 1
  const [[left, right], [low, high]] = range
  const at = (c, r) => px([left + ((right - left) * c) / count, low + ((high - low) * r) / count])
  let d = ""
  for (let r = 0; r < count; r++)
    for (let c = 0; c < count; c++) {
      const corners = [field[r][c], field[r][c + 1], field[r + 1][c + 1], field[r + 1][c]]
      const least = Math.min(...corners)
      const most = Math.max(...corners)
      if (!(most - least < Infinity)) continue // nan and poles
      for (const level of wanted) {
        if (level < least || level >= most) continue
        const cuts = []
        for (let k = 0; k < 4; k++) {
          const [a, b] = [corners[k], corners[(k + 1) % 4]]
          if (a <= level === b <= level) continue
          const t = (level - a) / (b - a)
          cuts.push([at(c + t, r), at(c + 1, r + t), at(c + 1 - t, r + 1), at(c, r + 1 - t)][k])
        }
        if (cuts.length > 1) d += path(cuts.slice(0, 2))
        if (cuts.length > 3) d += path(cuts.slice(2))
      }
    }
  return d
}
