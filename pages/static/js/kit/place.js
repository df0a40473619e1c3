// Where one is on a page, as its address says it: which step, and whether it is presented. This part of the address is
// the browser's; all else is the server's, which leaves this part as it finds it (pages/shared/session.py).

import { later } from "./later.js"

const OWN = ["present", "step"] // in the order in which a link has them
const SETTLE = 200 // ms: browsers refuse an address that changes with every frame

/** @type {Record<string, number | null>} */
const kept = read()
let path = location.pathname

function read() {
  const given = new Map(
    location.search
      .slice(1)
      .split("&")
      .map(pair => /** @type {[string, string]} */ (pair.split("=", 2))),
  )
  return Object.fromEntries(
    OWN.map(name => [name, /^\d{1,3}$/.test(given.get(name) ?? "") ? Number(given.get(name)) : null]),
  )
}

export const place = name => kept[name]

// Says where one is now; null is nowhere in particular.
export function keep(name, value) {
  kept[name] = value
  soon()
}

// The server may have written the address anew, or that of another page.
export function rewrite() {
  if (path !== location.pathname) kept.step = read().step
  path = location.pathname
  write()
}

const soon = later(() => write(), SETTLE)

function write() {
  soon.cancel()
  const others = location.search
    .slice(1)
    .split("&")
    .filter(pair => pair && !OWN.includes(pair.split("=")[0]))
  const ours = OWN.filter(name => kept[name] !== null).map(name => `${name}=${kept[name]}`)
  const query = [...others, ...ours].join("&")
  if (query !== location.search.slice(1))
    history.replaceState(history.state, "", `${location.pathname}${query && "?"}${query}`)
}
