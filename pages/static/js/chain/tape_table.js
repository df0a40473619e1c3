// The tape as a table: the same trace, complete, for those who prefer to read and for those who cannot see the graph.

import { make, resize } from "../kit/dom.js"
import { plain, vector } from "../kit/numbers.js"

const COLUMNS = ["nr", "name", "operation", "node", "value", "local", "adjoint", "turn"]

// Fills `box`; answers with the row of every operation.
export function tabulate(box, { operations, order, words }) {
  const [table] = resize(box, 1, () => {
    const table = make("table")
    table.append(make("thead"), make("tbody"))
    table.tHead.append(make("tr"))
    return table
  })
  resize(table.tHead.rows[0], COLUMNS.length, () => make("th", "", { scope: "col" })).forEach(
    (cell, k) => (cell.textContent = words[COLUMNS[k]]),
  )
  const rows = resize(table.tBodies[0], operations.length, () => make("tr"))
  const turn = new Map(order.map((i, k) => [i, k + 1]))
  rows.forEach((row, i) => fillRow(row, operations, i, turn.get(i)))
  return rows
}

function fillRow(row, operations, i, turn) {
  const { name, node, text, value, adjoint, uses } = operations[i]
  const local = uses.map(use => `∂${name}/∂${operations[use.of].name} = ${derivative(use)}`)
  const contents = [
    i + 1,
    name,
    text || "–",
    node,
    vector(value),
    local.join("\n") || "–",
    vector(adjoint),
    turn ?? "–",
  ]
  row.dataset.testid = `tape-${i + 1}`
  row.dataset.adjoint = adjoint.map(plain).join(",")
  row.dataset.value = value.map(plain).join(",")
  resize(row, COLUMNS.length, k => make(k === 1 ? "th" : "td", "", k === 1 ? { scope: "row" } : {})).forEach(
    (cell, k) => (cell.textContent = contents[k]),
  )
}

function derivative({ rule, local }) {
  const number = vector(local)
  return rule && rule !== number && rule !== number.replace("−", "-") ? `${rule} = ${number}` : number
}
