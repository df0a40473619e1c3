// The account of x.grad: every y.backward(v) adds its vᵀJ, x.grad = None empties it, and a graph is gone after one
// backward unless it was kept. What is booked is what torch answers; the messages are torch's own, word for word.

import { button, make, resize, text, write } from "../kit/dom.js"
import { pull } from "../kit/linear.js"
import { fill, matrix } from "../kit/matrix.js"
import { decimal, plain, real } from "../kit/numbers.js"

const LONGEST = 40 // lines that are kept

// ── What an act makes of the account: `calls` that are booked, the `log`, and whether there is a `graph` ─────────────

export const EMPTY = { calls: [], log: [], graph: false }

export const ACTS = {
  forward: (account, { say }) => noted({ ...account, graph: true }, "y = f(x)", say("ledger.graph")),
  empty: (account, { say }) => noted({ ...account, calls: [] }, "x.grad = None", say("ledger.zeroed")),
  backward(account, { v, J, keep, errors }) {
    const call = `y.backward(${tensor(v)}${keep ? ", retain_graph=True" : ""})`
    const error = errors[account.graph ? "kept_graph" : "second_pass"]
    if (error) return noted(account, call, `RuntimeError: ${error}`, true)
    const calls = [...account.calls, pull(v, J)]
    return noted({ ...account, calls, graph: keep }, call, `x.grad: ${list(sum(calls))}`)
  },
}

// The account with a line more in its log.
export const noted = (account, code, answer, wrong = false) => ({
  ...account,
  log: [...account.log, { code, answer, wrong }].slice(-LONGEST),
})

// What there is to see: the log, the gradient (null: None), and the calls that it is the sum of.
export const model = ({ log, calls }) => ({
  log,
  grad: calls.length ? sum(calls) : null,
  parts: calls.length > 1 ? `= ${calls.map(list).join(" + ")}` : "",
})

const sum = vectors => vectors.reduce((total, vector) => total.map((value, j) => value + vector[j]))
const list = values => `[${values.map(decimal).join(", ")}]`
const tensor = values => `torch.tensor([${values.map(x => (Number.isInteger(x) ? `${x}.` : decimal(x))).join(", ")}])`

// ── The picture ──────────────────────────────────────────────────────────────────────────────────────────

export function open(place, context) {
  const { scene, memory, say } = context
  if (!context.complaints) context.ask()
  memory.keep ??= true
  memory.account ??= EMPTY
  const known = () => context.complaints ?? []
  const errors = () => Object.fromEntries(known().map(({ code, error }) => [code, error]))
  const act = name => {
    const { v, J } = scene.now()
    memory.account = ACTS[name](memory.account, { say, v, J: scene.torch ?? J, keep: memory.keep, errors: errors() })
  }
  // Another x is another tensor with a .grad of its own: the account starts anew.
  const begin = () => {
    const subject = JSON.stringify([scene.given.x, scene.given.J])
    if (memory.subject === subject) return
    memory.account = memory.subject === undefined ? EMPTY : noted(EMPTY, "# x", say("ledger.anew"))
    memory.subject = subject
    act("forward")
  }
  const show = view(place, context, name => {
    act(name)
    context.repaint()
  })
  return {
    learn: context.repaint,
    paint({ dragging }) {
      if (!dragging) begin()
      show(model(memory.account), known())
    },
  }
}

function view(place, context, press) {
  const { memory, say } = context
  const keep = make("input", "", { type: "checkbox", "data-testid": "ledger-retain" })
  keep.checked = memory.keep
  keep.onchange = () => (memory.keep = keep.checked)
  const act = (code, name, id = name) =>
    button(code, () => press(name), { class: "lens-button lens-code", "data-testid": `ledger-${id}` })
  const controls = make(
    "div",
    "lens-controls",
    {},
    act("y = f(x)", "forward"),
    act("y.backward(v)", "backward"),
    make("label", "lens-check", {}, keep, text("code", "", "retain_graph=True")),
    act("x.grad = None", "empty", "zero"),
  )
  const log = make("ol", "lens-log", { "data-testid": "ledger-log", "aria-live": "polite", tabindex: 0 })
  const grad = matrix()
  grad.dataset.testid = "ledger-grad"
  const none = text("span", "lens-none", "None")
  const parts = make("span", "lens-quiet")
  const mistakes = make("div", "lens-mistakes")
  place.append(
    text("p", "lens-quiet", say("ledger.hint")),
    controls,
    log,
    make("div", "lens-grad", {}, text("code", "", "x.grad ="), grad, none, parts),
    text("h3", "", say("ledger.mistakes")),
    mistakes,
  )
  return (shown, complaints) => {
    paintLog(log, shown.log)
    grad.hidden = !shown.grad
    none.hidden = Boolean(shown.grad)
    if (shown.grad) fill(grad, [shown.grad])
    grad.dataset.value = shown.grad?.map(plain).join(",") ?? "None"
    write(parts, shown.parts)
    paintMistakes(mistakes, complaints, context)
  }
}

function paintLog(log, lines) {
  const before = log.children.length
  const elements = resize(log, lines.length, () => make("li", "", {}, make("code"), make("span")))
  elements.forEach((line, k) => {
    const { code, answer, wrong } = lines[k]
    line.className = wrong ? "lens-wrong" : ""
    write(line.firstChild, code)
    write(line.lastChild, answer)
  })
  if (before !== lines.length) log.scrollTop = log.scrollHeight
}

function paintMistakes(mistakes, complaints, { say, scene }) {
  if (!complaints.length) return write(mistakes, say("ledger.asking"))
  if (!mistakes.firstElementChild) mistakes.replaceChildren()
  const article = () => make("article", "", {}, make("pre", "lens-calls"), make("p", "lens-message"), make("p"))
  resize(mistakes, complaints.length, article).forEach((item, k) => {
    const { code, calls, error, outcome, grad } = complaints[k]
    item.dataset.testid = `complaint-${code}`
    item.dataset.outcome = outcome
    const [call, message, meaning] = item.children
    const key = outcome === "no_graph" ? "complaint.no_graph" : `complaint.${code}.${outcome}`
    write(call, calls)
    message.className = `lens-message ${error ? "lens-wrong" : ""}`
    write(message, error ? `RuntimeError: ${error}` : `x.grad: ${list(grad.map(real))}`)
    write(meaning, say(key, { m: scene.m, n: scene.n }))
  })
}
