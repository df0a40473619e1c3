// Backward through the operations that torch recorded, one node at a time. Every number was measured by torch; here
// they are only laid out, and added up where a node is still waiting for more.

/** @import { Tape } from "../messages" */

import { mounted } from "../kit/component.js"
import { make, resize } from "../kit/dom.js"
import { bracketed, brief, real, vector } from "../kit/numbers.js"
import { Player } from "../kit/player.js"
import { say } from "../kit/words.js"
import { draw, move } from "./tape_graph.js"
import { tabulate } from "./tape_table.js"

const DRAWN = 90 // operations; more would be a picture nobody can read
const SOME = 6 // contributions that a sentence lists
const OPEN = 24 // operations of a table that stands open from the beginning

export const component = mounted(".lens-tape", root => {
  const own = skeleton(root)
  return { learn: ({ data }) => learn(own, data) }
})

function learn(own, data) {
  const before = own.data?.operations.length
  own.data = numbered(data)
  if (before !== data.operations.length) own.step = data.order.length
  build(own)
  paint(own)
}

/** @param {Tape} data */
const numbered = data => ({
  ...data,
  operations: data.operations.map(operation => ({
    ...operation,
    value: operation.value.map(real),
    adjoint: operation.adjoint.map(real),
    uses: operation.uses.map(use => ({ ...use, local: use.local.map(real), sent: use.sent.map(real) })),
  })),
})

function skeleton(root) {
  const hint = make("p", "lens-tape-hint")
  const bar = make("div", "lens-tape-bar")
  const [box, said, products] = [
    make("div", "lens-tape-box"),
    make("p", "lens-tape-said", { "aria-live": "polite" }),
    make("ul", "lens-tape-products"),
  ]
  const details = make("details", "lens-tape-details")
  details.append(make("summary"), make("div", "lens-tape-table"))
  root.replaceChildren(hint, bar, box, said, products, details)
  const own = { root, hint, bar, box, said, products, details, step: 0 }
  root.tabIndex = 0
  root.setAttribute("role", "group")
  own.player = new Player({
    at: () => ({ step: own.step, total: own.data.order.length }),
    go(step) {
      own.step = step
      paint(own)
    },
    controls: { start: "", back: "tape-back", step: "tape-step", end: "" },
    told: ({ step, total }) => say(own.data.words.count, { at: step, count: total }),
  }).listen(root)
  bar.append(...own.player.elements)
  return own
}

function build(own) {
  const { root, data, hint, bar, box, details } = own
  const { operations, order, words } = data
  const empty = operations.length === 0
  const large = operations.length > DRAWN
  root.setAttribute("aria-label", words.label)
  hint.textContent = empty
    ? words.empty
    : large
      ? `${words.hint} ${say(words.large, { count: operations.length })}`
      : words.hint
  for (const part of [bar, box, own.said, own.products, details]) part.hidden = empty
  own.player.learn(words)
  own.graph = empty || large ? null : draw(box, operations, order, words.graph)
  if (!own.graph) box.replaceChildren()
  // Room for the longest list: no step moves the page.
  own.products.style.setProperty("--rows", Math.max(1, ...operations.map(({ uses }) => uses.length)))
  details.firstChild.textContent = words.table
  if (own.count !== operations.length) details.open = operations.length <= OPEN
  own.count = operations.length
  own.rows = tabulate(details.lastChild, data)
}

// ── After every step ─────────────────────────────────────────────────────────────────────────────────────

function paint(own) {
  const { data, step } = own
  const { operations, order } = data
  if (!operations.length) return
  const current = step ? order[step - 1] : -1
  const done = new Set(order.slice(0, step))
  own.player.paint()
  if (own.graph) move(own.graph, { operations, current, done, pending: waiting(operations, done, order[0]) })
  own.rows.forEach((row, i) => {
    row.classList.toggle("lens-tape-current", i === current)
    row.toggleAttribute("aria-current", i === current)
  })
  tell(own, current)
}

// What has come in so far at the nodes that backward has not reached: one vector for each use it has passed.
function waiting(operations, done, start) {
  const pending = new Map()
  if (!done.size) pending.set(start, [operations[start].adjoint])
  operations.forEach((operation, i) => {
    if (!done.has(i)) return
    for (const { of, sent } of operation.uses) if (!done.has(of)) pending.set(of, [...(pending.get(of) ?? []), sent])
  })
  return pending
}

function tell({ data, said, products }, current) {
  const { operations, order, words } = data
  if (current < 0) {
    said.textContent = say(words.idle, { name: operations[order[0]].name })
    products.replaceChildren()
    return
  }
  const { name, node, adjoint, uses } = operations[current]
  const terms = operations.flatMap(operation =>
    operation.uses.filter(use => use.of === current).map(use => vector(use.sent)),
  )
  const facts = {
    name,
    adjoint: vector(adjoint),
    terms: terms.length > SOME ? `${terms.slice(0, SOME).join(" + ")} + …` : terms.join(" + "),
    count: terms.length,
    of: uses.length ? operations[uses[0].of].name : "",
  }
  const arrived = current === order[0] ? words.seed : terms.length > 1 ? words.adds : words.arrives
  const then =
    node === "AccumulateGrad"
      ? words.leaf
      : node.startsWith("Stack")
        ? words.splits
        : node.startsWith("Select")
          ? words.places
          : words.multiplies
  said.textContent = say(`${arrived} ${then}`, facts)
  resize(products, uses.length, () => make("li")).forEach(
    (item, k) => (item.textContent = product(operations, adjoint, uses[k], node)),
  )
}

// t5: 19 · t7 = 19 · 4 = 76
function product(operations, adjoint, { of, rule, local, sent }, node) {
  const target = operations[of].name
  if (node.startsWith("Select") || node.startsWith("Stack")) return `${target} ← ${vector(sent)}`
  const numbers = `${bracketed(brief(adjoint[0]))} · ${bracketed(brief(local[0]))}`
  const letters = rule && rule !== brief(local[0]) ? `${bracketed(brief(adjoint[0]))} · (${rule}) = ` : ""
  return `${target} ← ${letters}${numbers} = ${brief(sent[0])}`
}
