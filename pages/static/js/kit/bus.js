// What the components of a page share while something is dragged, so that all of them move in the same frame and the
// server hears of it only on release. A module is loaded once, so every component that imports it has the same channel.

const channels = new Map()

// The channel of a page, for example "vjp": its `state`, `update(patch)` to change some of it, and
// `subscribe(listener)`, which answers with a function that ends the subscription. Listeners are called with the state,
// all in one animation frame, however many updates came before it. `listeners` counts them.
export function channel(name) {
  if (!channels.has(name)) channels.set(name, open())
  return channels.get(name)
}

// The component of this root has started: it takes its room, and the plain elements after it go.
export function started(root) {
  root.classList.add("lens-ready")
  root.closest('[data-testid="stElementContainer"]')?.setAttribute("data-lens-ready", "")
}

function open() {
  const listeners = new Set()
  const state = {}
  let frame = 0
  const paint = () => {
    frame = 0
    for (const listener of listeners) listener(state)
  }
  return {
    state,
    get listeners() {
      return listeners.size
    },
    update(patch) {
      Object.assign(state, patch)
      if (!frame) frame = requestAnimationFrame(paint)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
