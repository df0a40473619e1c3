// Pointing at the stage, by pointer or keyboard: an entry tells its derivative, a row lights all that is its own.

import { fill, put } from "../kit/matrix.js"
import { oneStop } from "../kit/roving.js"

// Ties the cells, rows and terms that are there now to the readout and to the light of the channel.
export function point(stage) {
  const { rows, cells, vCells, terms, bus, data } = stage
  const light = (row, column = null) => bus.update({ lit: row === null ? null : { row, column } })
  rows.forEach((_, i) => {
    for (const part of [vCells[i], terms[i], rows[i]]) {
      part.onpointerenter = () => light(i)
      part.onpointerleave = () => light(null)
    }
    cells[i].forEach((cell, j) => {
      cell.onpointerenter = () => light(i, j)
      cell.onpointerleave = () => light(i)
      cell.onfocus = () => light(i, j)
      cell.onblur = () => light(null)
      cell.setAttribute("aria-label", data.J[i][j].label)
    })
  })
  oneStop(stage.J.firstChild, cells)
}

// Under the board: ∂y_i/∂x_j = formula = value; for a row what it adds to the sum; else how to use the stage.
export function tell({ readout, data }, { row = null, column = null }, live) {
  const [hint, words, weighted] = readout.children
  const entry = data.J[row]?.[column]
  hint.textContent = data.words.hint
  hint.hidden = row !== null
  words.hidden = row === null
  weighted.hidden = row === null || column !== null
  if (entry) put(words, `${entry.name} = ${entry.told}`)
  else if (data.J[row]) {
    put(words, data.v[row].name)
    fill(weighted, [data.J[row].map(({ value }) => live[row] * value)])
  }
}
