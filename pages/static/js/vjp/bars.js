// vᵀJ input by input: in each, the contributions v_i·J_ij one after the other, each from where the last one ended,
// and the sum as a mark. Works for any number of inputs.

import { axes, linear } from "../kit/axes.js"
import { make, set, text } from "../kit/dom.js"
import { finite, pull, weigh } from "../kit/linear.js"
import { brief, plain } from "../kit/numbers.js"
import { svg } from "../kit/svg.js"

const EDGE = { left: 46, right: 74, top: 6, bottom: 26 }

// Draws into `figure` and answers with the function that paints a state.
export function bars(figure, context) {
  const { scene, say, hue } = context
  const { m, n, names } = scene
  const thick = m > 4 ? 6 : 10
  const lane = m * thick + 20
  const height = EDGE.top + n * lane + EDGE.bottom
  const grid = svg("g", { class: "lens-grid" })
  const picture = svg("svg", { class: "lens-plot", role: "img", height, "data-testid": "bars" }, grid)
  const paintAxes = axes(grid, { zero: true })
  const legend = make("div", "lens-legend")
  const trouble = make("p", "lens-trouble")
  const lanes = names.map(name => drawLane(picture, name, m, thick, scene))
  const terms = Array.from({ length: m }, (_, i) => named(context, i))
  legend.append(...terms)
  const hatches = Array.from({ length: m }, (_, i) => hatch(hue(i)))
  picture.prepend(svg("defs", {}, ...hatches.map(({ pattern }) => pattern)))
  figure.append(make("div", "lens-scroll", {}, picture), legend, trouble)
  let range = null

  return ({ v, J, lit, dragging }) => {
    const weighted = weigh(v, J)
    const sum = pull(v, J)
    const ends = weighted[0].map((_, j) => running(weighted.map(row => row[j])))
    range = fit(ends.flat(), range, dragging)
    const w = Math.max(260, context.width) - EDGE.left - EDGE.right
    const px = linear(range, [EDGE.left, EDGE.left + w])
    paintAxes(px, null, [EDGE.left, EDGE.top, w, n * lane])
    lanes.forEach((paint, j) =>
      paint(EDGE.top + j * lane, ends[j], sum[j], i => (v[i] < 0 ? hatches[i].fill : hue(i)), px, lit),
    )
    terms.forEach((term, i) => {
      term.textContent = `${brief(v[i])}·∇${scene.outputs[i]}`
      term.classList.toggle("lens-lit", lit?.row === i)
    })
    trouble.textContent = finite(weighted.flat()) ? "" : say("arrows.not_finite")
    set(picture, {
      viewBox: `0 0 ${w + EDGE.left + EDGE.right} ${height}`,
      "aria-label": `${say("arrows.title")}: x.grad = (${sum.map(brief).join(", ")})`,
    })
  }
}

// A row in the legend: pointing at it lights it everywhere.
function named({ scene, hue }, i) {
  const term = text("span", "lens-named", "")
  term.style.color = hue(i)
  term.onpointerenter = () => scene.light(i)
  term.onpointerleave = () => scene.light(null)
  return term
}

function drawLane(picture, name, m, thick, scene) {
  const title = svg("text", { class: "lens-lane", "text-anchor": "end" })
  title.textContent = name
  const pieces = Array.from({ length: m }, (_, i) => {
    const piece = svg("rect", { height: thick - 2, rx: 2 })
    piece.onpointerenter = () => scene.light(i)
    piece.onpointerleave = () => scene.light(null)
    return piece
  })
  const threads = svg("path", { class: "lens-thread" })
  const mark = svg("path", { class: "lens-mark" })
  const total = svg("text", { class: "lens-sum" })
  picture.append(title, threads, ...pieces, mark, total)
  return (y, ends, sum, fill, px, lit) => {
    const top = y + 10
    set(title, { x: EDGE.left - 10, y: top + (m * thick) / 2 + 4 })
    pieces.forEach((piece, i) => {
      const [from, to] = [px(ends[i]), px(ends[i + 1])]
      const dim = lit && lit.row !== i
      set(piece, {
        x: Math.min(from, to),
        y: top + i * thick,
        width: Math.max(Math.abs(to - from), 0.01),
        fill: fill(i),
        opacity: dim ? 0.3 : 1,
      })
    })
    set(threads, {
      d: ends
        .slice(1, -1)
        .map((end, i) => `M${px(end)} ${top + i * thick}v${2 * thick}`)
        .join(""),
    })
    set(mark, { d: Number.isFinite(sum) ? `M${px(ends.at(-1))} ${top - 5}v${m * thick + 8}` : "" })
    set(total, {
      x: Math.max(px(ends.at(-1)), px(Math.max(...ends))) + 8,
      y: top + (m * thick) / 2 + 4,
      "data-value": plain(sum),
    })
    total.textContent = brief(sum)
  }
}

let hatched = 0

// A negative weight is hatched in the hue of its row.
function hatch(colour) {
  const id = `lens-hatch-${hatched++}`
  const stripe = svg("path", { d: "M0 0V7", stroke: colour, "stroke-width": 7 })
  return {
    fill: `url(#${id})`,
    pattern: svg(
      "pattern",
      { id, width: 6, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(35)" },
      stripe,
    ),
  }
}

// Partial sums from 0; what is not finite is passed over.
function running(values) {
  const ends = [0]
  for (const value of values) ends.push(ends.at(-1) + (Number.isFinite(value) ? value : 0))
  return ends
}

function fit(values, before, dragging) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const span = high - low || 1
  const wanted = [low - (low < 0 ? 0.06 * span : 0), high + (high > 0 || low === high ? 0.06 * span : 0)]
  if (!before || !dragging) return wanted
  return [Math.min(before[0], wanted[0]), Math.max(before[1], wanted[1])]
}
