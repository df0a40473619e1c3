// What Streamlit leaves undone for keyboards and screen readers, mended from outside after every change of the page:
// what scrolls can be reached and scrolled by keys, a field knows that it is refused and where the reason stands, a
// typeset name is one that can be said, and a dialog that opens has the focus.

import { later } from "../kit/later.js"

const SETTLE = 300 // ms without a change
const SCROLLS = "pre, .katex-display, .lens-tape-box, .lens-tape-table"
const INSIDE = "a[href], button, input, select, textarea, [tabindex]"

let watching = false

// Tends to this page from now on; once is enough.
export function tend() {
  if (watching) return
  watching = true
  const soon = later(all, SETTLE)
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true })
  soon()
}

function all() {
  document.querySelectorAll(SCROLLS).forEach(reach)
  complain()
  document.querySelectorAll('[aria-label^="$"]').forEach(field => name(field, field.getAttribute("aria-label")))
  document.querySelectorAll("[data-variant=pills]:not([aria-label]) annotation").forEach(tex => {
    name(tex.closest("button"), tex.textContent)
  })
  document.querySelectorAll('[data-testid="stPopoverBody"]').forEach(enter)
}

// A box with more in it than it shows is a stop of Tab, unless one can step into it anyway.
function reach(box) {
  const more = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
  const stop = more && !box.querySelector(INSIDE)
  if (stop) box.tabIndex = 0
  else if (box.tabIndex === 0) box.removeAttribute("tabindex")
}

// Ties each refusal to the field that it names.
function complain() {
  document.querySelectorAll("[data-lens-refused]").forEach(field => {
    for (const name of ["aria-invalid", "aria-describedby", "data-lens-refused"]) field.removeAttribute(name)
  })
  const reasons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".lens-error[data-field]"))
  reasons.forEach((reason, k) => {
    const field = document.querySelector(`[class*="st-key-"][class*="-${reason.dataset.field} "] input`)
    if (!field) return
    reason.id = `lens-error-${k}`
    field.setAttribute("data-lens-refused", "")
    field.setAttribute("aria-invalid", "true")
    field.setAttribute("aria-describedby", reason.id)
  })
}

// A name in LaTeX as it is said: x_{1} is x1.
const name = (element, latex) => element.setAttribute("aria-label", said(latex))
export const said = latex => latex.replace(/\\(mathrm|mathit|text|operatorname)\b|[$\\{}_]/g, "")

// The focus goes into what a button has opened. Streamlit gives it back when that is closed.
function enter(body) {
  if (body.dataset.lensEntered) return
  body.dataset.lensEntered = "true"
  if (!body.contains(document.activeElement)) body.querySelector(INSIDE)?.focus({ preventScroll: true })
}
