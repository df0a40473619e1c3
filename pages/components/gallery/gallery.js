// The cards of the gallery: each is one link with a title, a typeset formula and a sentence.

const links = import(new URL("app/static/js/links.js", document.baseURI))
const maths = import(new URL("app/static/js/maths.js", document.baseURI))

export default async function ({ data, parentElement }) {
  const grid = parentElement.querySelector(".lens-gallery")
  const [{ link }, { render }] = await Promise.all([links, maths])
  grid.replaceChildren(
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
