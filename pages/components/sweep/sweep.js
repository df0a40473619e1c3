// The chain as a rail on which v travels back and u forward; see static/js/sweep.js.

const sweep = import(new URL("app/static/js/sweep.js", document.baseURI))

export default function (component) {
  sweep.then(({ show }) => show(component))
  return () => sweep.then(({ hide }) => hide(component.parentElement))
}
