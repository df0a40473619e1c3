// The switches in the bar: guess first.

/** @import { Modes } from "../messages" */
/** @import { Told } from "../kit/component.js" */

import { mounted } from "../kit/component.js"
import { button, resize, set } from "../kit/dom.js"

export const component = mounted(".lens-modes", root => ({ learn: told => learn(root, told) }))

/**
 * @param {HTMLElement} root
 * @param {Told<Modes>} told
 */
function learn(root, { data, setStateValue }) {
  const { words, guess } = data
  const [wanted] = resize(root, 1, () => button("", null, { "data-testid": "guess" }))
  wanted.replaceChildren(icon("?"), label(words.guess))
  set(wanted, { "aria-pressed": guess, title: words.guess_help })
  wanted.onclick = () => setStateValue("guess", { on: !guess })
}

function icon(sign) {
  const element = document.createElement("span")
  element.ariaHidden = "true"
  element.className = "lens-modes-sign"
  element.textContent = sign
  return element
}

function label(words) {
  const element = document.createElement("span")
  element.className = "lens-modes-name"
  element.textContent = words
  return element
}
