// The whole J, one pass at a time: backward mode asks with the m one-hot vectors for rows, as torch.func.jacrev does;
// forward mode with n of them for columns, as torch.func.jacfwd does. The rows are those that torch answered.

import { choice, make, resize, text, write } from "../kit/dom.js"
import { oneHot } from "../kit/linear.js"
import { fill, matrix, tint } from "../kit/matrix.js"
import { decimal, plain } from "../kit/numbers.js"
import { Player } from "../kit/player.js"

const UNKNOWN = "\\cdot"
const LIT = 0.34
const DONE = 0.14

// What has been asked and answered after so many passes of a mode; `J` is m × n.
export function model({ mode, step, J }) {
  const reverse = mode === "reverse"
  const [m, n] = [J.length, J[0].length]
  const total = reverse ? m : n
  const hot = step ? oneHot(step - 1, total) : null
  const known = (i, j) => (reverse ? i < step : j < step)
  return {
    reverse,
    step,
    total,
    passes: { reverse: m, forward: n },
    asked: hot ?? Array(total).fill(UNKNOWN),
    rows: J.map((row, i) => ({
      entries: row.map((entry, j) => (known(i, j) ? entry : UNKNOWN)),
      strength: reverse && i === step - 1 ? LIT : (reverse ? i < step : step > 0) ? DONE : 0,
    })),
    column: reverse ? null : step - 1,
    call: hot && call(reverse, hot, reverse ? J[step - 1] : J.map(row => row[step - 1])),
    fewer: m < n ? "reverse" : n < m ? "forward" : "same",
  }
}

function call(reverse, hot, result) {
  const vector = `torch.tensor([${hot.map(entry => `${entry}.`).join(", ")}], dtype=torch.float64)`
  const listed = `[${result.map(decimal).join(", ")}]`
  return reverse
    ? `y.backward(${vector}, retain_graph=True)  # x.grad: ${listed}`
    : `torch.func.jvp(f, (x,), (${vector},))[1]  # ${listed}`
}

export function open(place, context) {
  const { scene, memory } = context
  memory.mode ??= "reverse"
  memory.step ??= 0
  const total = () => (memory.mode === "reverse" ? scene.m : scene.n)
  const go = step => {
    memory.step = step
    scene.light(memory.mode === "reverse" && step ? step - 1 : null)
    context.repaint()
  }
  const player = new Player({
    at: () => ({ step: Math.min(memory.step, total()), total: total() }),
    go,
    controls: { start: "recover-restart", back: "recover-back", on: "recover-step" },
    told: at => context.say("recover.count", at),
  })
  const change = mode => {
    memory.mode = mode
    go(0)
  }
  const show = view(place, context, player, change)
  return {
    paint({ x, J }) {
      const settled = x.every((value, j) => value === scene.given.x[j])
      show(model({ mode: memory.mode, step: player.at().step, J: settled && scene.torch ? scene.torch : J }))
    },
    close: () => scene.light(null),
  }
}

function view(place, context, player, change) {
  const { scene, memory, say } = context
  const modes = ["reverse", "forward"].map(mode => [mode, say(`recover.${mode}`)])
  const pick = choice(say("recover.mode"), modes, change)
  pick.choose(memory.mode)
  player.learn({ start: say("recover.restart"), back: say("recover.back"), step: say("recover.next") }).listen(place)
  player.count.dataset.testid = "recover-count"
  player.count.ariaLive = "polite"
  const [seed, J] = [matrix(), matrix()]
  const answer = make("span", "lens-answer", { "data-testid": "recover-matrix" }, J)
  const board = make(
    "div",
    "lens-recover",
    { tabindex: 0, role: "group", "aria-label": say("tab.recover") },
    make("span", "lens-asked", {}, seed),
    text("span", "lens-equals", "→"),
    answer,
  )
  const code = make("code", "lens-call", { "data-testid": "recover-call" })
  const tally = make("div", "lens-tally")
  place.append(
    text("p", "lens-quiet", say(scene.m === 1 ? "recover.single" : "recover.hint")),
    make("div", "lens-controls", {}, pick.element, ...player.elements),
    make("div", "lens-scroll", {}, board),
    code,
    tally,
  )
  return shown => {
    paintSeed(seed, shown, context)
    paintRows(J, shown, context)
    player.paint()
    write(code, shown.call ?? say(`recover.start.${shown.reverse ? "reverse" : "forward"}`))
    paintTally(tally, shown, context)
  }
}

function paintSeed(seed, { reverse, step, asked }, { hue }) {
  const name = step ? `${reverse ? "v = e" : "u = e"}_{${step}}` : reverse ? "v^{\\top}" : "u"
  const { rows } = fill(seed, reverse ? [asked] : asked.map(entry => [entry]), name)
  rows.forEach((row, i) => {
    if (reverse) tint(row, { hue: hue(Math.max(0, step - 1)), strength: step ? LIT : 0 })
    else tint(row, { hue: hue(null), strength: step && i === step - 1 ? DONE : 0 })
  })
}

function paintRows(J, { rows, column }, { hue }) {
  const entries = rows.map(row => row.entries)
  const drawn = fill(J, entries, "J")
  drawn.rows.forEach((row, i) => {
    tint(row, { hue: hue(i), strength: rows[i].strength })
    row.dataset.testid = `recover-row-${i + 1}`
    row.dataset.filled = entries[i].map(entry => (entry === UNKNOWN ? "" : plain(entry))).join(",")
  })
  drawn.cells.forEach(row => row.forEach((cell, j) => cell.classList.toggle("lens-now", j === column)))
}

function paintTally(tally, { reverse, step, passes, fewer }, { say }) {
  const done = { reverse: reverse ? step : 0, forward: reverse ? 0 : step }
  const [first, second, verdict] = resize(tally, 3, () => make("p"))
  ;[
    [first, "reverse"],
    [second, "forward"],
  ].forEach(([line, mode]) => {
    const [road, dots] = resize(line, 2, k =>
      make("span", k ? "lens-dots" : "lens-road", k ? { "aria-hidden": true } : {}),
    )
    write(road, say(`recover.passes.${mode}`, { count: passes[mode] }))
    resize(dots, passes[mode], () => make("i")).forEach((dot, i) => dot.classList.toggle("lens-done", i < done[mode]))
  })
  verdict.className = "lens-verdict"
  verdict.dataset.testid = "recover-verdict"
  write(verdict, say(`recover.fewer.${fewer}`, { m: passes.reverse, n: passes.forward }))
}
