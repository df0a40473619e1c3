// v as sliders; see static/js/sliders.js.

const sliders = import(new URL("app/static/js/sliders.js", document.baseURI))

export default function (component) {
  sliders.then(({ show }) => show(component))
  return () => sliders.then(({ hide }) => hide(component.parentElement))
}
