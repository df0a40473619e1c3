// The bar at the top of every page. See links.js for why these are links of our own.

/** @import { Told } from "../kit/component.js" */
/** @import { Header } from "../messages" */

import { mounted } from "../kit/component.js"
import { follow, link } from "./links.js"
import { returning } from "./returning.js"
import { tend } from "./tending.js"

// The server puts the styles into the page itself; a host that serves a page of its own has them with the bar.
if (!document.querySelector("link[data-lens]")) {
  const href = self.lens?.styles ?? new URL("app/static/lens.css", document.baseURI)
  const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href })
  styles.dataset.lens = ""
  document.head.append(styles)
}

export const component = mounted(".lens-bar", root => ({ learn: told => learn(root, told) }))

/**
 * @param {HTMLElement} root
 * @param {Told<Header>} told
 */
function learn(root, { data, setTriggerValue }) {
  const find = name => root.querySelector(`.${name}`)
  const lang = data.lang === "zh" ? "zh-CN" : "en" // picks the right fonts and voice
  const page = document.documentElement
  if (page.lang !== lang) page.lang = lang // set again, even to the same, it has every element's style computed anew
  tend()
  returning(() => setTriggerValue("returned", true))
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
}
