// The one way something is dragged.

const SLACK = 4 // pixels until a press is a drag
const ways = new WeakMap() // element -> how it is dragged now

// Makes an element draggable, or draggable in another way; nothing that is held is let go by that.
// - `grip(event)` answers with what `move` must know of the beginning; null leaves the press alone
// - `move(grip, { right, up, event })`, pixels from the press, once they are more than the slack
// - `end()` when it is let go after a move, `tap(grip)` when there was none
// - `undo(grip)` when the browser takes the press for itself, as when a finger scrolls: what was moved goes back
export function draggable(element, way) {
  const known = ways.has(element)
  ways.set(element, { slack: SLACK, ...way })
  if (!known) listen(element)
}

// An element that is no longer dragged.
export const fixed = element => ways.has(element) && ways.set(element, null)

function listen(element) {
  let press = null
  const way = () => ways.get(element)
  const on = (type, work) => element.addEventListener(type, work)
  on("pointerdown", event => {
    const held = event.button ? null : way()?.grip(event)
    if (held === null || held === undefined) return
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    press = { held, x: event.clientX, y: event.clientY, moved: false }
  })
  on("pointermove", event => {
    if (!press) return
    const [right, up] = [event.clientX - press.x, press.y - event.clientY]
    if (!press.moved && Math.hypot(right, up) < way().slack) return
    press.moved = true
    way().move(press.held, { right, up, event })
  })
  on("pointercancel", () => {
    const { held } = press ?? {}
    press = null
    if (held !== undefined) way().undo(held)
  })
  on("lostpointercapture", () => {
    const { held, moved } = press ?? {}
    press = null
    if (held === undefined) return
    if (moved) way().end()
    else way().tap?.(held)
  })
}
