// A piece of a plane with its axes, and the point x on it, which can be dragged.

import { axes, scales } from "../kit/axes.js"
import { set } from "../kit/dom.js"
import { draggable } from "../kit/drag.js"
import { ARROWS, meant } from "../kit/keys.js"
import { later } from "../kit/later.js"
import { replaced, round } from "../kit/linear.js"
import { brief } from "../kit/numbers.js"
import { groups, svg } from "../kit/svg.js"

const EDGE = 38 // pixels left of and below the square, for numbers
const INNER = 0.72 // x may go this far towards the border before the window follows
const STEPS = 80 // a window is this many steps of the keyboard wide
const PAUSE = 400 // milliseconds without a key after which a move is over

let planes = 0 // each has a name of its own for what it is cut off by

export class Plane {
  constructor(place, [across, up], attributes = {}) {
    this.layers = groups("grid", "back", "front", "point")
    const clip = `lens-clip-${planes++}`
    this.frame = svg("rect", { class: "lens-frame" })
    this.window = svg("rect")
    this.picture = svg(
      "svg",
      { class: "lens-plot", role: "group", ...attributes },
      svg("defs", {}, svg("clipPath", { id: clip }, this.window)),
    )
    for (const name of ["back", "front"]) set(this.layers[name], { "clip-path": `url(#${clip})` })
    this.names = [
      svg("text", { class: "lens-axis-name", "text-anchor": "end" }),
      svg("text", { class: "lens-axis-name" }),
    ]
    this.names.forEach((element, k) => (element.textContent = k ? `↑ ${up}` : `${across} →`))
    this.axes = axes(this.layers.grid)
    this.picture.append(this.frame, ...Object.values(this.layers), ...this.names)
    place.append(this.picture)
  }

  // Shows [[left, right], [low, high]] in `width` × `height` pixels; the scales are equal if both are squares.
  look(range, width, height = width) {
    const wanted = `${range} ${width} ${height}`
    if (this.shown === wanted) return
    this.shown = wanted
    this.range = range
    const [x, y, w, h] = [EDGE, 20, width - EDGE - 2, height - EDGE - 2]
    const [across, up] = scales(range, [x, y, w, h])
    this.px = ([a, b]) => [across(a), up(b)]
    this.at = ([px, py]) => [across.inverse(px), up.inverse(py)]
    set(this.picture, { viewBox: `0 0 ${width} ${height + 16}`, width, height: height + 16 })
    for (const box of [this.frame, this.window]) set(box, { x, y, width: w, height: h })
    set(this.names[0], { x: x + w, y: height + 15 })
    set(this.names[1], { x: 2, y: 12 })
    this.axes(across, up, [x, y, w, h])
  }
}

// A window of fixed size that follows x once x comes near its border.
export class Window {
  constructor(radius) {
    this.radius = radius
  }

  around(point) {
    const free = INNER * this.radius
    this.centre = this.centre?.map((c, k) => {
      const off = point[k] - c
      if (Math.abs(off) > 1.5 * this.radius) return point[k]
      return c + Math.sign(off) * Math.max(0, Math.abs(off) - free)
    }) ?? [...point]
    return this.centre.map(c => [c - this.radius, c + this.radius])
  }
}

// A radius that suits the size of two coordinates.
export const neighbourhood = point =>
  Math.max(1, ...point.map(value => 10 ** Math.floor(Math.log10(Math.abs(value) || 1))))

// The handle of x: its inputs `which` (two of them, or one) move, by pointer, touch or keys. With one input the handle
// stands at the height that `paint` is given.
export function handle(plane, context, which) {
  const { scene, say } = context
  const knob = svg("circle", { r: 7, class: "lens-knob" })
  const halo = svg("circle", { r: 18, class: "lens-halo" })
  const names = which.map(k => scene.names[k]).join(", ")
  const group = svg("g", { role: "slider", tabindex: 0, "aria-label": names, "data-testid": "point" }, halo, knob)
  plane.layers.point.append(group)
  const point = {
    step: () => round((plane.range[0][1] - plane.range[0][0]) / STEPS),
    get: () => which.map(k => scene.now().x[k]),
    go: to => scene.drag({ x: replaced(scene.now().x, which, to) }),
    end: () => context.release(),
    undo(from) {
      point.go(from)
      scene.rest()
    },
  }
  pull(group, plane, point)
  group.onkeydown = turned(point, which.length)
  return (x, height) => {
    const at = which.map(k => x[k])
    const [cx, cy] = plane.px(which.length > 1 ? at : [at[0], height])
    for (const circle of [knob, halo]) set(circle, { cx, cy })
    const now = `(${at.map(brief).join(", ")})`
    set(group, { "aria-valuenow": at[0], "aria-valuetext": now, "data-value": at.join(",") })
    set(plane.picture, { "aria-label": `${say("arrows.point")} ${now}` })
  }
}

// A point that follows the pointer from where it was taken, in steps; a coordinate that is not moved stays exact.
function pull(group, plane, { step, get, go, end, undo }) {
  const pointer = event => {
    const box = plane.picture.getBoundingClientRect()
    return plane.at([event.clientX - box.left, event.clientY - box.top])
  }
  const stepped = (from, moved) =>
    Math.abs(moved - from) < step() / 2 ? from : tidy(Math.round(moved / step()) * step())
  draggable(group, {
    slack: 0,
    grip(event) {
      group.focus({ preventScroll: true })
      const [from, at] = [get(), pointer(event)]
      return { from, off: from.map((value, i) => at[i] - value) }
    },
    move({ from, off }, { event }) {
      const at = pointer(event)
      go(from.map((value, i) => stepped(value, at[i] - off[i])))
    },
    end,
    undo: ({ from }) => undo(from),
  })
}

// What the arrow keys do to a point with so many coordinates.
function turned({ step, get, go, end }, count) {
  const settle = later(end, PAUSE)
  return event => {
    const turn = ARROWS[event.key]
    if (!turn || !meant(event)) return
    event.preventDefault()
    const size = step() * (event.shiftKey ? 10 : 1)
    const [down, right] = turn
    const by = count > 1 ? [right, -down] : [right - down]
    go(get().map((value, i) => (by[i] ? tidy(value + by[i] * size) : value)))
    settle()
  }
}

const tidy = value => Number(value.toPrecision(12)) || 0 // no 0.30000000000000004, no -0

// Values of f on a grid of count × count squares; rows go from low to high.
export function sample(f, range, count) {
  const [[left, right], [low, high]] = range
  return Array.from({ length: count + 1 }, (_, r) =>
    Array.from({ length: count + 1 }, (_, c) =>
      f(left + ((right - left) * c) / count, low + ((high - low) * r) / count),
    ),
  )
}
