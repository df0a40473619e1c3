// What a picture shows, as a file to put on a slide: SVG, or PNG as wide as a slide has pixels.
//
// The file stands for itself: styles are written into the elements, and words that stand beside the drawing come along
// where they stand. Its font is the reader's own sans-serif, stretched to the room that each word has on the page.

import { button, make } from "../kit/dom.js"
import { svg } from "../kit/svg.js"

const WIDTH = 1920 // pixels of a PNG
const EDGE = 16 // pixels of the page around what is kept
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "paint-order",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "visibility",
]
const LEFT_OUT = ".lens-controls, .lens-save, .lens-quiet, .lens-halo, .lens-touch, [hidden]"

// Buttons that save what stands in `place` under a name; `draw`, if there is one, makes the file of a format instead.
export function saving(place, name, words, draw = null) {
  const bar = make("div", "lens-save", { role: "group", "aria-label": words.label })
  const formats = { png: picture, svg: drawing }
  for (const [format, file] of Object.entries(formats)) {
    const save = async () => download(draw ? await draw(format, WIDTH) : await file(place), `${name}.${format}`)
    bar.append(button(format.toUpperCase(), save, { title: words[format], "data-testid": `save-${format}` }))
  }
  return bar
}

function download(url, name) {
  const link = make("a", "", { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

const drawing = place => URL.createObjectURL(new Blob([source(place)], { type: "image/svg+xml" }))

async function picture(place) {
  const image = new Image()
  image.src = drawing(place)
  await image.decode()
  const canvas = make("canvas", "", { width: WIDTH, height: Math.round((WIDTH * image.height) / image.width) })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(image.src)
  return new Promise(done => canvas.toBlob(blob => done(URL.createObjectURL(blob)), "image/png"))
}

// The source of an SVG that shows the drawings in `place` and the words between them.
export function source(place) {
  const drawings = [...place.querySelectorAll("svg")].filter(kept)
  const words = [...texts(place)]
  const boxes = [...drawings.map(element => element.getBoundingClientRect()), ...words.map(({ box }) => box)]
  const [left, top] = [Math.min(...boxes.map(box => box.left)) - EDGE, Math.min(...boxes.map(box => box.top)) - EDGE]
  const [width, height] = [
    Math.max(...boxes.map(box => box.right)) + EDGE - left,
    Math.max(...boxes.map(box => box.bottom)) + EDGE - top,
  ]
  const root = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "sans-serif",
  })
  root.append(svg("rect", { width, height, fill: getComputedStyle(document.querySelector(".stApp")).backgroundColor }))
  for (const element of drawings) {
    const box = element.getBoundingClientRect()
    const copy = styled(element)
    for (const [name, value] of Object.entries({
      x: box.left - left,
      y: box.top - top,
      width: box.width,
      height: box.height,
      overflow: "visible",
    }))
      copy.setAttribute(name, value)
    root.append(copy)
  }
  for (const { word, box, style } of words) {
    const element = svg("text", {
      x: box.left - left,
      y: box.bottom - top - 0.24 * box.height,
      textLength: box.width,
      lengthAdjust: "spacingAndGlyphs",
      fill: style.color,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight,
    })
    element.textContent = word
    root.append(element)
  }
  return new XMLSerializer().serializeToString(root)
}

const kept = element => !element.closest(LEFT_OUT) && element.getClientRects().length

// A copy of an SVG element with the styles of the page written into it.
function styled(element) {
  const copy = element.cloneNode(false)
  const style = getComputedStyle(element)
  for (const name of STYLES) copy.setAttribute(name, style.getPropertyValue(name))
  for (const gone of ["class", "style", "role", "tabindex"]) copy.removeAttribute(gone)
  if (["clipPath", "pattern", "defs"].includes(element.tagName)) for (const name of STYLES) copy.removeAttribute(name)
  copy.append(
    ...[...element.childNodes]
      .filter(child => child.nodeType !== 1 || child.matches(`:not(${LEFT_OUT})`))
      .map(child => (child.nodeType === 1 ? styled(child) : child.cloneNode())),
  )
  return copy
}

// Every word outside the drawings, with the box it stands in and its style.
function* texts(place) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode)
    const parent = node.parentElement
    if (parent.closest("svg") || !kept(parent)) continue
    for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
      range.setStart(node, index)
      range.setEnd(node, index + word.length)
      yield { word, box: range.getBoundingClientRect(), style: getComputedStyle(parent) }
    }
  }
}
