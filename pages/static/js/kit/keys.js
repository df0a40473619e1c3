// What keys mean, the same everywhere.

// Whether the key is meant for what has the focus, and not for the browser.
export const meant = event => !(event.ctrlKey || event.metaKey || event.altKey)

// [down, right] of an arrow key.
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

// One stop of Tab for a grid of elements: an arrow pressed at (i, j) carries the focus, and the stop, to the neighbour.
// Answers whether the key was an arrow.
export function rove(event, cells, i, j) {
  if (!(event.key in ARROWS)) return false
  const [down, right] = ARROWS[event.key]
  const next = cells[i + down]?.[j + right]
  event.preventDefault()
  if (next) {
    cells[i][j].tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
  return true
}
