// The scalar vᵀy over two inputs as a surface, with its tangent plane at x: the plane's slopes are x.grad. With one
// input a curve and its tangent line. Plotly (1.2 MB) is fetched when the first surface is opened, and the figure is
// changed in place, so the camera stays where the reader put it.

import { make, text } from "../kit/dom.js"
import { dot, finite, pull, replaced } from "../kit/linear.js"
import { curve } from "./curve.js"
import { inputPair, remembered } from "./pairs.js"
import { neighbourhood, sample, Window } from "./plane.js"

const LIGHT = "#DDE1EA" // of the highest point; greys, because hues belong to rows
const COUNT = 26 // squares along a side
const AFFORDABLE = 24 // milliseconds a redraw may take to be done while something is dragged

let plotly = null
const script = () => self.lens?.plotly ?? new URL("plotly.js", document.baseURI)
const load = () => (plotly ??= import(script()).then(() => self.Plotly))

export function open(place, context) {
  const { scene } = context
  return scene.n === 1 ? { paint: curve(place, context) } : surface(place, context)
}

function surface(place, context) {
  const { scene, memory, say, hues, repaint } = context
  let pair = remembered(memory.pair, scene.n)
  if (scene.n > 2) {
    const controls = make("div", "lens-controls")
    const offer = () =>
      controls.replaceChildren(
        ...inputPair(context, pair, chosen => {
          memory.pair = pair = chosen
          window = new Window(neighbourhood(pair.map(k => scene.now().x[k])))
          offer()
          repaint()
        }),
      )
    offer()
    place.append(controls)
  }
  const figure = make("div", "lens-surface", { "data-testid": "surface" })
  const note = text("p", "lens-quiet", say("surface.loading"))
  place.append(figure, note)
  let window = new Window(neighbourhood(pair.map(k => scene.now().x[k])))
  if (!canDraw()) {
    note.textContent = say("surface.impossible")
    figure.remove()
    return { paint() {} }
  }
  let [ready, busy, stale, drawn, closed, cost] = [null, false, false, false, false, 0]
  load().then(
    Plotly => {
      if (closed) return
      ready = Plotly
      note.textContent = say("surface.note")
      figure.textContent = ""
      repaint()
    },
    () => (note.textContent = say("surface.missing")),
  )

  // One redraw at a time; a slow machine redraws when the hand rests.
  async function paint(state) {
    if (!ready || closed) return
    if (busy || (state.dragging && cost > AFFORDABLE)) {
      stale = true
      return
    }
    busy = true
    const start = performance.now()
    await ready.react(figure, traces(state), layout(), { displayModeBar: false, responsive: true, scrollZoom: false })
    if (drawn) cost = (cost + performance.now() - start) / 2 // the first one also builds the figure
    drawn = true
    busy = false
    figure.dataset.ready = true
    if (stale && !closed) {
      stale = false
      if (!scene.now().dragging) paint(scene.now())
    }
  }

  function traces({ x, v, J }) {
    const [p, q] = pair
    const range = window.around([x[p], x[q]])
    const z = sample((...at) => dot(v, scene.f(replaced(x, pair, at))), range, COUNT)
    const value = dot(v, scene.f(x))
    const gradient = pull(v, J)
    const tangent = (a, b) => value + gradient[p] * (a - x[p]) + gradient[q] * (b - x[q])
    const [across, up] = range.map(ends => ends.map(end => 0.55 * end + 0.45 * x[[p, q][range.indexOf(ends)]]))
    const known = finite([value, gradient[p], gradient[q]])
    const ends = ([low, high], count) => Array.from({ length: count + 1 }, (_, k) => low + ((high - low) * k) / count)
    const common = { showscale: false, hoverinfo: "x+y+z" }
    return [
      {
        ...common,
        type: "surface",
        x: ends(range[0], COUNT),
        y: ends(range[1], COUNT),
        z: z.map(row => row.map(n => (Number.isFinite(n) ? n : null))),
        colorscale: [
          [0, hues.faint],
          [1, LIGHT],
        ],
        opacity: 0.92,
      },
      {
        ...common,
        type: "surface",
        visible: known,
        x: across,
        y: up,
        z: up.map(b => across.map(a => tangent(a, b))),
        colorscale: [
          [0, hues.ink],
          [1, hues.ink],
        ],
        opacity: 0.45,
      },
      {
        type: "scatter3d",
        visible: known,
        mode: "markers",
        x: [x[p]],
        y: [x[q]],
        z: [value],
        marker: { size: 5, color: hues.ink },
        hoverinfo: "x+y+z",
      },
    ]
  }

  function layout() {
    const axis = title => ({
      title: { text: title },
      color: hues.ink,
      gridcolor: hues.faint,
      zerolinecolor: hues.faint,
      showbackground: false,
    })
    const [p, q] = pair
    return {
      autosize: true,
      height: 420,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      font: { color: hues.ink },
      scene: {
        xaxis: axis(scene.names[p]),
        yaxis: axis(scene.names[q]),
        zaxis: axis("vᵀy"),
        aspectmode: "cube",
        camera: camera(),
      },
    }
  }

  const ground = () => getComputedStyle(document.querySelector(".stApp")).backgroundColor

  // Where the reader has turned it, also when the tab is opened again.
  const camera = () =>
    (memory.camera = figure.layout?.scene?.camera ??
      memory.camera ?? { eye: { x: 1.45, y: -1.6, z: 0.95 }, center: { x: 0, y: 0, z: -0.12 } })

  return {
    paint,
    // A file of the surface as it is turned now, on the page's ground.
    file(format, pixels) {
      const { clientWidth: width, clientHeight: height } = figure
      const drawn = { data: figure.data, layout: { ...figure.layout, paper_bgcolor: ground() } }
      return ready.toImage(drawn, { format, width, height, scale: format === "png" ? pixels / width : 1 })
    },
    close() {
      closed = true
      camera()
      if (ready) ready.purge(figure)
    },
  }
}

// Whether this browser can draw in three dimensions at all.
function canDraw() {
  const context = document.createElement("canvas").getContext("webgl")
  context?.getExtension("WEBGL_lose_context")?.loseContext() // a browser has few of them
  return Boolean(context)
}
