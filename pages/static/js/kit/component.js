// How a module becomes a component of the page: pages/components sends a stub that calls `show` with every run of the
// script and `hide` when the element goes.

import { ready } from "./maths.js"

/**
 * What Streamlit hands over with every run.
 * @template Data
 * @typedef {object} Told
 * @property {Data} data
 * @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

// `open(root, told)` is called once for an element, with the one inside it that `selector` finds, and answers with
// {learn(told), close?()}; `learn` is called with every answer of the server.
/**
 * @template Data
 * @param {string} selector
 * @param {(root: any, told: Told<Data>) => { learn(told: Told<Data>): void, close?(): void }} open
 */
export function mounted(selector, open) {
  const instances = new WeakMap() // element of the component -> what is mounted in it
  return {
    /** @param {Told<Data>} told */
    async show(told) {
      await ready()
      const { parentElement } = told
      if (!instances.has(parentElement)) instances.set(parentElement, open(parentElement.querySelector(selector), told))
      instances.get(parentElement).learn(told)
    },
    /** @param {HTMLElement} parentElement */
    async hide(parentElement) {
      await ready() // whatever has been shown before is there by then
      instances.get(parentElement)?.close?.()
      instances.delete(parentElement)
    },
  }
}
