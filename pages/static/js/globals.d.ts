// What other scripts put into the page: KaTeX, Plotly, and server/shell.py the names of the bundles.

interface Window {
  lens?: { script: string; styles: string; plotly: string }
  katex: { render(tex: string, element: Element, options: object): void }
  // biome-ignore lint/suspicious/noExplicitAny: of Plotly's types we use four functions
  Plotly?: any
}
