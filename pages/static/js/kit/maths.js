// KaTeX, loaded once for all components; the bundle brings it. Streamlit's pages already carry its stylesheet, of the
// same version.

const load = () => import(new URL("app/static/katex/katex.min.js", document.baseURI)).then(() => self.katex)
export const ready = self.katex ? Promise.resolve(self.katex) : load()

const LIMITS = { throwOnError: false, maxSize: 20, maxExpand: 100 }

// Typesets LaTeX of ours into an element. Components start when `ready` has come.
export function typeset(tex, element) {
  self.katex.render(tex, element, LIMITS)
}
