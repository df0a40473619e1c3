// Work that waits until nothing has asked for it for a moment.

// Answers with a function that puts the work off; its `cancel` forgets it.
export function later(work, pause) {
  let timer = 0
  const ask = (...facts) => {
    clearTimeout(timer)
    timer = setTimeout(() => work(...facts), pause)
  }
  ask.cancel = () => clearTimeout(timer)
  return ask
}
