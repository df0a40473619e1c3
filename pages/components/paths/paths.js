// The product of the Jacobians and the paths behind its entries; see static/js/paths.js.

const paths = import(new URL("app/static/js/paths.js", document.baseURI))

export default function (component) {
  paths.then(({ show }) => show(component))
  return () => paths.then(({ hide }) => hide(component.parentElement))
}
