// What a chain costs, for sizes that the reader drags: four counts as bars, and the whole Jacobian against the number
// of inputs.

/** @import { Cost } from "../messages" */

import { axes, logarithmic } from "../kit/axes.js"
import { mounted } from "../kit/component.js"
import { button, make, resize, text } from "../kit/dom.js"
import { superscript } from "../kit/numbers.js"
import { path, place, svg, width } from "../kit/svg.js"
import { say } from "../kit/words.js"
import { counts } from "./counts.js"

const SCALE = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]
const BARS = ["backward", "product", "backward-passes", "forward-passes"]
const [HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [268, 56, 58, 16, 14]
const [NARROWEST, WIDEST] = [280, 544] // pixels: the chart is as wide as its box, so that its letters keep their size

export const component = mounted(".lens-cost", root => {
  const own = open(root)
  return { learn: ({ data }) => learn(own, data), close: () => own.watch.disconnect() }
})

/**
 * @param {any} own
 * @param {Cost} data
 */
function learn(own, data) {
  const before = own.data?.sizes
  own.data = data
  if (String(before) !== String(data.sizes)) own.sizes = [...data.sizes]
  build(own)
  paint(own)
}

function open(root) {
  const [sliders, tries, columns] = [
    make("div", "lens-cost-sliders", { role: "group" }),
    make("div", "lens-cost-tries"),
    make("div", "lens-cost-columns"),
  ]
  const [bars, chart] = [make("div", "lens-cost-bars"), make("div", "lens-cost-chart")]
  const note = make("p", "lens-cost-note")
  columns.append(bars, chart)
  root.replaceChildren(sliders, tries, columns, note)
  const own = {
    sliders,
    tries,
    bars,
    chart,
    note,
    sizes: [],
    width: WIDEST,
    data: null,
    watch: null,
    frame: 0,
    rows: [],
    meters: [],
  }
  own.watch = new ResizeObserver(([{ contentRect }]) => {
    own.width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, contentRect.width)))
    if (own.data) draw(own)
  })
  own.watch.observe(chart)
  return own
}

function build(own) {
  const { data, sliders, tries, bars, note } = own
  sliders.setAttribute("aria-label", data.words.label)
  own.rows = resize(sliders, data.names.length, slider).map(row => [...row.children])
  own.rows.forEach(([name, input, , label], s) => {
    name.textContent = data.names[s]
    label.textContent = data.labels[s]
    input.setAttribute("aria-label", data.names[s])
    input.oninput = () => change(own, own.sizes.with(s, SCALE[input.value]))
  })
  resize(tries, data.tries.length, () => button("")).forEach((element, k) => {
    element.textContent = data.tries[k].label
    element.onclick = () => change(own, [...data.tries[k].sizes])
  })
  const { words } = data
  const parts = resize(bars, 6, k => (k % 3 ? bar() : make("h3", "lens-cost-head")))
  parts[0].textContent = words.one
  parts[3].textContent = words.whole
  own.meters = [1, 2, 4, 5].map(k => [...parts[k].children])
  own.meters.forEach(([, track, count], k) => {
    parts[[1, 2, 4, 5][k]].dataset.testid = `cost-${BARS[k]}`
    track.firstChild.className = `lens-cost-fill lens-cost-${BARS[k]}`
    count.title = words.multiplications
  })
  note.textContent = words.note
}

function slider() {
  const row = make("label", "lens-cost-slider")
  const input = make("input", "", { type: "range", min: 0, max: SCALE.length - 1, step: 1 })
  row.append(make("span", "lens-cost-name"), input, make("output"), make("span", "lens-cost-where"))
  return row
}

function bar() {
  const row = make("div", "lens-cost-bar")
  const track = make("div", "lens-cost-track")
  track.append(make("div"))
  row.append(make("div", "lens-cost-label"), track, make("div", "lens-cost-count"))
  return row
}

function change(own, sizes) {
  own.sizes = sizes
  own.frame ||= requestAnimationFrame(() => {
    own.frame = 0
    paint(own)
  })
}

const grouped = new Intl.NumberFormat("en-US")

function paint(own) {
  const { data, sizes } = own
  own.rows.forEach(([, input, output], s) => {
    const at = SCALE.findIndex(size => size >= sizes[s])
    input.value = at < 0 ? SCALE.length - 1 : at
    input.setAttribute("aria-valuetext", sizes[s])
    output.textContent = sizes[s]
  })
  const found = counts(sizes)
  const labels = [
    data.words.backward,
    data.words.product,
    say(data.words.passes_backward, { count: sizes.at(-1) }),
    say(data.words.passes_forward, { count: sizes[0] }),
  ]
  own.meters.forEach(([label, track, count], k) => {
    const [first, second] = k < 2 ? [0, 1] : [2, 3]
    label.textContent = labels[k]
    count.textContent = grouped.format(found[k])
    track.firstChild.style.width = `${((100 * found[k]) / Math.max(found[first], found[second])).toFixed(2)}%`
    track.parentElement.dataset.value = found[k]
    track.parentElement.classList.toggle("lens-cost-best", found[k] === Math.min(found[first], found[second]))
  })
  draw(own)
}

// The whole Jacobian against the number of inputs, on logarithmic scales: two straight lines nearly, crossing at a = c.
function draw({ chart, data, sizes, width: wide }) {
  const [a, c] = [sizes[0], sizes.at(-1)]
  const box = [LEFT, TOP, wide - LEFT - RIGHT, HEIGHT - BOTTOM - TOP]
  const { x, y, at } = scales(sizes, box)
  const lines = LINES.map(line => ({ ...line, points: SCALE.map(size => [x(size), y(at(size)[line.count])]) }))
  const picture = svg("svg", { viewBox: `0 0 ${wide} ${HEIGHT}`, role: "img", "aria-label": data.words.chart })
  picture.append(...ground(x, y, box, c, data.words.inputs))
  for (const { name, points } of lines)
    picture.append(svg("path", { d: path(points), class: `lens-cost-line lens-cost-${name}-line` }))
  const dots = lines.map(({ name, count }) => dot(x(a), y(at(a)[count]), name))
  picture.append(...dots)
  const taken = lines.map(({ count }) => [x(a) - 7, y(at(a)[count]) - 7, 14, 14])
  picture.append(...named(lines, c, [LEFT, 0, wide - LEFT, HEIGHT - BOTTOM], taken))
  chart.replaceChildren(text("h3", "lens-cost-head", data.words.chart), picture, verdict(data.words, a, c))
}

const LINES = [
  { count: 2, name: "backward", label: "vᵀJ" },
  { count: 3, name: "forward", label: "Ju" },
] // which of the counts, its class, its name

// Where so many inputs, and so many multiplications, stand; `at` are the counts for so many inputs.
/**
 * @param {number[]} sizes
 * @param {number[]} box
 */
function scales(sizes, [left, top, w, h]) {
  const at = a => counts([a, ...sizes.slice(1)])
  const [low, high] = [Math.min(at(1)[2], at(1)[3]), Math.max(at(1024)[2], at(1024)[3])]
  const first = Math.ceil(Math.log10(low))
  const powers = Array.from({ length: 20 }, (_, k) => 10 ** (first + 2 * k)).filter(power => power <= high)
  return {
    x: logarithmic([1, 1024], [left, left + w], [1, 8, 64, 1024]),
    y: logarithmic([low, high], [top + h, top], powers),
    at,
  }
}

// What lies below the lines: the axes, the part where forward mode takes fewer, and where the two meet.
/**
 * @param {any} x
 * @param {any} y
 * @param {number[]} box
 * @param {number} c
 * @param {string} inputs
 */
function ground(x, y, [left, top, w, h], c, inputs) {
  const group = svg("g")
  axes(group, { written: n => (n < 1e4 ? String(n) : `10${superscript(Math.round(Math.log10(n)))}`) })(x, y, [
    left,
    top,
    w,
    h,
  ])
  const wins = svg("rect", { x: left, y: top, width: Math.max(0, x(c) - left), height: h, class: "lens-cost-wins" })
  const cross = svg("line", {
    x1: x(c),
    x2: x(c),
    y1: top,
    y2: top + h,
    class: "lens-cost-cross",
    "data-testid": "cost-crossing",
    "data-value": c,
  })
  const inside = Math.min(left + w - 16, Math.max(30, x(c))) // a = 1024 would be cut off
  const here = svg("text", { x: inside, y: top + h + 34, class: "lens-cost-tick lens-cost-strong" }, `a = ${c}`)
  const name = svg("text", { x: left + w, y: top + h + 52, class: "lens-cost-tick lens-cost-end" }, inputs)
  return [wins, group, cross, here, name]
}

const dot = (cx, cy, name) => svg("circle", { cx, cy, r: 5, class: `lens-cost-dot lens-cost-${name}-line` })

function verdict(words, a, c) {
  const which = a < c ? "now_forward" : a > c ? "now_backward" : "now_equal"
  const when = c > 1 ? say(words.forward_wins, { count: c }) : words.forward_never
  const now = `${say(words[which], { inputs: a, outputs: c })} ${when}`
  return text("p", "lens-cost-now", now, { "data-testid": "cost-now", "data-value": which.slice(4) })
}

// The names of the two lines, clear of both and of each other, on the side where they are further apart.
function named(lines, c, bounds, boxes) {
  const segments = lines.flatMap(({ points }) => points.slice(1).map((point, i) => [points[i], point]))
  const part = c * c > 1024 ? [1, 9] : [15, 22]
  return lines.map(({ name, label, points }) => {
    const size = [width(label, "600 14px sans-serif") + 4, 18]
    const [from, to] = part.map(i => points[i])
    const found = place(from, to, size, bounds, segments, boxes)
    const [left, top] = found?.box ?? [...from, 0, 0]
    boxes.push([left, top, ...size])
    return svg("text", { x: left + size[0] / 2, y: top + 14, class: `lens-cost-tick lens-cost-${name}-line` }, label)
  })
}
