// The account of x.grad: every y.backward(v) adds its vᵀJ, x.grad = None empties it, and a graph is gone after one
// backward unless it was kept. What is booked is what torch answers; the messages are torch's own, word for word.

import { button, make, resize, text } from "../kit/dom.js"
import { pull } from "../kit/linear.js"
import { fill, matrix } from "../kit/matrix.js"
import { decimal, plain, real } from "../kit/numbers.js"

const LONGEST = 40 // lines that are kept

export function open(place, context) {
  const { scene, memory, say } = context
  if (!context.complaints) context.ask()
  const controls = make("div", "lens-controls")
  const keep = make("input", "", { type: "checkbox", "data-testid": "ledger-retain" })
  keep.checked = memory.keep ?? true
  keep.onchange = () => (memory.keep = keep.checked)
  const kept = make("label", "lens-check")
  kept.append(keep, text("code", "", "retain_graph=True"))
  const act = (code, act, name) => {
    const press = () => {
      act()
      context.repaint()
    }
    return button(code, press, { class: "lens-button lens-code", "data-testid": `ledger-${name}` })
  }
  controls.append(
    act("y = f(x)", forward, "forward"),
    act("y.backward(v)", backward, "backward"),
    kept,
    act("x.grad = None", empty, "zero"),
  )
  const log = make("ol", "lens-log", { "data-testid": "ledger-log", "aria-live": "polite", tabindex: 0 })
  const state = make("div", "lens-grad")
  const grad = matrix()
  grad.dataset.testid = "ledger-grad"
  const nothing = text("span", "lens-none", "None")
  state.append(text("code", "", "x.grad ="), grad, nothing)
  const parts = make("span", "lens-quiet")
  state.append(parts)
  const mistakes = make("div", "lens-mistakes")
  place.append(
    text("p", "lens-quiet", say("ledger.hint")),
    controls,
    log,
    state,
    text("h4", "", say("ledger.mistakes")),
    mistakes,
  )

  function forward() {
    memory.graph = true
    note("y = f(x)", say("ledger.graph"))
  }

  function backward() {
    const { v } = scene.now()
    const call = `y.backward(${tensor(v)}${keep.checked ? ", retain_graph=True" : ""})`
    const refused = found(memory.graph ? "kept_graph" : "second_pass")
    if (refused?.error) return note(call, `RuntimeError: ${refused.error}`, true)
    memory.graph = keep.checked
    memory.calls.push(pull(v, scene.torch ?? scene.now().J))
    note(call, `x.grad: ${list(sum(memory.calls))}`)
  }

  function empty() {
    memory.calls = []
    note("x.grad = None", say("ledger.zeroed"))
  }

  function note(code, answer, wrong = false) {
    memory.log = [...memory.log, { code, answer, wrong }].slice(-LONGEST)
  }

  const found = code => context.complaints?.find(complaint => complaint.code === code)

  function paint({ dragging }) {
    if (!dragging) begin()
    const lines = resize(log, memory.log.length, () => {
      const line = make("li")
      line.append(make("code"), make("span"))
      return line
    })
    lines.forEach((line, k) => {
      const { code, answer, wrong } = memory.log[k]
      line.className = wrong ? "lens-wrong" : ""
      if (line.firstChild.textContent !== code) line.firstChild.textContent = code
      if (line.lastChild.textContent !== answer) line.lastChild.textContent = answer
    })
    if (memory.lines !== lines.length) log.scrollTop = log.scrollHeight
    memory.lines = lines.length
    const booked = memory.calls.length > 0
    const total = booked ? sum(memory.calls) : []
    grad.hidden = !booked
    nothing.hidden = booked
    if (booked) fill(grad, [total])
    grad.dataset.value = booked ? total.map(plain).join(",") : "None"
    parts.textContent = memory.calls.length > 1 ? `= ${memory.calls.map(list).join(" + ")}` : ""
    paintMistakes()
  }

  // Another x is another tensor with a .grad of its own: the account starts anew.
  function begin() {
    const subject = JSON.stringify([scene.given.x, scene.given.J])
    if (memory.subject === subject) return
    const moved = memory.subject !== undefined
    Object.assign(memory, { subject, calls: [], log: [], graph: false })
    if (moved) note("# x", say("ledger.anew"))
    forward()
  }

  function paintMistakes() {
    const known = context.complaints ?? []
    if (!known.length) {
      mistakes.textContent = say("ledger.asking")
      return
    }
    if (mistakes.firstChild?.nodeType === Node.TEXT_NODE) mistakes.replaceChildren()
    resize(mistakes, known.length, () => {
      const item = make("article")
      item.append(make("pre", "lens-calls"), make("p", "lens-message"), make("p"))
      return item
    }).forEach((item, k) => {
      const { code, calls, error, outcome, grad: after } = known[k]
      item.dataset.testid = `complaint-${code}`
      item.dataset.outcome = outcome
      const [call, message, meaning] = item.children
      call.textContent = calls
      message.className = `lens-message ${error ? "lens-wrong" : ""}`
      message.textContent = error ? `RuntimeError: ${error}` : `x.grad: ${list(after.map(real))}`
      meaning.textContent =
        outcome === "no_graph"
          ? say("complaint.no_graph")
          : say(`complaint.${code}.${outcome}`, { m: scene.m, n: scene.n })
    })
  }

  return { paint, learn: context.repaint }
}

const sum = vectors => vectors.reduce((total, vector) => total.map((value, j) => value + vector[j]))
const list = values => `[${values.map(decimal).join(", ")}]`
const tensor = values =>
  `torch.tensor([${values.map(value => (Number.isInteger(value) ? `${value}.` : decimal(value))).join(", ")}])`
