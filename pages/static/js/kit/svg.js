// Small tools for drawing: SVG elements, arrows, labels that keep clear of lines.

import { set } from "./dom.js"

const SVG = "http://www.w3.org/2000/svg"

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag)
  set(element, attributes)
  element.append(...children)
  return element
}

// Groups of a drawing, one above the other, each with its name as its class.
/** @type {(...names: string[]) => any} */
export const groups = (...names) => Object.fromEntries(names.map(name => [name, svg("g", { class: `lens-${name}` })]))

// "M 0 0 L 1 1": a path through points, cut where one is not finite.
export function path(points) {
  let pen = "M"
  let d = ""
  for (const [x, y] of points) {
    if (!Number.isFinite(x + y) || Math.abs(x) > 1e5 || Math.abs(y) > 1e5) pen = "M"
    else {
      d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`
      pen = "L"
    }
  }
  return d
}

// The same, closed; nothing where a corner cannot be drawn.
export function shape(points) {
  const d = path(points)
  return d.split("M").length === 2 && d.split("L").length === points.length ? `${d}Z` : ""
}

// An arrow in pixels: where its shaft ends, and the corners of its head. A short arrow has a small head.
/**
 * @param {number[]} from
 * @param {number[]} to
 */
export function arrow([ax, ay], [bx, by], head = 13) {
  const length = Math.hypot(bx - ax, by - ay)
  if (length < 0.5) return { shaft: "", head: "" }
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length]
  const size = Math.min(head, length * 0.6)
  const [cx, cy] = [bx - ux * size, by - uy * size]
  const wing = size * 0.42
  return {
    shaft: path([
      [ax, ay],
      [bx - ux * size * 0.8, by - uy * size * 0.8],
    ]),
    head: shape([
      [bx, by],
      [cx - uy * wing, cy + ux * wing],
      [cx + uy * wing, cy - ux * wing],
    ]),
  }
}

// ── Labels ───────────────────────────────────────────────────────────────────────────────────────────────

let canvas = null
const widths = new Map()

// The width of a label in pixels, measured once for each text.
export function width(label, font) {
  const key = font + label
  if (!widths.has(key)) {
    if (widths.size > 5000) widths.clear() // a long drag writes many numbers
    canvas ??= document.createElement("canvas").getContext("2d")
    canvas.font = font
    widths.set(key, canvas.measureText(label).width)
  }
  return widths.get(key)
}

const ALONG = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 1]
const GAP = 7

// A place for a box of w × h beside the line a–b, inside `bounds`, clear of all lines and boxes; null where there is
// none. `before` is tried first, so that a label does not jump while its place is still good.
/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number[]} size
 * @param {number[]} bounds
 * @param {number[][][]} lines
 * @param {number[][]} boxes
 * @param {{ t: number, side: number, far: number }} [before]
 */
export function place(a, b, [w, h], bounds, lines, boxes, before) {
  const clear = box =>
    inside(box, bounds) && !boxes.some(other => overlap(box, other)) && !lines.some(l => cuts(l, box))
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
  const normal = [-(b[1] - a[1]) / length, (b[0] - a[0]) / length]
  const beside = ({ t, side, far }) => {
    const distance = (Math.abs(normal[0]) * w + Math.abs(normal[1]) * h) / 2 + GAP + far
    const x = a[0] + t * (b[0] - a[0]) + side * distance * normal[0]
    const y = a[1] + t * (b[1] - a[1]) + side * distance * normal[1]
    return [x - w / 2, y - h / 2, w, h]
  }
  const wanted = before ? [before] : []
  for (const far of [0, 14, 34]) for (const t of ALONG) for (const side of [1, -1]) wanted.push({ t, side, far })
  for (const choice of wanted) {
    const box = beside(choice)
    if (clear(box)) return { box, choice }
  }
  return null
}

/** @type {(box: number[], bounds: number[]) => boolean} */
const inside = ([x, y, w, h], [X, Y, W, H]) => x >= X && y >= Y && x + w <= X + W && y + h <= Y + H
/** @type {(one: number[], other: number[]) => boolean} */
const overlap = ([x, y, w, h], [X, Y, W, H]) => x < X + W && X < x + w && y < Y + H && Y < y + h

// Whether the line a–b meets a box (Liang and Barsky's clipping).
/**
 * @param {number[][]} line
 * @param {number[]} box
 */
function cuts([[ax, ay], [bx, by]], [x, y, w, h]) {
  let [from, to] = [0, 1]
  for (const [p, q] of [
    [ax - bx, ax - x],
    [bx - ax, x + w - ax],
    [ay - by, ay - y],
    [by - ay, y + h - ay],
  ]) {
    if (p === 0 && q < 0) return false
    if (p < 0) from = Math.max(from, q / p)
    if (p > 0) to = Math.min(to, q / p)
  }
  return from <= to
}
