// What the rail x → y → z shows at one moment: what has reached each space, the sum that has just been made, and what
// torch said of it.

import { brief } from "../kit/numbers.js"
import { say } from "../kit/words.js"
import { backward, close, equal, forward } from "./scene.js"

// At a step of a mode ("backward", "forward"), for v at the end and u at the beginning.
export function model(data, { mode, step, v, u }) {
  const { spaces, stages } = data
  const count = stages.length
  const settled = equal(
    v,
    spaces[count].adjoint.map(n => n.value),
  ) // v is what the server has answered for
  const found = { backward: backward(stages, v), forward: forward(stages, u) }
  const s = mode === "backward" ? count - step : step // the space that has been reached
  const asked = CHECKS[mode](data, s, u, settled)
  return {
    found,
    settled,
    reached: s,
    sum: step === 0 ? ENTERING[mode](found) : SUMS[mode](data, s, found[mode], settled),
    check: step === 0 ? NOTHING : checked(data.words, asked, found[mode][s]),
  }
}

const NOTHING = { told: "", agrees: false, differs: false, title: "" }

function checked(words, { answer, asked, otherwise, call }, found) {
  if (!asked) return { ...NOTHING, told: otherwise }
  const agrees = close(found, answer)
  const [sign, verdict] = agrees ? ["✓", words.agrees] : ["≠", words.differs]
  const told = `${sign} ${verdict} ${call} = [${answer.map(brief).join(", ")}]`
  return { told, agrees, differs: !agrees, title: answer.join(", ") }
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

// A sum is {name, terms: [{weight, entries}], total}; entries and total are matrices of texts or numbers. It is
// built from the same matrices as the rail: KaTeX on a line that long would take more than a frame.
const ENTERING = {
  backward: found => ({ name: "v^{\\top}", terms: [], total: [found.backward.at(-1)] }),
  forward: found => ({ name: "u", terms: [], total: found.forward[0].map(x => [x]) }),
}

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

const SUMS = { backward: pulled, forward: pushedOn }

// How u is called once it has come to space s.
export function tangent(spaces, s) {
  const passed = spaces.slice(0, s).map((space, k) => `J_{${space.letter}\\to ${spaces[k + 1].letter}}`)
  return `${passed.reverse().join("")}u`
}
