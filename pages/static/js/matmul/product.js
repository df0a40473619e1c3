// c = a·b, one small matrix per element of c, and their running sum: the parts of the page and where they stand.
// Nothing is computed here: stepping only shows other numbers.

import { Cards } from "../gallery/cards.js"
import { Chosen } from "../gallery/chosen.js"
import { Flat } from "../gallery/flat.js"
import { Gallery } from "../gallery/gallery.js"
import { Ledger } from "../gallery/ledger.js"
import { Steps } from "../gallery/player.js"
import { Sum } from "../gallery/sum.js"
import { mounted } from "../kit/component.js"
import { Closed } from "./closed.js"
import { Operands } from "./operands.js"
import { subject } from "./subject.js"
import { Tools } from "./tools.js"

const PAGE = {
  name: "matmul",
  parts: {
    operands: Operands,
    tools: Tools,
    cards: Cards,
    player: Steps,
    element: Chosen,
    sum: Sum,
    closed: Closed,
    flat: Flat,
    ledger: Ledger,
  },
  layout: {
    "lens-top": ["operands", "tools"],
    "lens-left": ["cards", "player", "element"],
    "lens-right": ["sum", "closed"],
    "lens-below": ["flat", "ledger"],
  },
  subject,
  first: count => Math.max(1, Math.round((2 * count) / 3)), // so that the page shows a sum that is under way
}

export const component = mounted(".lens-product", (root, { data }) => {
  const gallery = new Gallery(root, data, PAGE)
  return {
    learn: ({ data, setStateValue }) => gallery.accept(data, sent => setStateValue("edit", sent)),
    close: () => gallery.close(),
  }
})
