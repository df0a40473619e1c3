// Ways to fill the matrices, and where v comes from.

import { button, make, select, text } from "../kit/dom.js"
import { say } from "../kit/words.js"
import { indices } from "./notation.js"

export class Tools {
  // `before`: elements that stand before these; `random`: the matrices that get random entries at once; `fold`: what
  // is called all that stands folded away, so that v alone is in reach.
  constructor(own, { before = [], random = "", fold = "" } = {}) {
    this.own = own
    this.random = random
    const { words } = own
    this.element = make("div", "lens-tools")
    this.induced = text("p", "lens-quiet", "", { "data-testid": "induced" })
    this.panel = this.#pastePanel(words)
    const [fill, weigh] = [[...before, this.#fillers()], this.#weights()]
    const row = (...parts) => make("div", "lens-toolbar", {}, ...parts)
    if (fold) {
      const folded = make("details", "lens-fold", {}, text("summary", "", fold), row(...fill), this.panel)
      this.element.append(row(weigh, folded), this.induced)
    } else this.element.append(row(...fill, weigh), this.induced, this.panel)
  }

  #fillers() {
    const { own } = this
    const { words } = own
    const group = make("span", "lens-group")
    this.seed = make("input", "lens-seed", {
      type: "number",
      min: 0,
      max: 99999,
      "aria-label": words.seed,
      title: words.seed,
      "data-testid": "seed",
    })
    const random = button(
      words.random,
      () => {
        own.tell({ act: { kind: "random", matrix: this.random, seed: this.#takeSeed() } })
      },
      { "data-testid": "random" },
    )
    const paste = button(words.paste, () => own.update({ pasting: !own.state.pasting }), {
      "data-testid": "paste-open",
      "aria-expanded": "false",
    })
    this.opener = paste
    group.append(random, this.seed, paste)
    return group
  }

  // The seed in the field; the next one stands there afterwards, so that every press gives other numbers.
  #takeSeed() {
    const seed = Math.min(99999, Math.max(0, Math.trunc(Number(this.seed.value) || 0)))
    this.own.update({ seed: seed + 1 })
    return seed
  }

  #weights() {
    const { own } = this
    const { words } = own
    const group = make("span", "lens-group")
    const preset = name => () => {
      const [i, j] = own.state.selected
      own.weigh({ act: { kind: "preset", name, i, j } })
    }
    this.hot = button("", preset("one_hot"), { "data-testid": "v-one-hot" })
    this.loss = select(
      words.loss,
      [["", words.own_v], ...Object.entries(own.data.losses)],
      name => {
        own.state.loss = name || null
        if (name) own.tell()
        else own.update({ loss: null })
      },
      { "data-testid": "loss" },
    )
    this.placed = button(words.by_row, preset("by_row"), { "data-testid": "v-by-row" })
    group.append(
      text("span", "lens-caption", words.presets),
      button(words.ones, preset("ones"), { "data-testid": "v-ones" }),
      this.hot,
      this.placed,
      button(words.random_v, () => own.weigh({ act: { kind: "random", matrix: "v", seed: this.#takeSeed() } }), {
        "data-testid": "v-random",
      }),
      this.loss.element,
    )
    return group
  }

  #pastePanel(words) {
    const panel = make("div", "lens-paste", { "data-testid": "paste" })
    const area = make("textarea", "", {
      rows: 4,
      spellcheck: "false",
      "aria-label": words.paste_help,
      placeholder: "[[1, 2],\n [3, 4]]",
      "data-testid": "paste-text",
    })
    const apply = letter => () => {
      const act = { act: { kind: "paste", matrix: letter, i: 0, j: 0, whole: true, text: area.value } }
      if (letter === "v") this.own.weigh(act)
      else this.own.tell(act)
    }
    this.buttons = make("span", "lens-group")
    this.offer = names => {
      if (this.offered === names.join()) return
      this.offered = names.join()
      const into = names.map(name =>
        button(say(words.paste_into, { name }), apply(name), { "data-testid": `paste-${name}` }),
      )
      this.buttons.replaceChildren(...into)
    }
    panel.append(text("p", "lens-quiet", words.paste_help), area, this.buttons)
    return panel
  }

  // `into`: the matrices that a text may be pasted into.
  accept(data, into) {
    const { words } = this.own
    this.offer(into)
    const told = data.induced.includes(this.own.state.loss) ? [this.own.state.loss] : data.induced
    this.induced.replaceChildren(
      ...told.flatMap((name, at) => [at ? " " : "", ...withCode(words.induced_v, data.losses[name])]),
    )
    this.induced.hidden = !told.length || !data.fresh
  }

  paint({ selected, loss, seed, pasting }) {
    const single = !this.own.subject.output.shape.length // of one number there is nothing to choose from
    for (const element of [this.hot, this.placed]) element.hidden = single
    this.hot.textContent = this.#hot(selected)
    this.loss.choose(loss ?? "")
    if (this.seed !== document.activeElement) this.seed.value = seed
    this.panel.hidden = !pasting
    this.opener.setAttribute("aria-expanded", String(pasting))
  }

  // one-hot (1,2); of a vector one-hot (2).
  #hot([i, j]) {
    const { words, subject } = this.own
    const place = indices(subject.output, i, j).join(",")
    return say(words.one_hot, { i: i + 1, j: j + 1, place })
  }
}

// A sentence with a piece of code in its gap {name}.
function withCode(sentence, code) {
  const [before, after] = sentence.split("{name}")
  return [before, text("code", "", code), after ?? ""]
}
