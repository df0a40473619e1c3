// The graph behind a chain: a column of nodes for x, y, z, …, and an edge for every entry of every Jacobian. Built once
// for a problem; lighting paths only changes classes and the labels of the edges.

import { brief } from "../kit/numbers.js"
import { svg } from "../kit/svg.js"
import { say } from "../kit/words.js"

const [ACROSS, LEAST, DOWN, ROOM, RADIUS] = [210, 130, 62, 34, 19] // columns stand closer on a phone, as large as ever
const LABELS = 9 // edges between two columns that are all labelled if their numbers are short; else those that are lit
const SHORT = 4 // characters

// Draws into `box`. `point(edge)` is called with {s, p, q} when an edge is pointed at, and with null after it.
export function draw(box, data, point) {
  const { spaces, stages } = data
  const most = Math.max(...spaces.map(space => space.values.length))
  const down = most > 5 ? 46 : DOWN
  const across = Math.min(ACROSS, Math.max(LEAST, (box.clientWidth - 2 * ROOM) / stages.length))
  const [width, height] = [2 * ROOM + across * stages.length, 2 * ROOM + down * (most - 1)]
  const title = say(data.words.graph, { x: spaces[0].letter, z: spaces.at(-1).letter })
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title })
  picture.style.maxWidth = `${2 * ROOM + ACROSS * stages.length}px` // a phone may be turned
  picture.style.minWidth = `${Math.min(width, 300 + 140 * (stages.length - 2))}px`
  const middle = height / 2
  const at = (s, k) => [ROOM + across * s, middle + (k - (spaces[s].values.length - 1) / 2) * down]
  const groups = { edges: svg("g"), labels: svg("g"), nodes: svg("g") }
  const edges = stages.map((stage, s) =>
    stage.entries.map((row, p) => row.map((n, q) => edge(groups, data, { s, p, q, n }, at, point))),
  )
  const nodes = spaces.map((space, s) => space.plain.map((name, k) => node(groups.nodes, name, at(s, k))))
  picture.append(groups.edges, groups.nodes, groups.labels)
  box.replaceChildren(picture)
  return { edges, nodes }
}

function edge(groups, { stages, spaces, hues }, { s, p, q, n }, at, point) {
  const [[x1, y1], [x2, y2]] = [at(s, q), at(s + 1, p)]
  const bend = (x2 - x1) / 2.6
  const d = `M${x1 + RADIUS},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2 - RADIUS},${y2}`
  const hit = svg("path", { d, class: "lens-edge-hit" })
  const line = svg("path", { d, class: "lens-edge" })
  const text = svg("text", { class: "lens-edge-label" })
  const [tx, ty] = along(
    [x1 + RADIUS, y1],
    [x1 + bend, y1],
    [x2 - bend, y2],
    [x2 - RADIUS, y2],
    place(p, q, stages[s].entries),
  )
  Object.entries({ x: tx, y: ty }).forEach(([name, value]) => text.setAttribute(name, value.toFixed(1)))
  text.textContent = brief(n.value)
  line.style.setProperty("--hue", hues[p % hues.length])
  line.classList.toggle("lens-edge-zero", n.value === 0)
  line.classList.toggle("lens-edge-negative", n.value < 0)
  const all = stages[s].entries.flat()
  const short = all.every(n => brief(n.value).length <= SHORT)
  text.classList.toggle("lens-edge-always", all.length <= 4 || (short && all.length <= LABELS))
  const title = svg("title")
  title.textContent = `∂${spaces[s + 1].plain[p]}/∂${spaces[s].plain[q]} = ${brief(n.value)}`
  hit.append(title)
  hit.onpointerenter = () => {
    line.classList.add("lens-edge-pointed")
    text.classList.add("lens-edge-pointed")
    point({ s, p, q })
  }
  hit.onpointerleave = () => {
    line.classList.remove("lens-edge-pointed")
    text.classList.remove("lens-edge-pointed")
    point(null)
  }
  groups.edges.append(line, hit)
  groups.labels.append(text)
  return { line, text }
}

// Where on its edge a label stands: staggered, so that labels of crossing edges keep apart.
function place(p, q, entries) {
  const spread = entries.length > 1 || entries[0].length > 1 ? 0.36 : 0
  const across = entries[0].length > 1 ? q / (entries[0].length - 1) : 0.5
  const down = entries.length > 1 ? p / (entries.length - 1) : 0.5
  return 0.5 + spread * (Math.abs(across - down) < 0.01 ? 0.0 : (across - down) * 0.75)
}

// The point of a cubic at t.
function along(a, b, c, d, t) {
  const [u, v] = [1 - t, t]
  return [0, 1].map(k => u ** 3 * a[k] + 3 * u * u * v * b[k] + 3 * u * v * v * c[k] + v ** 3 * d[k])
}

/**
 * @param {SVGElement} group
 * @param {string} name
 * @param {number[]} at
 */
function node(group, name, [x, y]) {
  const circle = svg("circle", { cx: x, cy: y, r: RADIUS, class: "lens-node" })
  const text = svg("text", { x, y, class: "lens-node-name" })
  text.textContent = name
  if (name.length > 4) text.classList.add("lens-node-long")
  group.append(circle, text)
  return circle
}

// Lights the edges and nodes of some paths in the hue of output i; `alone` when it is one path that is pointed at.
export function light({ edges, nodes }, paths, { hues }, i, alone = false) {
  const lit = new Set()
  for (const { way, factors } of paths) {
    if (!alone && factors.some(n => n.value === 0)) continue
    way.forEach((k, s) => {
      lit.add(`${s}:${k}`)
      if (s) lit.add(`${s - 1}:${k}:${way[s - 1]}`)
    })
  }
  const hue = hues[i % hues.length]
  edges.forEach((rows, s) =>
    rows.forEach((row, p) =>
      row.forEach(({ line, text }, q) => {
        const on = lit.has(`${s}:${p}:${q}`)
        line.classList.toggle("lens-edge-lit", on)
        text.classList.toggle("lens-edge-lit", on)
        line.style.setProperty("--hue", hue)
      }),
    ),
  )
  nodes.forEach((column, s) =>
    column.forEach((circle, k) => {
      circle.classList.toggle("lens-node-lit", lit.has(`${s}:${k}`))
      circle.style.setProperty("--hue", hue)
    }),
  )
}
