// KaTeX, loaded once for all components; the bundle brings it. Streamlit's pages already carry its stylesheet, of the
// same version.

let loading = null
const load = () => import(new URL("app/static/katex/katex.min.js", document.baseURI).href)

// Resolves when `typeset` can be called.
export const ready = () => (loading ??= self.katex ? Promise.resolve() : load())

const LIMITS = { throwOnError: false, maxSize: 20, maxExpand: 100 }

// Typesets LaTeX of ours into an element. Components start when it is ready.
export function typeset(tex, element) {
  self.katex.render(tex, element, LIMITS)
}
