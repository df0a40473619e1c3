// What a chain costs, by the order of multiplying; see static/js/cost.js.

const cost = import(new URL("app/static/js/cost.js", document.baseURI))

export default function (component) {
  cost.then(({ show }) => show(component))
  return () => cost.then(({ hide }) => hide(component.parentElement))
}
