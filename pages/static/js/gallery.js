// The cards of the gallery: each is one link with a title, a typeset formula and a sentence.

import { link } from "./links.js"
import { render } from "./maths.js"

export function show({ data, parentElement }) {
  parentElement.querySelector(".lens-gallery").replaceChildren(
    ...data.cards.map(({ href, title, why, latex }) => {
      const card = link("", href)
      const formula = element("span", "formula")
      card.append(element("strong", "", title), formula, element("span", "why", why))
      render(latex, formula)
      return card
    }),
  )
}

function element(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text })
}
