// The running sum, played term by term, in one of three orders.

import { make, select } from "../kit/dom.js"
import { Player } from "../kit/player.js"
import { say } from "../kit/words.js"

const SPEEDS = [0.5, 1, 2, 4]
const ORDERS = ["rows", "columns", "size"]

export class Steps {
  constructor(own) {
    const { words } = own
    this.own = own
    this.player = new Player({
      at: () => ({ ...own.state, total: own.order.length }),
      go: (step, { playing }) => own.go(step, { playing, entry: null }),
      controls: { back: "back", play: "play", on: "step", scrubber: "scrubber" },
      told: ({ step, total }) => say(total === 1 ? words.count_one : words.count, { count: step, total }),
    }).learn({ back: words.back, play: words.play, pause: words.pause, on: words.step, scrubber: words.scrubber })
    this.player.count.dataset.testid = "count"
    this.order = select(
      words.order,
      ORDERS.map(order => [order, words[`by_${order}`]]),
      order => this.#sort(order),
      {
        "data-testid": "order",
      },
    )
    const speeds = SPEEDS.map(speed => [speed, `${speed}×`])
    this.speed = select(words.speed, speeds, speed => own.update({ speed: Number(speed) }), { "data-testid": "speed" })
    this.element = make(
      "div",
      "lens-player",
      { role: "group", "aria-label": words.player },
      make("div", "lens-player-row", {}, ...this.player.elements),
      make("div", "lens-player-row", {}, this.order.element, this.speed.element),
    )
    this.player.listen(this.element)
  }

  // Where one is.
  get told() {
    return this.player.told(this.player.at())
  }

  #sort(order) {
    this.own.state.order = order
    this.own.go(this.own.state.step, { entry: null })
  }

  paint({ order, speed }) {
    this.order.choose(order)
    this.speed.choose(String(speed))
    this.player.paint()
  }

  close() {
    this.player.close()
  }
}
