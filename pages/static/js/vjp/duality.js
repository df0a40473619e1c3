// v beside u, and J between them: reading down, the rows weighted by v add up to vᵀJ (backward mode); reading across,
// the columns weighted by u add up to J u (forward mode). Both roads end in the same number, whatever is dragged.

import { make, text } from "../kit/dom.js"
import { dot, pull, times } from "../kit/linear.js"
import { put, tint } from "../kit/matrix.js"
import { bracketed, brief, plain } from "../kit/numbers.js"
import { strengths } from "../kit/tints.js"
import { weights } from "../kit/weights.js"

const END = 3 // u goes from −3 to 3
const STEP = 0.1
const PIXELS = 60 // dragged up or down for 1

export function open(place, context) {
  const { scene, say, hue } = context
  const { m, n } = scene
  const own = weights(scene.page)
  const board = make("div", "lens-duality")
  board.style.setProperty("--columns", n)
  const at = (element, row, column, rows = 1, columns = 1) => {
    element.style.gridArea = `${row} / ${column} / span ${rows} / span ${columns}`
    board.append(element)
    return element
  }
  const cell = (row, column, name = "") => at(make("span", `lens-cell ${name}`), row, column)

  // columns: v, a gap, J, a gap, J u; rows: u, J, a gap, vᵀJ
  const [first, right, below] = [3, n + 4, m + 3]
  at(text("span", "lens-name", "v"), 1, 1)
  at(text("span", "lens-name", "u"), 1, 2)
  at(text("span", "lens-name", "J u"), 1, right)
  at(text("span", "lens-name", "vᵀJ"), below, 1)
  const bands = Array.from({ length: m }, (_, i) => at(make("span", "lens-stripe"), i + 2, first, 1, n))
  at(make("span", "lens-body lens-bracket"), 2, first, m, n)
  const u = Array.from({ length: n }, (_, j) => grab(cell(1, j + first), `u${j + 1}`, tangent(j)))
  const v = Array.from({ length: m }, (_, i) => grab(cell(i + 2, 1), say("duality.weight", { i: i + 1 }), cotangent(i)))
  const J = Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => cell(i + 2, j + first)))
  const forward = Array.from({ length: m }, (_, i) => cell(i + 2, right, "lens-result"))
  const backward = Array.from({ length: n }, (_, j) => cell(below, j + first, "lens-result"))
  const pairing = cell(below, right, "lens-pairing")
  pairing.dataset.testid = "pairing"

  const scroll = make("div", "lens-scroll")
  scroll.append(board)
  const roads = make("div", "lens-roads")
  const [across, down] = ["forward", "backward"].map(name => {
    const line = make("p", "", { "data-testid": `pairing-${name}` })
    line.append(text("span", "lens-road", say(`duality.${name}`)), make("span", "lens-sum-text"))
    roads.append(line)
    return line.lastChild
  })
  const form = make("div", "lens-form")
  form.append(scroll, roads)
  place.append(text("p", "lens-quiet", say("duality.hint")), form, text("p", "lens-quiet", say("duality.why")))

  function tangent(j) {
    return {
      get: () => scene.now().u[j],
      move: value => scene.drag({ u: scene.now().u.with(j, value) }),
      end: () => scene.bus.update({ dragging: false }), // u is nobody's but this picture's: the server need not know
    }
  }

  function cotangent(i) {
    return {
      get: () => scene.now().v[i],
      move(value) {
        own.begin()
        own.move(i, value, STEP)
      },
      end: () => own.release(),
    }
  }

  function paint({ v: weight, u: direction, J: entries, lit }) {
    const [columns, rows] = [times(entries, direction), pull(weight, entries)]
    const [strong, along] = [strengths(weight), strengths(direction)]
    entries.forEach((row, i) => {
      const band = { hue: hue(i), strength: strong[i], negative: weight[i] < 0 }
      tint(bands[i], band)
      tint(v[i], band)
      slider(v[i], weight[i])
      row.forEach((entry, j) => put(J[i][j], entry))
      put(forward[i], columns[i])
      forward[i].style.color = hue(i)
      for (const element of [v[i], bands[i], forward[i]]) element.classList.toggle("lens-lit", lit?.row === i)
    })
    direction.forEach((value, j) => {
      tint(u[j], { hue: hue(null), strength: 0.5 * along[j], negative: value < 0 })
      slider(u[j], value)
      put(backward[j], rows[j])
    })
    const ends = { forward: dot(weight, columns), backward: dot(rows, direction) }
    put(pairing, ends.backward)
    pairing.dataset.value = plain(ends.backward)
    across.textContent = `${products(weight, columns)} = ${brief(ends.forward)}`
    down.textContent = `${products(rows, direction)} = ${brief(ends.backward)}`
    across.parentElement.dataset.value = plain(ends.forward)
    down.parentElement.dataset.value = plain(ends.backward)
  }

  return { paint }
}

const products = (a, b) =>
  a.map((value, k) => `${k ? bracketed(brief(value)) : brief(value)}·${bracketed(brief(b[k]))}`).join(" + ")

function slider(element, value) {
  put(element, value)
  element.setAttribute("aria-valuenow", plain(value))
}

// A number that is dragged up or down, or moved by keys: { get, move, end }.
function grab(element, name, { get, move, end }) {
  element.classList.add("lens-grab")
  for (const [key, value] of Object.entries({
    role: "slider",
    tabindex: 0,
    "aria-label": name,
    "aria-valuemin": -END,
    "aria-valuemax": END,
  }))
    element.setAttribute(key, value)
  const go = value => move(Number((Math.round(Math.min(END, Math.max(-END, value)) / STEP) * STEP).toFixed(6)) || 0)
  let from = null
  let pause = 0
  element.onpointerdown = event => {
    if (event.button) return
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    element.focus({ preventScroll: true })
    from = { y: event.clientY, value: get(), moved: false }
  }
  element.onpointermove = event => {
    if (!from || (!from.moved && Math.abs(event.clientY - from.y) < 3)) return
    from.moved = true
    go(from.value + (from.y - event.clientY) / PIXELS)
  }
  element.onlostpointercapture = () => {
    if (from?.moved) end()
    from = null
  }
  element.onkeydown = event => {
    const by = STEP * (event.shiftKey ? 10 : 1)
    const value = {
      ArrowUp: get() + by,
      ArrowRight: get() + by,
      ArrowDown: get() - by,
      ArrowLeft: get() - by,
      Home: -END,
      End: END,
      0: 0,
      1: 1,
      "-": -get(),
    }[event.key]
    if (value === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    go(value)
    clearTimeout(pause)
    pause = setTimeout(end, 300)
  }
  return element
}
