// vᵀJ as the sum of the weighted rows of J, moving with v in the same frame.
//
// What the server sends is exact and holds for one v. While v moves, the weights and their sum are decimals; whatever
// equals the server's value is shown as the server writes it (π/4, √2/2).

/** @import { Stage } from "../messages" */

import { channel, started } from "../kit/bus.js"
import { mounted } from "../kit/component.js"
import { button, make, resize, write } from "../kit/dom.js"
import { pull, pullKnown } from "../kit/linear.js"
import { called, fill, matrix, put, tint } from "../kit/matrix.js"
import { plain, real, rounded } from "../kit/numbers.js"
import { offer } from "../kit/steps.js"
import { strengths } from "../kit/tints.js"
import { scrub, weights } from "../kit/weights.js"
import { fit } from "./stage_fit.js"
import { point, tell } from "./stage_point.js"

const FORM = "lens-form" // "formula" or "number", kept for this tab

export const component = mounted(".lens-stage", (root, { data }) => {
  const stage = open(root, data)
  let stop = null
  return {
    learn(told) {
      learn(stage, told.data)
      stop ??= offer(sequence(stage))
    },
    close() {
      stop?.()
      stage.close()
    },
  }
})

function learn(stage, data) {
  stage.data = numbered(data)
  build(stage)
  const answer = { J: stage.data.J.map(row => row.map(entry => entry.value)), x: stage.data.x }
  if (!stage.bus.state.dragging || !stage.bus.state.J) stage.bus.update(answer) // not under a hand that drags x
  paint(stage)
  write(stage.said, data.said) // once it holds, never while something is dragged
  started(stage.root) // hides the plain equations
}

// ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────

// What is known once the first answer is there.
const LATER = {
  step: null, // of the sequence; null: the last
  data: null,
  painted: [],
  J_: null,
  vCells: [],
  rows: [],
  cells: [],
  terms: [],
  fit: null,
  close: () => {},
}

function open(root, data) {
  const bus = channel(data.channel)
  const stage = { root, bus, own: weights(data.channel), form: remembered(), ...skeleton(root), ...LATER }
  stage.fit = fit(stage)
  const end = bus.subscribe(() => paint(stage))
  const watch = new ResizeObserver(([{ contentRect }]) => stage.fit(contentRect.width))
  watch.observe(root)
  stage.close = () => {
    end()
    watch.disconnect()
    bus.update({ J: undefined, x: undefined, lit: null })
  }
  return stage
}

function skeleton(root) {
  const [board, foot] = root.children
  const [readout, forms] = foot.children
  const product = make("div", "lens-product")
  const [v, J, at, sum] = [
    matrix("lens-v", "vᵀ"),
    matrix("lens-j", "J"),
    make("span", "lens-at"),
    make("div", "lens-sum lens-answer"),
  ]
  product.append(v, J, at)
  board.replaceChildren(product, sum)
  const [total, rough] = [make("div", "lens-term lens-total"), make("div", "lens-term lens-rough")]
  const boxed = matrix("lens-box", "x.grad")
  boxed.dataset.testid = "total"
  total.append(make("span", "lens-sign"), make("span", "lens-factor"), boxed)
  rough.append(make("span", "lens-sign"), make("span", "lens-factor"), matrix())
  readout.replaceChildren(make("span"), make("span"), matrix("lens-answer"))
  rough.firstChild.textContent = "≈"
  const said = make("p", "lens-unseen", { "aria-live": "polite", "data-testid": "said" })
  root.append(make("div", "lens-unseen lens-answer", {}, said))
  return { board, product, sum, v, J, at, total, rough, readout, forms, said }
}

// ── On every answer of the server ────────────────────────────────────────────────────────────────────────

/** @param {Stage} data */
const numbered = data => ({
  ...data,
  x: data.x.map(real),
  v: data.v.map(weight => ({ ...weight, value: real(weight.value) })),
  J: data.J.map(row => row.map(entry => ({ ...entry, value: real(entry.value) }))),
  total: data.total.map(entry => ({ ...entry, value: real(entry.value) })),
})

function build(stage) {
  const { data } = stage
  stage.painted = []
  stage.J_ = null
  stage.vCells = fill(stage.v, [data.v.map(weight => weight.latex)], "v^{\\top}").cells[0]
  stage.vCells.forEach((cell, i) => {
    scrub(cell, i, stage.own)
    cell.title = data.words.scrub
  })
  put(stage.at, data.at)
  buildJacobian(stage)
  buildSum(stage)
  buildForms(stage)
  point(stage)
}

function buildJacobian(stage) {
  const { data, form } = stage
  Object.assign(
    stage,
    fill(
      stage.J,
      data.J.map(row => row.map(entry => entry[form])),
      data.words.jacobian,
    ),
  )
  stage.rows.forEach((row, i) => {
    row.dataset.testid = `row-${i + 1}`
    row.setAttribute("aria-label", data.outputs[i])
  })
}

function buildSum(stage) {
  const { data, sum, total, rough } = stage
  const inexact = data.total.some(entry => entry.rough)
  total.remove()
  rough.remove()
  stage.terms = resize(sum, data.J.length, () => {
    const term = make("div", "lens-term")
    term.append(make("span", "lens-sign"), make("span", "lens-factor"), matrix())
    return term
  })
  stage.terms.forEach((term, i) => {
    term.style.setProperty("--hue", data.hues[i])
    fill(term.lastChild, [data.J[i].map(entry => entry.number)])
    called(term.lastChild, data.outputs[i])
  })
  sum.style.setProperty("--columns", data.x.length)
  sum.append(total, ...(inexact ? [rough] : []))
  if (inexact) fill(rough.lastChild, [data.total.map(entry => entry.value)])
}

// Formulas or numbers in J: a choice of the reader that no answer of the server changes.
function buildForms(stage) {
  const { data, forms } = stage
  forms.setAttribute("aria-label", data.words.form)
  resize(forms, 2, () => button("")).forEach((each, k) => {
    const form = ["formula", "number"][k]
    each.textContent = data.words[form]
    each.setAttribute("aria-pressed", stage.form === form)
    each.onclick = () => {
      stage.form = remembered(form)
      buildJacobian(stage)
      buildForms(stage)
      point(stage)
      stage.fit()
    }
  })
}

function remembered(form) {
  try {
    if (form) sessionStorage.setItem(FORM, form)
    return sessionStorage.getItem(FORM) ?? "formula"
  } catch {
    return form ?? "formula" // storage may be switched off
  }
}

// ── Steps: what is given, one row after the other, the whole ────────────────────────────────────────────

const sequence = stage => ({
  at: () => ({ step: at(stage), total: stage.data.steps.length - 1 }),
  go(step) {
    stage.step = step
    paint(stage)
  },
  told: () => stage.data.steps[at(stage)].sentence,
  pick: i => stage.bus.update({ lit: i < stage.rows.length ? { row: i, column: null } : null }),
})

const at = ({ step, data }) => Math.min(step ?? Infinity, data.steps.length - 1)

// ── In every frame ───────────────────────────────────────────────────────────────────────────────────────

function paint(stage) {
  const { data, bus } = stage
  const live = bus.state.v?.length === data.v.length ? bus.state.v : data.v.map(weight => weight.value)
  const J = followed(stage)
  const tints = strengths(live)
  live.forEach((weight, i) => {
    const now = `${weight} ${tints[i]} ${bus.state.dragging}`
    if (stage.painted[i] !== now) paintRow(stage, i, weight, tints[i])
    stage.painted[i] = now
  })
  const { shown } = data.steps[at(stage)]
  stage.terms.forEach((term, i) => term.classList.toggle("lens-ahead", i >= shown))
  stage.total.classList.toggle("lens-ahead", shown === 0)
  paintTotal(stage, live, J, shown)
  stage.fit()
  paintLight(stage)
  tell(stage, bus.state.lit ?? {}, live)
}

// J of this moment, and everything that shows it. While x is dragged J comes over the channel, in decimals.
function followed(stage) {
  const { data, bus, form, cells, terms } = stage
  const given = data.J.map(row => row.map(entry => entry.value))
  const fits = bus.state.J?.length === given.length && bus.state.J[0].length === given[0].length
  const J = fits ? bus.state.J : given
  if (stage.J_ === J) return J
  stage.J_ = J
  J.forEach((row, i) => {
    const written = row.map((value, j) => (Object.is(value, given[i][j]) ? data.J[i][j].number : value))
    fill(terms[i].lastChild, [written])
    if (form === "number") written.forEach((entry, j) => put(cells[i][j], entry))
  })
  const x = bus.state.x ?? data.x
  const moved = x.some((value, j) => !Object.is(value, data.x[j]))
  put(stage.at, moved ? `${data.at.split("=")[0]}= \\left(${x.map(plain).join(", ")}\\right)` : data.at)
  return J
}

function paintRow(stage, i, weight, strength) {
  const { data } = stage
  const [cell, row, term] = [stage.vCells[i], stage.rows[i], stage.terms[i]]
  const settled = Object.is(weight, data.v[i].value)
  const band = { hue: data.hues[i], strength, negative: weight < 0 }
  tint(cell, band)
  tint(row, band)
  row.dataset.weight = plain(weight)
  put(cell, settled ? data.v[i].latex : weight)
  const [sign, factor] = term.children
  const { latex, size } = data.v[i]
  sign.textContent = i === 0 ? "=" : weight < 0 ? "−" : "+" // the first term keeps its own sign
  put(factor, i === 0 ? (settled ? latex : weight) : settled ? size : Math.abs(weight))
  steady(factor, stage.bus.state.dragging)
  for (const element of [cell, row, term]) element.classList.toggle("lens-zero", weight === 0)
}

// A number that moves takes no room back until it is let go, so that nothing jitters.
function steady(element, moving) {
  const width = Math.max(parseFloat(element.style.minWidth) || 0, element.textContent.length / 2)
  element.style.minWidth = moving ? `${width}em` : ""
}

// The sum of as many rows as are there.
function paintTotal({ data, total, rough, bus }, live, J, shown) {
  const still = J.every((row, i) => row.every((value, j) => Object.is(value, data.J[i][j].value)))
  const settled = still && shown === J.length && live.every((weight, i) => Object.is(weight, data.v[i].value))
  const counted = live.map((weight, i) => (i < shown ? weight : 0))
  const moving = settled ? null : shown < J.length ? pullKnown(counted, J) : pull(live, J)
  const sums = data.total.map((entry, j) => (settled ? entry.value : moving[j]))
  const { cells } = fill(total.lastChild, [sums.map((sum, j) => (settled ? data.total[j].latex : sum))])
  cells[0].forEach((cell, j) => {
    cell.title = String(sums[j])
    steady(cell, bus.state.dragging)
  })
  total.lastChild.dataset.value = sums.map(plain).join(",")
  rough.classList.toggle("lens-unneeded", !settled)
  const sign = sums.some((sum, j) => (settled ? data.total[j].rounded : rounded(sum))) ? "≈" : "="
  write(total.firstChild, sign)
}

function paintLight({ bus, rows, vCells, terms, total, cells, data }) {
  const { row = null, column = null } = bus.state.lit ?? {}
  const slip = bus.state.slip ?? { rows: [], inputs: [] }
  rows.forEach((element, i) => {
    element.classList.toggle("lens-slip", slip.rows.includes(i))
    for (const part of [element, vCells[i], terms[i]]) part.classList.toggle("lens-lit", i === row)
    cells[i].forEach((cell, j) => {
      cell.classList.toggle("lens-lit", i === row && j === column)
      cell.classList.toggle("lens-slip", slip.inputs.includes(j))
    })
    document.querySelector(`.st-key-${data.channel}-y-${i}`)?.toggleAttribute("data-lens-lit", i === row)
  })
  ;[...total.lastChild.firstChild.firstChild.children].forEach((cell, j) =>
    cell.classList.toggle("lens-lit", j === column),
  )
}
