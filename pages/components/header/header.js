// The bar at the top of every page. See static/js/links.js for why these are links of our own.

const links = import(new URL("app/static/js/links.js", document.baseURI))
const returns = import(new URL("app/static/js/returning.js", document.baseURI))

// app.py puts the styles into the page itself; a host that serves a page of its own has them with the bar.
const styles = new URL("app/static/lens.css", document.baseURI).href
if (![...document.styleSheets].some(sheet => sheet.href === styles)) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: styles }))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const find = name => parentElement.querySelector(`.${name}`)
  const lang = data.lang === "zh" ? "zh-CN" : "en" // picks the right fonts and voice
  const page = document.documentElement
  if (page.lang !== lang) page.lang = lang // set again, even to the same, it has every element's style computed anew
  returns.then(({ returning }) => returning(() => setTriggerValue("returned", true)))
  links.then(({ link, follow }) => {
    follow(find("name"), data.home)
    find("name").textContent = "Jacobian Lens"
    for (const group of ["pages", "languages"]) {
      find(group).setAttribute("aria-label", data.labels[group])
      find(group).replaceChildren(
        ...data[group].map(({ text, href, current, lang }) =>
          link(text, href, { "aria-current": current && (group === "pages" ? "page" : "true"), lang, hreflang: lang }),
        ),
      )
    }
  })
}
