// Two lists that pick two different inputs, or outputs, of many: what a plane can show.

import { select } from "../kit/dom.js"

export const inputPair = ({ scene, say }, pair, pick) =>
  two([say("arrows.across"), say("arrows.up")], scene.names, pair, pick)

export const outputPair = ({ scene, say }, pair, pick) =>
  two([say("map.across"), say("map.up")], scene.outputs, pair, pick)

// What was picked before, if it still is two of `count`.
export const remembered = (pair, count, usual = [0, 1]) => (pair && Math.max(...pair) < count ? pair : usual)

function two(labels, names, [p, q], pick) {
  const options = names.map((name, k) => [k, name])
  const other = (taken, k) => (k === taken ? (taken + 1) % names.length : k)
  const across = select(labels[0], options, k => pick([+k, other(+k, q)]))
  const up = select(labels[1], options, k => pick([other(+k, p), +k]))
  across.choose(p)
  up.choose(q)
  return [across.element, up.element]
}
