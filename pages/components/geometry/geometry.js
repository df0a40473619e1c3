// The pictures of a page; see static/js/geometry.js.

const pictures = import(new URL("app/static/js/geometry.js", document.baseURI))

export default function (component) {
  pictures.then(({ mount }) => mount(component))
  return () => pictures.then(({ unmount }) => unmount(component.parentElement))
}
