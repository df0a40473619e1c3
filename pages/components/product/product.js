// a × b = c with its cards and their running sum; see static/js/product.js.

const product = import(new URL("app/static/js/product.js", document.baseURI))

export default function (component) {
  product.then(({ show }) => show(component))
  return () => product.then(({ hide }) => hide(component.parentElement))
}
