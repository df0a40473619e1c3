// The cards of the gallery: each is one link with a title, a typeset formula and a sentence.

/** @import { Card } from "../messages" */

import { mounted } from "../kit/component.js"
import { make, text } from "../kit/dom.js"
import { typeset } from "../kit/maths.js"
import { link } from "./links.js"

export const component = mounted(".lens-gallery", root => ({
  learn: ({ data }) => root.replaceChildren(...data.cards.map(card)),
}))

/** @param {Card} card */
function card({ href, title, why, latex }) {
  const formula = make("span", "formula")
  typeset(latex, formula)
  const element = link("", href)
  element.append(text("strong", "", title), formula, text("span", "why", why))
  return element
}
