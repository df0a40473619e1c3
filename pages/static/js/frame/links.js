// Links between the pages that keep the whole state, and exactly one history entry each.
//
// Streamlit's own navigation drops the query string and, when the script writes it back, pushes it on the old path
// first, which leaves a wrong entry behind. A link here is an ordinary <a href> with the state in it (so it opens in a
// new tab, can be copied and is announced as a link); a plain click pushes the address and tells Streamlit to follow
// it the way it follows the browser's Back button.

export function link(text, href, attributes = {}) {
  const a = document.createElement("a")
  a.textContent = text
  follow(a, href)
  for (const [name, value] of Object.entries(attributes)) if (value) a.setAttribute(name, value)
  return a
}

export function follow(a, href) {
  a.href = href
  a.onclick = event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return // the browser's own new tab
    event.preventDefault()
    if (a.href === location.href) return
    history.pushState({}, "", a.href)
    dispatchEvent(new PopStateEvent("popstate"))
  }
}
