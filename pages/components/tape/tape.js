// The tape that torch recorded, and backward through it node by node; see static/js/tape.js.

const tape = import(new URL("app/static/js/tape.js", document.baseURI))

export default function (component) {
  tape.then(({ show }) => show(component))
  return () => tape.then(({ hide }) => hide(component.parentElement))
}
