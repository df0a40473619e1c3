// The level lines of every y_i near x, with ∇y_i standing at right angles on the line through x; and the same for
// vᵀy, whose gradient is x.grad.

import { make, set, text, write } from "../kit/dom.js"
import { dot, pullKnown, replaced, round } from "../kit/linear.js"
import { brief, plain, tuple } from "../kit/numbers.js"
import { arrow, path, svg } from "../kit/svg.js"
import { inputPair, remembered } from "./pairs.js"
import { handle, neighbourhood, Plane, sample, Window } from "./plane.js"

const COUNT = 36 // squares of the sampled grid along a side
const LEVELS = 9
const [SHORTEST, LONGEST] = [0.16, 0.36] // of the window: the arrows; a longer gradient has a longer one

// ── What there is to see ─────────────────────────────────────────────────────────────────────────────────

// Every y_i over a plane of two inputs, sampled on a grid.
export const fields = ({ f, x, m, pair, range }) => {
  const values = sample((...at) => f(replaced(x, pair, at)), range, COUNT)
  return Array.from({ length: m }, (_, i) => values.map(row => row.map(y => y[i])))
}

// A panel for every y_i, and one for vᵀy where there are several: its value and gradient at x, and its arrow's length.
export function model({ x, v, J, f, pair, sampled }) {
  const y = f(x)
  const rows = J.map(row => pair.map(k => row[k]))
  const sizes = rows.map(row => Math.hypot(...row))
  const longest = Math.max(...sizes.filter(Number.isFinite), 1e-300)
  const panels = rows.map((gradient, i) => ({
    field: sampled[i],
    value: y[i],
    gradient,
    length: SHORTEST + ((LONGEST - SHORTEST) * sizes[i]) / longest,
  }))
  if (panels.length === 1) return panels
  const whole = sampled[0].map((row, r) => row.map((_, c) => mixed(v, sampled, r, c)))
  const gradient = pair.map(k => pullKnown(v, J)[k])
  return [...panels, { field: whole, value: dot(v, y), gradient, length: LONGEST }]
}

const mixed = (v, sampled, r, c) => v.reduce((sum, weight, i) => sum + weight * sampled[i][r][c], 0)

// ── The picture ──────────────────────────────────────────────────────────────────────────────────────────

export function open(place, context) {
  const { scene, memory, say, again } = context
  const { m, n, f } = scene
  const pair = remembered(memory.pair, n)
  if (n > 2) place.append(make("div", "lens-controls", {}, ...inputPair(context, pair, pair => again({ pair }))))
  const figures = make("div", "lens-many")
  place.append(figures, text("p", "lens-quiet", say("contours.note")))
  const panels = Array.from({ length: m > 1 ? m + 1 : 1 }, (_, i) => panel(figures, context, pair, i < m ? i : null))
  const window = new Window(2 * neighbourhood(pair.map(k => scene.now().x[k])))
  let [key, sampled] = ["", null]

  return {
    paint({ x, v, slopes: J, conventional, lit }) {
      const range = window.around(pair.map(k => x[k]))
      const now = JSON.stringify([range, replaced(x, pair, [0, 0])])
      if (now !== key) sampled = fields({ f, x, m, pair, range })
      key = now
      const columns = Math.min(panels.length, Math.max(panels.length > 3 ? 2 : 1, Math.floor(context.width / 250)))
      const total = conventional ? "∇(vᵀy)" : "x.grad" // where the two differ, the picture has the gradient
      const look = { range, total, side: Math.min(340, (context.width - 16 * (columns - 1)) / columns) }
      model({ x, v, J, f, pair, sampled }).forEach((shown, i) => {
        const whole = i === m
        panels[i]({ ...look, ...shown, key: whole ? `${key}${v}` : key, x, dim: lit && lit.row !== i && !whole })
      })
    },
  }
}

// Draws the panel of y_i, or of vᵀy for null, and answers with what shows a moment of it.
function panel(place, context, pair, i) {
  const { scene, hue } = context
  const name = i === null ? "vᵀy" : scene.outputs[i]
  const figure = make("figure", "", { "data-testid": i === null ? "contour-total" : `contour-${i + 1}` })
  place.append(figure)
  const plane = new Plane(
    figure,
    pair.map(k => scene.names[k]),
  )
  const lines = svg("path", { class: "lens-level", stroke: hue(i) })
  const through = svg("path", { class: "lens-level lens-through", stroke: hue(i) })
  const shaft = svg("path", { class: "lens-shaft", stroke: hue(i) })
  const head = svg("path", { class: "lens-head", fill: hue(i) })
  plane.layers.back.append(lines, through)
  plane.layers.front.append(shaft, head)
  const words = make("figcaption")
  words.style.color = hue(i)
  figure.append(words)
  const knob = handle(plane, context, pair)
  let [drawn, painted] = ["", ""]
  return ({ range, total, side, key, field, value, gradient, length, x, dim }) => {
    figure.style.opacity = dim ? 0.45 : 1
    const now = `${key} ${side} ${x} ${value} ${gradient} ${total}`
    if (painted === now) return
    painted = now
    plane.look(range, side)
    if (drawn !== `${key}${side}`) set(lines, { d: isolines(field, levels(field), plane) })
    drawn = `${key}${side}`
    set(through, { d: Number.isFinite(value) ? isolines(field, [value], plane) : "" })
    const drawing = standing(plane, x, pair, gradient, length * (range[0][1] - range[0][0]))
    set(shaft, { d: drawing.shaft })
    set(head, { d: drawing.head })
    write(words, `${name} = ${brief(value)},  ${i === null ? total : `∇${name}`} = ${tuple(gradient)}`)
    figure.dataset.gradient = gradient.map(plain).join(",")
    knob(x)
  }
}

// The arrow of a gradient, so long.
function standing(plane, x, pair, gradient, length) {
  const size = Math.hypot(...gradient)
  if (!(size > 0 && Number.isFinite(size))) return { shaft: "", head: "" }
  const at = pair.map(k => x[k])
  return arrow(plane.px(at), plane.px(at.map((value, k) => value + (gradient[k] / size) * length)))
}

// ── Level lines ──────────────────────────────────────────────────────────────────────────────────────────

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
