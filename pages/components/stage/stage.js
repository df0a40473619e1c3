// v, J, the weighted rows and their sum; see static/js/stage.js.

const stage = import(new URL("app/static/js/stage.js", document.baseURI))

export default function (component) {
  stage.then(({ show }) => show(component))
  return () => stage.then(({ hide }) => hide(component.parentElement))
}
