// What is the gradient? The answer stays covered until one entry of it, or all, have been typed, or the reader gives
// up. A wrong answer is compared with those of the known slips; the slip is named and lit in the picture. Nothing of
// this leaves the browser.

/** @import { Guess } from "../messages" */
/** @import { Told } from "../kit/component.js" */

import { channel } from "../kit/bus.js"
import { mounted } from "../kit/component.js"
import { button, make, resize, set, text } from "../kit/dom.js"
import { ARROWS, meant } from "../kit/keys.js"
import { real } from "../kit/numbers.js"
import { Roving } from "../kit/roving.js"
import { say } from "../kit/words.js"
import { cover, covers } from "./cover.js"
import { judge } from "./judge.js"

const SEEDS = 1e9
const LONGEST = 200 // characters of an entry
const tallies = new Map() // page -> [right, guessed], as long as the tab lives

export const component = mounted(".lens-guess", (root, { data }) => {
  const guess = open(root, data)
  cover(true)
  return {
    learn: told => learn(guess, told),
    close() {
      cover(false)
      light(guess, [])
    },
  }
})

// What is known once the first question is there.
const LATER = { data: null, fields: [], another: () => {}, problem: "" }

function open(root, data) {
  const [title, help] = [text("h2", "lens-guess-title", ""), text("p", "lens-guess-help", "")]
  const [grid, said] = [
    make("div", "lens-guess-grid", { role: "group" }),
    make("div", "lens-guess-said", { role: "status", "data-testid": "guess-said" }),
  ]
  const tally = text("span", "lens-guess-tally", "", { "data-testid": "guess-tally" })
  const buttons = {
    check: button("", () => check(guess), { "data-testid": "guess-check" }),
    // Both of its words are there, one of them unseen: nothing beside it moves when they change.
    give_up: button("", () => toggle(guess), { class: "lens-guess-both", "data-testid": "guess-give-up" }),
    another: button("", () => guess.another(), { "data-testid": "guess-another" }),
  }
  const stops = new Roving(grid, { keys: false }) // in a field an arrow may also move the caret: see `move`
  const guess = { root, title, help, grid, said, tally, buttons, stops, bus: channel(data.channel), ...LATER }
  const bar = make("div", "lens-guess-bar", {}, grid, ...Object.values(buttons), tally)
  root.replaceChildren(make("div", "lens-guess-head", {}, title, help), bar, said)
  return guess
}

/**
 * @param {any} guess
 * @param {Told<Guess>} told
 */
function learn(guess, { data, setStateValue }) {
  const numbers = list => list.map(real)
  guess.data = {
    ...data,
    answer: numbers(data.answer),
    slips: data.slips.map(slip => ({ ...slip, answer: numbers(slip.answer) })),
  }
  guess.another = () => {
    cover(true)
    setStateValue("another", { seed: Math.floor(Math.random() * SEEDS) })
  }
  build(guess)
  if (data.problem !== guess.problem) begin(guess)
  guess.problem = data.problem
}

function build(guess) {
  const { data, title, help, grid } = guess
  title.textContent = data.words.title
  help.textContent = data.words.help
  grid.setAttribute("aria-label", data.words.title)
  grid.style.setProperty("--columns", data.columns)
  guess.fields = resize(grid, data.answer.length, k => field(guess, k))
  guess.fields.forEach((input, k) => set(input, { "aria-label": data.labels[k] }))
  guess.stops.hold([guess.fields])
  const { check, give_up, another } = guess.buttons
  check.textContent = data.words.check
  another.textContent = data.words.another
  give_up.replaceChildren(...["give_up", "again"].map(name => text("span", "", data.words[name])))
  mark(guess)
}

function field(guess, k) {
  const input = make("input", "", {
    type: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: LONGEST,
    "data-testid": `guess-${k + 1}`,
  })
  input.onkeydown = event => move(event, guess, k)
  input.oninput = () => input.removeAttribute("aria-invalid")
  return input
}

function move(event, guess, k) {
  if (!meant(event)) return
  if (event.key === "Enter") check(guess)
  const [down, right] = ARROWS[event.key] ?? [0, 0]
  const { columns } = guess.data
  const next = guess.fields[k + down * columns + right]
  const within = right === 0 || (k % columns) + right === (k + right) % columns
  if (!(down || right) || !next || !within || (right && !leaves(event.target, right))) return
  event.preventDefault()
  next.focus()
}

// Whether the caret stands where an arrow leads out of the field.
const leaves = ({ value, selectionStart, selectionEnd }, right) =>
  selectionStart === selectionEnd && selectionStart === (right > 0 ? value.length : 0)

// ── Asking and answering ─────────────────────────────────────────────────────────────────────────────────

// Another question; what has been uncovered stays so: v may be dragged then.
function begin(guess) {
  for (const input of guess.fields) {
    input.value = ""
    input.removeAttribute("aria-invalid")
  }
  guess.said.replaceChildren()
  light(guess, [])
}

function check(guess) {
  const { data, fields } = guess
  const judged = judge(
    data,
    fields.map(input => input.value),
  )
  const [lines, slips] = SAID[judged.kind](data.words, judged)
  guess.said.replaceChildren(...lines)
  guess.said.className = `lens-guess-said lens-guess-${judged.kind}`
  if (judged.kind === "unread") set(fields[judged.k], { "aria-invalid": "true" })
  light(guess, slips)
  if (["right", "slip", "wrong"].includes(judged.kind) && covers()) count(guess, judged.kind === "right")
  if (judged.kind === "right") cover(false)
  mark(guess)
}

// What is said of each kind of answer, and which slips light the picture.
const SAID = {
  empty: words => [[text("p", "", words.empty)], []],
  unread: (words, judged) => [[text("p", "", say(words.unread, judged))], []],
  right: (words, { whole }) => [[text("p", "", `✓ ${whole ? words.right : `${words.right_part} ${words.shown}`}`)], []],
  wrong: (words, judged) => [[text("p", "", judged.count > 1 ? say(words.wrong_of, judged) : words.wrong)], []],
  slip(words, { slips }) {
    const told = [...new Set(slips.map(slip => slip.said))]
    if (told.length === 1) return [[text("p", "", `${words.slip} ${told[0]}`)], slips]
    return [[text("p", "", words.slips), make("ul", "", {}, ...told.map(said => text("li", "", said)))], slips]
  },
}

function toggle(guess) {
  const covered = !covers()
  cover(covered)
  light(guess, [])
  guess.said.replaceChildren(...(covered ? [] : [text("p", "", guess.data.words.shown)]))
  guess.said.className = "lens-guess-said"
  if (covered) begin(guess)
  mark(guess)
}

function mark({ buttons, data, tally }) {
  const [shows, covered] = buttons.give_up.children
  shows.toggleAttribute("data-lens-unseen", !covers())
  covered.toggleAttribute("data-lens-unseen", covers())
  const [right, count] = tallies.get(data.channel) ?? [0, 0]
  tally.textContent = say(data.words.tally, { right, count })
  tally.toggleAttribute("data-lens-unseen", !count)
}

function count({ data }, right) {
  const [before, all] = tallies.get(data.channel) ?? [0, 0]
  tallies.set(data.channel, [before + Number(right), all + 1])
}

// Lights where slips happen, in every picture of the page.
function light({ bus }, slips) {
  const all = name => [...new Set(slips.flatMap(slip => slip[name]))]
  const slip = slips.length ? { rows: all("rows"), inputs: all("inputs"), stages: all("stages") } : null
  if (slip || bus.state.slip) bus.update({ slip })
}
