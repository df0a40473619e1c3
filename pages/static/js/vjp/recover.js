// The whole J, one pass at a time: backward mode asks with the m one-hot vectors for rows, as torch.func.jacrev does;
// forward mode with n of them for columns, as torch.func.jacfwd does. The rows are those that torch answered.

import { button, choice, make, resize, text } from "../kit/dom.js"
import { oneHot } from "../kit/linear.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { decimal, plain } from "../kit/numbers.js"

const UNKNOWN = "\\cdot"
const LIT = 0.34
const DONE = 0.14

export function open(place, context) {
  const { scene, memory, say, hue } = context
  const { m, n } = scene
  memory.mode ??= "reverse"
  memory.step ??= 0
  const total = () => (memory.mode === "reverse" ? m : n)
  const go = step => {
    memory.step = Math.max(0, Math.min(total(), step))
    scene.light(memory.mode === "reverse" && memory.step ? memory.step - 1 : null)
    context.repaint()
  }

  const modes = ["reverse", "forward"].map(mode => [mode, say(`recover.${mode}`)])
  const controls = make("div", "lens-controls")
  const back = button("◀", () => go(memory.step - 1), {
    "aria-label": say("recover.back"),
    "data-testid": "recover-back",
  })
  const next = button(say("recover.next"), () => go(memory.step + 1), { "data-testid": "recover-step" })
  const restart = button(say("recover.restart"), () => go(0), { "data-testid": "recover-restart" })
  const counter = make("span", "lens-counter", { "data-testid": "recover-count", "aria-live": "polite" })
  const pick = choice(say("recover.mode"), modes, mode => {
    memory.mode = mode
    go(0)
  })
  pick.choose(memory.mode)
  controls.append(pick.element, back, next, restart, counter)
  const board = make("div", "lens-recover", { tabindex: 0, role: "group", "aria-label": say("tab.recover") })
  const [asked, equals, answer] = [
    make("span", "lens-asked"),
    text("span", "lens-equals", "→"),
    make("span", "lens-answer"),
  ]
  const [seed, J] = [matrix(), matrix()]
  asked.append(seed)
  answer.append(J)
  answer.dataset.testid = "recover-matrix"
  board.append(asked, equals, answer)
  const scroll = make("div", "lens-scroll")
  scroll.append(board)
  const code = make("code", "lens-call", { "data-testid": "recover-call" })
  const tally = make("div", "lens-tally")
  place.append(
    text("p", "lens-quiet", say(scene.m === 1 ? "recover.single" : "recover.hint")),
    controls,
    scroll,
    code,
    tally,
  )
  place.onkeydown = event => {
    const step = {
      ArrowRight: memory.step + 1,
      ArrowDown: memory.step + 1,
      ArrowLeft: memory.step - 1,
      ArrowUp: memory.step - 1,
      Home: 0,
      End: total(),
    }[event.key]
    if (step === undefined || event.target.closest(".lens-choice")) return
    event.preventDefault()
    go(step)
  }

  function paint({ x, J: entries }) {
    const reverse = memory.mode === "reverse"
    const step = Math.min(memory.step, total())
    const settled = x.every((value, j) => value === scene.given.x[j])
    const values = settled && scene.torch ? scene.torch : entries
    const known = (i, j) => (reverse ? i < step : j < step)
    const hot = oneHot(step - 1, total())
    const ask = step ? hot : hot.map(() => UNKNOWN)
    const name = reverse ? "v^{\\top}" : "u"
    const { rows: seeds } = fill(
      seed,
      reverse ? [ask] : ask.map(entry => [entry]),
      step ? `${reverse ? "v = e" : "u = e"}_{${step}}` : name,
    )
    const { rows, cells } = fill(
      J,
      values.map((row, i) => row.map((entry, j) => (known(i, j) ? entry : UNKNOWN))),
      "J",
    )
    rows.forEach((row, i) => {
      const now = reverse && i === step - 1
      const done = reverse ? i < step : step > 0
      tint(row, { hue: hue(i), strength: now ? LIT : done ? DONE : 0 })
      row.dataset.testid = `recover-row-${i + 1}`
      row.dataset.filled = values[i].map((entry, j) => (known(i, j) ? plain(entry) : "")).join(",")
    })
    cells.forEach(row => row.forEach((cell, j) => cell.classList.toggle("lens-now", !reverse && j === step - 1)))
    seeds.forEach((row, i) =>
      tint(
        row,
        reverse
          ? { hue: hue(Math.max(0, step - 1)), strength: step ? LIT : 0 }
          : { hue: hue(null), strength: step && i === step - 1 ? DONE : 0 },
      ),
    )
    counter.textContent = say("recover.count", { step, total: total() })
    back.disabled = step === 0
    next.disabled = step === total()
    const vector = `torch.tensor([${hot.map(entry => `${entry}.`).join(", ")}], dtype=torch.float64)`
    const result = step ? (reverse ? values[step - 1] : values.map(row => row[step - 1])) : []
    const listed = `[${result.map(decimal).join(", ")}]`
    code.textContent = !step
      ? say(`recover.start.${memory.mode}`)
      : reverse
        ? `y.backward(${vector}, retain_graph=True)  # x.grad: ${listed}`
        : `torch.func.jvp(f, (x,), (${vector},))[1]  # ${listed}`
    paintTally(step, reverse)
  }

  function paintTally(step, reverse) {
    const fewer = m < n ? "reverse" : n < m ? "forward" : "same"
    const lines = [
      ["reverse", m, reverse ? step : 0],
      ["forward", n, reverse ? 0 : step],
    ]
    const elements = resize(tally, 3, () => make("p"))
    lines.forEach(([mode, count, done], k) => {
      const line = elements[k]
      if (!line.firstChild) line.append(make("span", "lens-road"), make("span", "lens-dots", { "aria-hidden": true }))
      line.firstChild.textContent = say(`recover.passes.${mode}`, { count })
      resize(line.lastChild, count, () => make("i")).forEach((dot, i) => dot.classList.toggle("lens-done", i < done))
    })
    elements[2].className = "lens-verdict"
    elements[2].dataset.testid = "recover-verdict"
    elements[2].textContent = say(`recover.fewer.${fewer}`, { m, n })
  }

  return { paint, close: () => scene.light(null) }
}
