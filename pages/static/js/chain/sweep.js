// x → y → z as a rail. Backward, v enters at the end and travels left through one Jacobian after the other; forward, u
// enters at x and travels right. Steps and drags happen here: no message goes to the server.

/** @import { Sweep } from "../messages" */

import { channel } from "../kit/bus.js"
import { mounted } from "../kit/component.js"
import { button, make, resize, set, write } from "../kit/dom.js"
import { fixed } from "../kit/drag.js"
import { oneHot } from "../kit/linear.js"
import { fill, matrix, put, tint } from "../kit/matrix.js"
import { plain } from "../kit/numbers.js"
import { Player } from "../kit/player.js"
import { moved, offer } from "../kit/steps.js"
import { strengths } from "../kit/tints.js"
import { knob, question, scrub, weights } from "../kit/weights.js"
import { scene } from "./scene.js"
import { model, tangent } from "./sweep_model.js"
import { paintSum } from "./sweep_sum.js"

const MODES = ["backward", "forward"]

export const component = mounted(".lens-sweep", (root, { data }) => {
  const rail = open(root, data)
  let stop = null
  return {
    learn(told) {
      learn(rail, told.data)
      stop ??= offer(sequence(rail))
    },
    close() {
      stop?.()
      rail.close()
    },
  }
})

/**
 * @param {any} rail
 * @param {Sweep} data
 */
function learn(rail, data) {
  const stages = rail.data?.stages.length
  rail.data = scene(data)
  const count = rail.data.stages.length
  if (stages !== count) Object.assign(rail, { step: count, at: SEED + count, untouched: true })
  build(rail)
  settle(rail)
  if (document.fonts.status === "loading") document.fonts.ready.then(() => settle(rail)) // other digits, other widths
}

// ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────

// What is known once the first answer is there.
const LATER = { data: null, player: null, spaces: [], stages: [], close: () => {} }

function open(root, data) {
  const bus = channel(data.channel)
  const pushed = channel(`${data.channel}.u`)
  const own = { v: weights(data.channel), u: weights(`${data.channel}.u`) }
  const rail = {
    root,
    bus,
    pushed,
    own,
    mode: "backward",
    step: 0,
    at: 0, // the same as a step of the page
    untouched: true,
    width: 0,
    ...skeleton(root),
    ...LATER,
  }
  const ends = [bus.subscribe(() => paint(rail)), pushed.subscribe(() => paint(rail))]
  const watch = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== rail.width && rail.data) settle(rail)
    rail.width = contentRect.width
  })
  watch.observe(root)
  rail.close = () => {
    ends.forEach(end => end())
    watch.disconnect()
  }
  rail.player = new Player({
    at: () => ({ step: rail.step, total: rail.data.stages.length }),
    go: step => go(rail, step),
    controls: { start: "", back: "", step: "" },
  }).listen(root)
  rail.steps.append(...rail.player.elements)
  rail.line.parentElement.addEventListener("pointerdown", () => (rail.untouched = false), { passive: true })
  rail.line.parentElement.addEventListener("wheel", () => (rail.untouched = false), { passive: true })
  return rail
}

function skeleton(root) {
  const bar = make("div", "lens-sweep-bar")
  const modes = make("div", "lens-sweep-modes", { role: "group" })
  const steps = make("div", "lens-sweep-steps")
  const tries = make("div", "lens-sweep-tries")
  const box = make("div", "lens-sweep-rail-box")
  const line = make("div", "lens-sweep-rail")
  const said = make("div", "lens-sweep-said", { "aria-hidden": "true" }) // all in one place: no step moves the page
  const live = make("p", "lens-sweep-live", { "aria-live": "polite" })
  const sum = make("div", "lens-sweep-sum", { "data-testid": "step-sum" })
  const check = make("p", "lens-sweep-check", { "data-testid": "sweep-check" })
  const wide = make("p", "lens-sweep-wide")
  bar.append(modes, steps, tries)
  box.append(line)
  const found = make("div", "lens-sweep-found lens-answer", {}, sum, check)
  root.replaceChildren(bar, box, wide, said, live, found)
  return { modes, steps, tries, line, wide, said, live, sum, check }
}

// Everything that depends on the width of the card, once for a problem and a width.
function settle(rail) {
  paint(rail)
  fit(rail)
  reserve(rail)
  paint(rail)
}

// As large as the width of the card allows, and never too small to read: then closer together. A rail that is still
// too long scrolls and says so; it begins where v enters.
const WAYS = [
  { largest: 24, smallest: 16, close: false },
  { largest: 16, smallest: 14, close: true },
] // pixels
const presented = () => document.documentElement.hasAttribute("data-lens-present")

function fit({ line, wide, mode, untouched }) {
  const box = line.parentElement
  const fits = () => box.scrollWidth <= box.clientWidth
  for (const { largest, smallest, close } of WAYS) {
    line.classList.toggle("lens-sweep-close", close)
    let size = presented() ? Math.max(largest, Math.floor(innerHeight / 18)) : largest
    line.style.fontSize = `${size}px`
    while (!fits() && size > smallest) {
      size = Math.max(smallest, Math.min(size - 1, Math.floor((size * box.clientWidth) / box.scrollWidth)))
      line.style.fontSize = `${size}px`
    }
    if (fits()) break
  }
  const scrolls = !fits()
  if (scrolls && untouched) box.scrollLeft = mode === "backward" ? box.scrollWidth : 0
  wide.hidden = !scrolls
}

// Room for the longest of the sums, so that no step moves the page.
function reserve(rail) {
  const { sum, data, step } = rail
  sum.style.minHeight = ""
  const heights = data.spaces.map((_, k) => {
    paint(Object.assign(rail, { step: k }))
    return sum.offsetHeight
  })
  rail.step = step
  sum.style.minHeight = `${Math.max(...heights)}px`
}

// ── On every answer of the server ────────────────────────────────────────────────────────────────────────

function build(rail) {
  const { root, data, line, modes } = rail
  const { words, spaces, stages } = data
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", words.label)
  root.tabIndex = 0
  question(`${data.channel}.u`, oneHot(0, spaces[0].values.length)) // u starts as e1: one push at x1
  rail.wide.textContent = words.wide
  rail.wide.hidden = true
  modes.setAttribute("aria-label", words.mode)
  resize(modes, 2, () => button("")).forEach((element, k) => {
    element.textContent = words[MODES[k]]
    element.dataset.testid = `mode-${MODES[k]}`
    element.onclick = () => choose(rail, MODES[k])
  })
  rail.player.learn(words)
  const parts = resize(line, spaces.length + stages.length, k => (k % 2 ? stagePart() : spacePart()))
  rail.spaces = spaces.map((space, s) => buildSpace(rail, parts[2 * s], space, s))
  rail.stages = stages.map((stage, s) => buildStage(parts[2 * s + 1], stage, data.spaces[s + 1]))
  buildTries(rail)
  const sentences = MODES.flatMap(mode => data.said[mode].map((text, s) => ({ text, key: `${mode}:${s}` })))
  resize(rail.said, sentences.length, () => make("p")).forEach((element, k) => {
    element.textContent = sentences[k].text
    element.dataset.key = sentences[k].key
  })
}

function spacePart() {
  const part = make("div", "lens-sweep-space")
  const [letter, values, travels] = [
    make("div", "lens-sweep-letter"),
    make("div", "lens-sweep-values"),
    make("div", "lens-sweep-travels"),
  ]
  values.append(matrix())
  travels.append(matrix(), matrix())
  part.append(letter, values, travels)
  return part
}

function stagePart() {
  const part = make("div", "lens-jump")
  const [arrow, middle, back] = [
    make("div", "lens-hop"),
    make("div", "lens-sweep-values"),
    make("div", "lens-hop lens-hop-back"),
  ]
  arrow.append(make("span"))
  back.append(make("span"), make("span"))
  middle.append(matrix())
  part.append(arrow, middle, back)
  return part
}

function buildSpace(rail, part, space, s) {
  const [letter, values, travels] = part.children
  const last = rail.data.spaces.length - 1
  put(letter, space.letter)
  fill(values.firstChild, [space.values.map(n => n.text)])
  values.firstChild.title = space.plain.join(", ")
  const [back, front] = travels.children
  const handle =
    s === 0 ? "total" : s === last ? "cotangent-v" : s === 1 ? "middle-cotangent" : `cotangent-${space.letter}`
  back.dataset.testid = handle
  front.dataset.testid = `tangent-${space.letter}`
  travels.classList.toggle("lens-answer", s < last)
  back.classList.toggle("lens-result", s === 0)
  front.classList.toggle("lens-result", s === last)
  const cells = fill(
    back,
    [space.adjoint.map(n => n.text)],
    s === last ? "v^{\\top}" : `\\texttt{${space.letter}.grad}`,
  ).cells[0]
  const tangents = fill(front, [space.values.map(() => 0)], s === 0 ? "u" : tangent(rail.data.spaces, s)).cells[0]
  const { v, u } = rail.own
  const { drag } = rail.data.words
  for (const cell of cells) still(cell)
  if (s === last)
    cells.forEach((cell, i) => {
      dragged(cell, drag)
      scrub(cell, i, v)
    })
  if (s === 0)
    tangents.forEach((cell, j) => {
      dragged(cell, drag)
      knob(cell, j, u, `u${j + 1}`)
    })
  return { part, back, front, cells, tangents }
}

function buildStage(part, stage, after) {
  const [arrow, middle, back] = part.children
  put(arrow.firstChild, stage.function)
  const { rows, cells } = fill(
    middle.firstChild,
    stage.entries.map(line => line.map(n => n.text)),
    stage.name,
  )
  cells.forEach((line, i) =>
    line.forEach((cell, j) => (cell.title = `∂${after.plain[i]} : ${stage.entries[i][j].value}`)),
  )
  put(back.firstChild, `\\cdot ${stage.name}`) // a row times the matrix
  put(back.lastChild, `${stage.name}\\cdot`) // the matrix times a column
  return { part, rows, cells, back }
}

function dragged(cell, title) {
  cell.classList.add("lens-sweep-drag")
  cell.title = title
}

// The space was the last one before a stage was added.
function still(cell) {
  cell.classList.remove("lens-sweep-drag")
  cell.removeAttribute("title")
  fixed(cell)
}

function buildTries({ tries, data, own }) {
  const n = data.spaces[0].values.length
  const hot = data.spaces[0].plain.map((name, j) => ({ label: name, u: oneHot(j, n) }))
  const [label, ...buttons] = resize(tries, n + 1, k => (k ? button("") : make("span")))
  label.textContent = data.words.tries
  buttons.forEach((element, j) => {
    element.textContent = hot[j].label
    element.onclick = () => own.u.set(hot[j].u)
  })
}

// ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────

function choose(rail, mode) {
  rail.mode = mode
  const step = rail.data.stages.length
  Object.assign(rail, { step, at: SEED + step, untouched: false })
  settle(rail)
  requestAnimationFrame(() => reveal(rail))
}

// The steps of the page: forward to the values, v at the end, back through every stage, the product, the sum.
const sequence = rail => ({
  at: () => ({ step: rail.at, total: rail.data.steps.length - 1 }),
  go(step) {
    rail.mode = "backward"
    walk(rail, rail.data.steps[step].shown, step)
  },
  told: () => rail.data.steps[rail.at].sentence,
  pick: i => rail.bus.update({ lit: i < rail.data.spaces.at(-1).values.length ? { row: i, column: null } : null }),
})

const SEED = 1 // the step of the page at which v has come and nothing else

function go(rail, step) {
  walk(rail, step, SEED + step)
  moved()
}

function walk(rail, step, at) {
  Object.assign(rail, { step, at, untouched: false })
  paint(rail)
  requestAnimationFrame(() => reveal(rail)) // the layout is known by then; asking for it now would make it twice
}

// Keeps the space that has been reached in sight on a rail that is wider than its box.
function reveal(rail) {
  const count = rail.data.stages.length
  const reached = rail.spaces[rail.mode === "backward" ? count - rail.step : rail.step].part
  const box = rail.line.parentElement
  if (box.scrollWidth <= box.clientWidth) return
  const [left, right] = [reached.offsetLeft - box.offsetLeft, reached.offsetLeft - box.offsetLeft + reached.offsetWidth]
  if (left < box.scrollLeft || right > box.scrollLeft + box.clientWidth)
    box.scrollLeft = (left + right - box.clientWidth) / 2
}

// ── In every frame ───────────────────────────────────────────────────────────────────────────────────────

function paint(rail) {
  const { data, mode, step, bus, pushed } = rail
  const end = data.spaces.at(-1).adjoint
  const v = bus.state.v?.length === end.length ? bus.state.v : end.map(n => n.value)
  const shown = model(data, { mode, step, v, u: pushed.state.v })
  rail.root.classList.toggle("lens-before-seed", rail.at < SEED)
  rail.spaces.forEach((space, s) => paintSpace(rail, space, s, shown))
  for (const [j, cell] of rail.spaces[0].tangents.entries()) set(cell, { "aria-valuenow": plain(pushed.state.v[j]) })
  paintStages(rail, shown.found)
  paintBar(rail)
  paintSaid(rail, shown)
}

function paintSpace({ data, mode, step }, space, s, { found, settled }) {
  const count = data.stages.length
  const { adjoint } = data.spaces[s]
  const given = settled && [adjoint.map(n => n.text), adjoint.map(n => n.value)]
  putRow(space.back, space.cells, found.backward[s], ...(given || []))
  putRow(space.front, space.tangents, found.forward[s])
  const cells = mode === "backward" ? space.cells : space.tangents
  const carries = mode === "backward" ? s > 0 : s < count // what weights the rows, or columns, of a Jacobian
  paintBands(data, cells, carries ? found[mode][s] : none(cells))
  space.back.hidden = mode !== "backward"
  space.front.hidden = mode !== "forward"
  space.part.classList.toggle("lens-unreached", mode === "backward" ? s < count - step : s > step)
}

function putRow(element, cells, numbers, texts = null, values = null) {
  numbers.forEach((x, i) => put(cells[i], texts ? texts[i] : x))
  element.dataset.value = (values || numbers).map(plain).join(",")
}

const none = elements => elements.map(() => 0)

// The band of every element in the strength of its weight.
function paintBands({ hues }, elements, weights) {
  const found = strengths(weights)
  elements.forEach((element, i) =>
    tint(element, { hue: hues[i % hues.length], strength: found[i], negative: weights[i] < 0 }),
  )
}

// The rows of a Jacobian in the strength of their weights once v has come to them; its columns in that of u.
function paintStages({ data, stages, mode, step, bus }, found) {
  const count = stages.length
  stages.forEach(({ part, rows, cells }, s) => {
    const past = mode === "backward" ? s >= count - step : s < step
    const now = mode === "backward" ? s === count - step : s === step - 1
    const v = past && mode === "backward" ? found.backward[s + 1] : none(rows)
    const u = past && mode === "forward" ? found.forward[s] : none(cells[0])
    paintBands(data, rows, v)
    for (const line of cells) paintBands(data, line, u)
    part.classList.toggle("lens-now", now)
    part.classList.toggle("lens-unreached", !past)
    const slip = bus.state.slip ?? { rows: [], inputs: [], stages: [] }
    part.classList.toggle("lens-slip", slip.stages.includes(s))
    rows.forEach((row, i) => row.classList.toggle("lens-slip", s === count - 1 && slip.rows.includes(i)))
    part.classList.toggle("lens-forwards", mode === "forward")
    for (const [k, label] of [...part.lastChild.children].entries()) label.hidden = MODES[k] !== mode
  })
}

function paintBar({ mode, modes, player, tries }) {
  for (const [k, element] of [...modes.children].entries()) element.setAttribute("aria-pressed", MODES[k] === mode)
  player.controls.step.dataset.testid = `${mode}-step`
  player.paint()
  tries.hidden = mode !== "forward"
}

function paintSaid({ data, mode, said, live, sum, check }, shown) {
  write(live, data.said[mode][shown.reached])
  const key = `${mode}:${shown.reached}`
  for (const element of said.children) element.classList.toggle("lens-sweep-shown", element.dataset.key === key)
  paintSum(sum, data, shown.sum)
  write(check, shown.check.told)
  check.title = shown.check.title
  check.classList.toggle("lens-agrees", shown.check.agrees)
  check.classList.toggle("lens-explained", shown.check.differs)
}
