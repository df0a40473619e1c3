// What keys mean, the same everywhere.

// Whether the key is meant for what has the focus, and not for the browser.
export const meant = event => !(event.ctrlKey || event.metaKey || event.altKey)

// [down, right] of an arrow key.
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
