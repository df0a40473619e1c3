// The weights as sliders: a handle on a track, a number that is dragged or typed into, and a few vectors to try.

/** @import { Told } from "./component.js" */
/** @import { Weights } from "../messages" */

import { started } from "./bus.js"
import { mounted } from "./component.js"
import { button, make, resize, set } from "./dom.js"
import { draggable } from "./drag.js"
import { put } from "./matrix.js"
import { brief, plain } from "./numbers.js"
import { scrub, turn, weights } from "./weights.js"

export const component = mounted(".lens-weights", (root, { data }) => {
  const own = weights(data.channel)
  const sliders = { root, own, data, rows: [], silence: () => {}, greet: () => {} }
  const end = own.channel.subscribe(() => paint(sliders))
  sliders.silence = greeting(sliders)
  return {
    learn: told => learn(sliders, told),
    close() {
      end()
      sliders.silence()
      own.disconnect()
    },
  }
})

/**
 * @param {any} sliders
 * @param {Told<Weights>} told
 */
function learn(sliders, { data, setStateValue }) {
  const { root, own } = Object.assign(sliders, { data })
  own.connect(
    value => setStateValue("v", value),
    i => focus(sliders.rows[i].field),
  )
  own.accept(data)
  build(sliders)
  paint(sliders)
  started(root) // hides the plain fields
  sliders.greet = () => setStateValue("alive", true)
  if (data.alive) sliders.silence()
}

// The server sends a plain form besides until it knows that components start here. It is told when the reader goes to
// a field, which costs a run before they have typed anything; told at once, every visitor would cost a second run.
function greeting(sliders) {
  const greet = event => {
    if (!event.target.closest('[data-testid="stTextInput"]')) return
    sliders.silence()
    sliders.greet()
  }
  document.addEventListener("focusin", greet)
  return () => document.removeEventListener("focusin", greet)
}

function build(sliders) {
  const { root, data, own } = sliders
  const [list, tries] = root.children
  sliders.rows = resize(list, data.texts.length, i => row(i, own)).map(parts)
  sliders.rows.forEach(({ element, name, field }, i) => {
    element.style.setProperty("--hue", data.hues[i])
    put(name, data.names[i])
    field.setAttribute("aria-label", data.labels[i])
    field.toggleAttribute("aria-invalid", data.values[i] === null)
    field.maxLength = data.longest
  })
  tries.firstElementChild.textContent = data.words.try
  resize(tries.lastElementChild, data.tries.length, () => button("")).forEach((each, k) => {
    each.textContent = data.tries[k].label
    each.onclick = () => own.set(data.tries[k].v)
  })
}

function row(i, own) {
  const element = make("div", "lens-weight")
  const thumb = make("div", "lens-thumb", { role: "slider", tabindex: "0", "aria-label": `v${i + 1}` })
  const track = make("div", "lens-track")
  track.append(make("div", "lens-rail"), make("div", "lens-fill"), thumb)
  const field = make("input", "lens-number", { type: "text", autocomplete: "off", spellcheck: "false" })
  element.append(make("span", "lens-name"), track, field)
  slide(track, thumb, i, own)
  scrub(field, i, own)
  type(field, i, own)
  return element
}

const parts = element => {
  const [name, track, field] = element.children
  return { element, name, track, field, thumb: track.lastChild, fill: track.children[1] }
}

// The handle follows the pointer along its track. Taken mainly up or down, it moves like the number beside it. A finger
// on the rail may also want to scroll: it means a weight when it goes along, or is lifted where it came down.
function slide(track, thumb, i, own) {
  draggable(track, {
    grip(event) {
      thumb.focus({ preventScroll: true })
      const box = thumb.getBoundingClientRect()
      const held = event.target === thumb
      const press = {
        x: event.clientX,
        value: own.values[i],
        along: held || event.pointerType === "touch" ? null : true,
        onThumb: held,
        held: held ? event.clientX - box.left - box.width / 2 : 0,
        track: track.getBoundingClientRect(),
        room: box.width,
      }
      if (press.along) own.drag(i, along(press, press.x, own))
      return press
    },
    move(press, { right, up, event }) {
      press.along ??= Math.abs(right) >= Math.abs(up)
      if (press.along) own.drag(i, along(press, event.clientX, own))
      else if (press.onThumb) own.drag(i, own.scrubbed(press.value, up))
    },
    end: () => own.dragging && own.release(),
    undo: () => own.cancel(),
    tap(press) {
      if (press.onThumb) return
      own.drag(i, along(press, press.x, own))
      own.release()
    },
  })
  thumb.onkeydown = event => turn(event, i, own)
}

// The weight at a place on the track.
function along({ held, track, room }, x, own) {
  const share = (x - held - track.left - room / 2) / (track.width - room)
  return (2 * share - 1) * own.range
}

function type(field, i, own) {
  field.onkeydown = event => {
    if (event.key === "Enter") field.blur()
    if (event.key === "Escape") {
      field.value = own.texts[i]
      field.blur()
    }
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault()
      own.key(i, event.key, event.shiftKey)
    }
  }
  field.onchange = () => field.value !== own.texts[i] && own.type(i, field.value)
}

function focus(field) {
  field.focus()
  field.select()
}

function paint({ rows, own, data }) {
  const { values, texts, range } = own
  const refused = i => data.values[i] === null && data.texts[i] === texts[i]
  rows.forEach(({ element, thumb, field }, i) => {
    const value = values[i]
    if (value === undefined) return
    const inside = Math.min(range, Math.max(-range, value)) / range
    element.style.setProperty("--at", ((inside + 1) / 2).toFixed(4))
    element.classList.toggle("lens-zero", value === 0)
    set(thumb, {
      "aria-valuenow": plain(value),
      "aria-valuemin": plain(-range),
      "aria-valuemax": plain(range),
      "aria-valuetext": refused(i) || texts[i] === plain(value) ? texts[i] : `${texts[i]} = ${brief(value)}`,
    })
    const typing = document.activeElement === field && !own.dragging
    if (!typing && field.value !== texts[i]) field.value = texts[i]
    set(field, { title: refused(i) || texts[i] === plain(value) ? "" : `= ${value}` })
  })
}
