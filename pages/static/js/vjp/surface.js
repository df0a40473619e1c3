// The scalar vᵀy over two inputs as a surface, with its tangent plane at x: the plane's slopes are x.grad. With one
// input a curve and its tangent line. Plotly (1.2 MB) is fetched when the first surface is opened, and the figure is
// changed in place, so the camera stays where the reader put it.

import { make, set, text, write } from "../kit/dom.js"
import { dot, finite, pullKnown, replaced } from "../kit/linear.js"
import { tuple } from "../kit/numbers.js"
import { curve } from "./curve.js"
import { inputPair, remembered } from "./pairs.js"
import { neighbourhood, sample, Window } from "./plane.js"

const LIGHT = "#DDE1EA" // of the highest point; greys, because hues belong to rows
const COUNT = 26 // squares along a side
const NEAR = 0.55 // of the window: the tangent plane
const AFFORDABLE = 24 // milliseconds a redraw may take to be done while something is dragged

let plotly = null
const script = () => self.lens?.plotly ?? new URL("plotly.js", document.baseURI)
const load = () => (plotly ??= import(String(script())).then(() => self.Plotly))

// ── What there is to see ─────────────────────────────────────────────────────────────────────────────────

// vᵀy over two inputs near x, sampled, its tangent plane at x over about half of that, and x itself. What is not finite
// is null; so is the tangent where there is none.
export function model({ x, v, J, f, pair, range }) {
  const height = (...at) => dot(v, f(replaced(x, pair, at)))
  const point = pair.map(k => x[k])
  const [a, b] = pair.map(k => pullKnown(v, J)[k])
  const value = height(...point)
  const [across, up] = range.map((ends, k) => ends.map(end => (1 - NEAR) * point[k] + NEAR * end))
  const plane = up.map(q => across.map(p => value + a * (p - point[0]) + b * (q - point[1])))
  const z = sample(height, range, COUNT).map(row => row.map(n => (Number.isFinite(n) ? n : null)))
  return {
    surface: { x: between(range[0]), y: between(range[1]), z },
    tangent: finite([value, a, b]) ? { x: across, y: up, z: plane } : null,
    point: [...point, value],
    gradient: [a, b],
  }
}

const between = ([low, high]) => Array.from({ length: COUNT + 1 }, (_, k) => low + ((high - low) * k) / COUNT)

// ── The picture ──────────────────────────────────────────────────────────────────────────────────────────

export function open(place, context) {
  const { scene } = context
  if (scene.n === 1) return { paint: curve(place, context) }
  const pair = remembered(context.memory.pair, scene.n)
  const window = new Window(neighbourhood(pair.map(k => scene.now().x[k])))
  const see = ({ x, v, slopes: J }) => model({ x, v, J, f: scene.f, pair, range: window.around(pair.map(k => x[k])) })
  return view(place, context, pair, see)
}

function view(place, context, pair, see) {
  const { scene, memory, say, again } = context
  if (scene.n > 2) place.append(make("div", "lens-controls", {}, ...inputPair(context, pair, pair => again({ pair }))))
  const names = [...pair.map(k => scene.names[k]), "vᵀy"]
  const figure = make("div", "lens-surface", { "data-testid": "surface", role: "img" })
  const note = text("p", "lens-quiet", say("surface.loading"))
  if (!canDraw()) {
    place.append(text("p", "lens-quiet", say("surface.impossible")))
    return { paint() {} }
  }
  place.append(figure, note)
  const camera = () => (memory.camera = figure.layout?.scene?.camera ?? memory.camera ?? CAMERA) // as it was turned
  const draw = plotly => async state => {
    const shown = see(state)
    const words = `${names[2]}: ${state.conventional ? "∇(vᵀy)" : "x.grad"} = ${tuple(shown.gradient)}`
    set(figure, { "aria-label": words })
    write(note, say(state.conventional ? "surface.convention" : "surface.note"))
    await plotly.react(figure, traces(shown, names, context.hues), layout(names, context.hues, camera()), CONFIG)
    figure.dataset.ready = true
  }
  const redraws = new Redraws(() => scene.now())
  load().then(
    plotly => {
      figure.textContent = ""
      redraws.start(draw(plotly))
    },
    () => (note.textContent = say("surface.missing")),
  )
  return {
    paint: state => redraws.ask(state),
    file: (format, pixels) => file(figure, format, pixels),
    close() {
      redraws.end()
      camera()
      self.Plotly?.purge(figure)
    },
  }
}

// One redraw at a time; a slow machine redraws when the hand rests.
class Redraws {
  #draw = null
  #busy = false
  #stale = false
  #cost = null // milliseconds of a redraw; the first one also builds the figure

  constructor(now) {
    this.now = now
  }

  start(draw) {
    if (this.#draw === null) this.#draw = draw
    this.ask(this.now())
  }

  end() {
    this.#draw = false
  }

  async ask(state) {
    if (!this.#draw) return
    this.#stale = this.#busy || (state.dragging && this.#cost > AFFORDABLE)
    if (this.#stale) return
    this.#busy = true
    const start = performance.now()
    await this.#draw(state)
    const took = performance.now() - start
    this.#cost = this.#cost === null ? 0 : (this.#cost + took) / 2
    this.#busy = false
    if (this.#stale && !this.now().dragging) this.ask(this.now())
  }
}

const CAMERA = { eye: { x: 1.45, y: -1.6, z: 0.95 }, center: { x: 0, y: 0, z: -0.12 } }
const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false }

/** @param {ReturnType<typeof model>} shown
 * @param {string[]} names
 * @param {{ ink: string, faint: string }} hues */
function traces({ surface, tangent, point: [x, y, z] }, names, hues) {
  const places = ["x", "y", "z"].map((axis, k) => `${names[k]} = %{${axis}:.4~g}`)
  const told = { hovertemplate: `${places.join("<br>")}<extra></extra>` } // in the reader's names, four digits
  const common = { ...told, type: "surface", showscale: false }
  return [
    { ...common, ...surface, colorscale: shades(hues.faint, LIGHT), opacity: 0.92 },
    { ...common, ...tangent, visible: tangent !== null, colorscale: shades(hues.ink, hues.ink), opacity: 0.45 },
    {
      ...told,
      type: "scatter3d",
      visible: tangent !== null,
      mode: "markers",
      x: [x],
      y: [y],
      z: [z],
      marker: { size: 5, color: hues.ink },
    },
  ]
}

const shades = (low, high) => [
  [0, low],
  [1, high],
]

/** @param {string[]} names
 * @param {{ ink: string, faint: string }} hues
 * @param {object} camera */
function layout([across, up, height], hues, camera) {
  const axis = title => ({
    title: { text: title },
    color: hues.ink,
    gridcolor: hues.faint,
    zerolinecolor: hues.faint,
    showbackground: false,
  })
  return {
    autosize: true,
    height: 420,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    font: { color: hues.ink },
    scene: { xaxis: axis(across), yaxis: axis(up), zaxis: axis(height), aspectmode: "cube", camera },
  }
}

// A file of the surface as it is turned now, on the page's ground.
function file(figure, format, pixels) {
  const { clientWidth: width, clientHeight: height } = figure
  const ground = getComputedStyle(document.querySelector(".stApp")).backgroundColor
  const drawn = { data: figure.data, layout: { ...figure.layout, paper_bgcolor: ground } }
  return self.Plotly.toImage(drawn, { format, width, height, scale: format === "png" ? pixels / width : 1 })
}

// Whether this browser can draw in three dimensions at all.
function canDraw() {
  const context = document.createElement("canvas").getContext("webgl")
  context?.getExtension("WEBGL_lose_context")?.loseContext() // a browser has few of them
  return Boolean(context)
}
