// How a module becomes a component of the page: pages/components sends a stub that calls `show` with every run of the
// script and `hide` when the element goes.

import { ready } from "./maths.js"

// `open(root, told)` is called once for an element, with the one inside it that `selector` finds, and answers with
// {learn(told), close?()}; `learn` is called with every answer of the server.
export function mounted(selector, open) {
  const instances = new WeakMap() // element of the component -> what is mounted in it
  return {
    async show(told) {
      await ready()
      const { parentElement } = told
      if (!instances.has(parentElement)) instances.set(parentElement, open(parentElement.querySelector(selector), told))
      instances.get(parentElement).learn(told)
    },
    async hide(parentElement) {
      await ready() // whatever has been shown before is there by then
      instances.get(parentElement)?.close?.()
      instances.delete(parentElement)
    },
  }
}
