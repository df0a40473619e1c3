// The switches in the bar: guess first, and present.

/** @import { Modes } from "../messages" */
/** @import { Told } from "../kit/component.js" */

import { mounted } from "../kit/component.js"
import { button, make, resize, set } from "../kit/dom.js"
import { place, rewrite } from "../kit/place.js"
import { Foot, present } from "./present.js"

export const component = mounted(".lens-modes", root => {
  const [switches, below] = [make("div", "lens-modes-switches"), new Foot()]
  root.replaceChildren(switches, below.element)
  const tell = { place: null, send: null } // what the server knows of where one is, for the links that it makes
  const links = event => event.target.closest?.(SHARE) && inform(tell)
  document.addEventListener("click", links, true)
  return {
    learn(told) {
      tell.send = told.setStateValue
      rewrite()
      learn(switches, told)
      below.learn(told.data.words)
    },
    close() {
      document.removeEventListener("click", links, true)
      below.close()
    },
  }
})

const SHARE = ".st-key-share, [class*='st-key-share']"

function inform(tell) {
  const now = { step: place("step"), present: Boolean(place("present")) }
  if (JSON.stringify(now) === tell.place) return
  tell.place = JSON.stringify(now)
  tell.send("place", now)
}

/**
 * @param {HTMLElement} root
 * @param {Told<Modes>} told
 */
function learn(root, { data, setStateValue }) {
  const { words, guess } = data
  const [wanted, large] = resize(root, 2, k => button("", null, { "data-testid": ["guess", "present"][k] }))
  large.replaceChildren(icon(""), label(words.present))
  set(large, { title: words.present_help })
  large.onclick = () => present(true)
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
