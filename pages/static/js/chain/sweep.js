// x → y → z as a rail. Backward, v enters at the end and travels left through one Jacobian after the other; forward, u
// enters at x and travels right. Steps and drags happen here: no message goes to the server.

import { channel } from "../kit/bus.js"
import { mounted } from "../kit/component.js"
import { button, make, resize } from "../kit/dom.js"
import { fixed } from "../kit/drag.js"
import { oneHot } from "../kit/linear.js"
import { fill, matrix, put, tint } from "../kit/matrix.js"
import { brief, plain } from "../kit/numbers.js"
import { Player } from "../kit/player.js"
import { strengths } from "../kit/tints.js"
import { knob, question, scrub, weights } from "../kit/weights.js"
import { say } from "../kit/words.js"
import { backward, close, equal, forward, scene } from "./scene.js"

const MODES = ["backward", "forward"]

export const component = mounted(".lens-sweep", (root, { data }) => {
  const rail = open(root, data)
  return { learn: told => learn(rail, told.data), close: rail.close }
})

function learn(rail, data) {
  const stages = rail.data?.stages.length
  rail.data = scene(data)
  if (stages !== rail.data.stages.length) Object.assign(rail, { step: rail.data.stages.length, untouched: true })
  build(rail)
  settle(rail)
  if (document.fonts.status === "loading") document.fonts.ready.then(() => settle(rail)) // other digits, other widths
}

// ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────

function open(root, data) {
  const bus = channel(data.channel)
  const pushed = channel(`${data.channel}.u`)
  const own = { v: weights(data.channel), u: weights(`${data.channel}.u`) }
  const rail = { root, bus, pushed, own, mode: "backward", step: 0, ...skeleton(root) }
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
  root.replaceChildren(bar, box, wide, said, live, sum, check)
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
const [LARGEST, SMALLEST, CLOSE] = [24, 16, 14] // pixels
function fit({ line, wide, mode, untouched }) {
  const box = line.parentElement
  const sizes = [
    [LARGEST, SMALLEST, false],
    [SMALLEST, CLOSE, true],
  ]
  const fits = () => box.scrollWidth <= box.clientWidth
  for (const [largest, smallest, close] of sizes) {
    line.classList.toggle("lens-sweep-close", close)
    let size = largest
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

function tangent(spaces, s) {
  const passed = spaces.slice(0, s).map((space, k) => `J_{${space.letter}\\to ${spaces[k + 1].letter}}`)
  return `${passed.reverse().join("")}u`
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
  Object.assign(rail, { step: rail.data.stages.length, untouched: false })
  settle(rail)
  requestAnimationFrame(() => reveal(rail))
}

function go(rail, step) {
  Object.assign(rail, { step, untouched: false })
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
  const count = data.stages.length
  const end = data.spaces[count].adjoint
  const v = bus.state.v?.length === end.length ? bus.state.v : end.map(n => n.value)
  const settled = equal(
    v,
    end.map(n => n.value),
  )
  const found = { backward: backward(data.stages, v), forward: forward(data.stages, pushed.state.v) }
  const reached = s => (mode === "backward" ? s >= count - step : s <= step)
  rail.spaces.forEach((space, s) => {
    const { adjoint } = data.spaces[s]
    putRow(
      space.back,
      space.cells,
      found.backward[s],
      settled && adjoint.map(n => n.text),
      settled && adjoint.map(n => n.value),
    )
    putRow(space.front, space.tangents, found.forward[s])
    const source = found[mode][s]
    const cells = mode === "backward" ? space.cells : space.tangents
    const carries = mode === "backward" ? s > 0 : s < count // what weights the rows, or columns, of a Jacobian
    paintBands(data, cells, carries ? source : none(cells))
    space.back.hidden = mode !== "backward"
    space.front.hidden = mode !== "forward"
    space.part.classList.toggle("lens-unreached", !reached(s))
  })
  rail.spaces[0].tangents.forEach((cell, j) => cell.setAttribute("aria-valuenow", plain(found.forward[0][j])))
  paintStages(rail, found)
  paintBar(rail)
  paintSaid(rail, found, settled)
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
    bandOnce(element, { hue: hues[i % hues.length], strength: found[i], negative: weights[i] < 0 }),
  )
}

// The rows of a Jacobian in the strength of their weights once v has come to them; its columns in that of u.
function paintStages({ data, stages, mode, step }, found) {
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

function paintSaid(rail, found, settled) {
  const { data, mode, step, said, live, check } = rail
  const count = data.stages.length
  const s = mode === "backward" ? count - step : step // the space that has been reached
  const text = data.said[mode][s]
  if (live.textContent !== text) live.textContent = text
  for (const element of said.children)
    element.classList.toggle("lens-sweep-shown", element.dataset.key === `${mode}:${s}`)
  paintSum(
    rail.sum,
    data,
    step === 0
      ? entering(mode, found)
      : mode === "backward"
        ? pulled(data, s, found.backward, settled)
        : pushedOn(data, s, found.forward),
  )
  const { answer, asked, otherwise, call } = CHECKS[mode](data, s, found.forward[0], settled)
  const agrees = step > 0 && asked && close(found[mode][s], answer)
  const [sign, words] = agrees ? ["✓", data.words.agrees] : ["≠", data.words.differs]
  const verdict = `${sign} ${words} ${call} = [${answer.map(brief).join(", ")}]`
  const told = step === 0 ? "" : asked ? verdict : otherwise
  if (check.textContent !== told) check.textContent = told
  check.title = step > 0 && asked ? answer.join(", ") : ""
  check.classList.toggle("lens-agrees", agrees)
  check.classList.toggle("lens-explained", step > 0 && asked && !agrees)
}

// What torch has said of space s, by which call, and whether it was asked about just this; else what to say instead.
const CHECKS = {
  backward: ({ spaces, words }, s, _, settled) => ({
    answer: spaces[s].torch,
    asked: settled,
    otherwise: words.moving,
    call: `${spaces[s].letter}.grad`,
  }),
  forward: ({ spaces, stages, words }, s, u) => {
    const call = s ? `torch.func.jvp(${stages[s - 1].function}, (${spaces[s - 1].letter},), (u,))[1]` : ""
    const asked = equal(u, spaces[0].pushed)
    return {
      answer: spaces[s].pushed,
      asked,
      otherwise: say(words.other, { call, u: spaces[0].pushed.join(", ") }),
      call,
    }
  },
}

// A sum is {name, terms: [{weight, entries, hue}], total}; entries and total are matrices of texts or numbers. It is
// built from the same matrices as the rail: KaTeX on a line that long would take more than a frame.
const entering = (mode, found) =>
  mode === "backward"
    ? { name: "v^{\\top}", terms: [], total: [found.backward.at(-1)] }
    : { name: "u", terms: [], total: found.forward[0].map(x => [x]) }

// vᵀJ_{y→z} = 1·[4 3] + 2·[1 8] = [6 19]
function pulled({ spaces, stages }, s, found, settled) {
  const { entries, name } = stages[s]
  const { adjoint } = spaces[s + 1]
  const left = s === spaces.length - 2 ? "v^{\\top}" : `\\texttt{${spaces[s + 1].letter}.grad}\\,`
  return {
    name: left + name,
    terms: entries.map((line, i) => ({
      weight: settled ? adjoint[i].text : found[s + 1][i],
      entries: [line.map(n => n.text)],
    })),
    total: [settled ? spaces[s].adjoint.map(n => n.text) : found[s]],
  }
}

// J_{x→y}u = 1·[2 4]ᵀ + 0·[1 4]ᵀ = [2 4]ᵀ
function pushedOn({ spaces, stages }, s, found) {
  const { entries, name } = stages[s - 1]
  return {
    name: s === 1 ? `${name}u` : `${name}\\,(${tangent(spaces, s - 1)})`,
    terms: found[s - 1].map((x, j) => ({ weight: x, entries: entries.map(line => [line[j].text]) })),
    total: found[s].map(x => [x]),
  }
}

function paintSum(sum, { hues }, { name, terms, total }) {
  const [left, list, right] = resize(sum, 3, k => make("span", ["", "lens-sweep-terms", "lens-sweep-answer"][k]))
  if (!right.firstChild) right.append(matrix("lens-result"))
  if (left.dataset.tex !== name) left.replaceChildren(typesetOnce(name))
  left.dataset.tex = name
  resize(list, terms.length, sweepTerm).forEach((element, i) => {
    const [sign, weight, row] = element.children
    const { weight: content, entries } = terms[i]
    sign.textContent = i ? "+" : ""
    const negative = typeof content === "number" ? content < 0 : content.startsWith("-")
    weight.classList.toggle("lens-bracketed", negative)
    put(weight, content)
    fill(row, entries)
    paintOnce(element, "--hue", hues[i % hues.length])
  })
  right.classList.toggle("lens-sweep-equals", terms.length > 0)
  fill(right.firstChild, total)
  sum.classList.toggle("lens-sweep-many", total[0].length > 4)
}

const names = new Map() // LaTeX -> its element: the few names of a chain come back with every step

function typesetOnce(name) {
  if (!names.has(name)) {
    const element = make("span")
    put(element, `${name} =`)
    names.set(name, element)
  }
  return names.get(name).cloneNode(true)
}

function sweepTerm() {
  const term = make("span", "lens-sweep-term")
  term.append(make("span", "lens-sweep-sign"), make("span"), matrix())
  return term
}

const painted = new WeakMap() // element -> what was set last: setting it again would cost a new layout

function paintOnce(element, property, value) {
  if (painted.get(element) === value) return
  painted.set(element, value)
  element.style.setProperty(property, value)
}

function bandOnce(element, now) {
  const key = `${now.hue} ${now.strength} ${now.negative}`
  if (painted.get(element) === key) return
  painted.set(element, key)
  tint(element, now)
}
