// Play, pause, step, back and a scrubber for the running sum, all in the browser. Steps are discrete: nothing glides,
// so there is nothing to turn off for readers who want no motion.

import { button, make, select, set, text } from "../kit/dom.js"
import { say } from "../kit/words.js"

const BEAT = 1100 // ms a step at normal speed
const SPEEDS = [0.5, 1, 2, 4]

export class Player {
  #timer = 0

  constructor(own) {
    this.own = own
    const { words } = own
    this.element = make("div", "lens-player", { role: "group", "aria-label": words.player })
    this.back = button("←", () => this.#go(-1), {
      class: "lens-round",
      "data-testid": "back",
      "aria-label": words.back,
      title: words.back,
    })
    this.play = button("▶", () => this.#toggle(), { class: "lens-round", "data-testid": "play" })
    this.step = button("→", () => this.#go(1), {
      class: "lens-round",
      "data-testid": "step",
      "aria-label": words.step,
      title: words.step,
    })
    this.scrubber = make("input", "lens-scrubber", {
      type: "range",
      role: "slider",
      min: 0,
      step: 1,
      "data-testid": "scrubber",
      "aria-label": words.scrubber,
    })
    this.scrubber.oninput = () => own.go(Number(this.scrubber.value), { playing: false, entry: null })
    this.count = text("output", "lens-count", "", { "data-testid": "count" })
    this.order = select(
      words.order,
      [
        ["rows", words.by_rows],
        ["columns", words.by_columns],
        ["size", words.by_size],
      ],
      order => {
        own.state.order = order
        own.go(own.state.step, { entry: null })
      },
      { "data-testid": "order" },
    )
    this.speed = select(
      words.speed,
      SPEEDS.map(speed => [speed, `${speed}×`]),
      speed => own.update({ speed: Number(speed) }),
      { "data-testid": "speed" },
    )
    const row = make("div", "lens-player-row")
    row.append(this.back, this.play, this.step, this.scrubber, this.count)
    const more = make("div", "lens-player-row")
    more.append(this.order.element, this.speed.element)
    this.element.append(row, more)
  }

  #go(by) {
    this.own.go(this.own.state.step + by, { playing: false, entry: null })
  }

  #toggle() {
    const { own } = this
    if (own.state.playing) return own.update({ playing: false })
    const ended = own.state.step >= own.order.length
    own.go(ended ? 0 : own.state.step, { playing: true, entry: null })
  }

  paint({ step, playing, order, speed }) {
    const { words } = this.own
    const total = this.own.order.length
    const told = say(total === 1 ? words.count_one : words.count, { count: step, total })
    this.scrubber.max = total
    this.scrubber.value = step
    this.scrubber.style.setProperty("--done", total ? step / total : 0)
    set(this.scrubber, { "aria-valuenow": step })
    set(this.scrubber, { "aria-valuemin": 0 })
    set(this.scrubber, { "aria-valuemax": total })
    set(this.scrubber, { "aria-valuetext": told })
    this.count.textContent = told
    this.back.disabled = step === 0
    this.step.disabled = step === total
    const label = playing ? words.pause : words.play
    this.play.textContent = playing ? "❚❚" : "▶"
    set(this.play, { "aria-label": label })
    this.play.title = label
    this.order.choose(order)
    this.speed.choose(String(speed))
    this.#tick(playing, step < total, speed)
  }

  #tick(playing, more, speed) {
    if (!playing) {
      clearTimeout(this.#timer)
      this.#timer = 0
    } else if (!this.#timer) {
      this.#timer = setTimeout(() => {
        this.#timer = 0
        if (more) this.own.go(this.own.state.step + 1)
        else this.own.update({ playing: false })
      }, BEAT / speed)
    }
  }

  close() {
    clearTimeout(this.#timer)
  }
}
