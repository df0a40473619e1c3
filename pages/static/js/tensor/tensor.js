// Any expression in matrices, one small matrix per element of its output, and their running sum: the parts of the page
// and where they stand. v is dragged here and told on release; all else is told at once.

import { Cards } from "../gallery/cards.js"
import { Chosen } from "../gallery/chosen.js"
import { Flat } from "../gallery/flat.js"
import { Gallery } from "../gallery/gallery.js"
import { Ledger } from "../gallery/ledger.js"
import { Steps } from "../gallery/player.js"
import { Sum } from "../gallery/sum.js"
import { mounted } from "../kit/component.js"
import { weights } from "../kit/weights.js"
import { Operands } from "./operands.js"
import { Program } from "./program.js"
import { subject } from "./subject.js"
import { Tools } from "./tools.js"

const CHANNEL = "tensor"
const PAGE = {
  name: CHANNEL,
  parts: {
    program: Program,
    operands: Operands,
    tools: Tools,
    cards: Cards,
    player: Steps,
    element: Chosen,
    sum: Sum,
    flat: Flat,
    ledger: Ledger,
  },
  layout: {
    "lens-top": ["program", "operands", "tools"],
    "lens-left": ["cards", "player", "element"],
    "lens-right": ["sum"],
    "lens-below": ["flat", "ledger"],
  },
  subject,
  first: count => count, // the whole sum: that is the answer, and one key takes it apart
}

class Tensors extends Gallery {
  get weights() {
    return weights(CHANNEL)
  }

  // Letters are asked for when they are wanted; of many cards for the one that is looked at.
  write(form) {
    super.write(form)
    this.#ask()
  }

  update(patch) {
    super.update(patch)
    if (patch.selected) this.#ask()
  }

  #ask() {
    const [i, j] = this.state.selected
    if (this.state.form === "letters" && !this.subject.letters(i, j, false)) this.tell()
  }

  // v by itself, as a text each.
  connect(send) {
    this.weights.connect(texts => {
      this.state.loss = null
      send(texts)
    }, null)
  }

  accept(data, send) {
    this.weights.accept(data.v)
    super.accept(data, send)
  }

  close() {
    super.close()
    this.weights.disconnect()
  }
}

export const component = mounted(".lens-tensor", (root, { data }) => {
  const gallery = new Tensors(root, data, PAGE)
  return {
    learn: ({ data, setStateValue }) => {
      gallery.connect(texts => setStateValue("v", texts))
      gallery.accept(data, sent => setStateValue("edit", sent))
    },
    close: () => gallery.close(),
  }
})
