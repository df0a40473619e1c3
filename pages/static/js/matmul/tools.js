// Under the top line: sizes, ways to fill the matrices, and where v comes from.

import { button, enable, make, select, text } from "../kit/dom.js"
import { say } from "../kit/words.js"

const SIZES = { m: "rows", k: "inside", n: "columns" }

export class Tools {
  constructor(own) {
    this.own = own
    const { words } = own
    this.element = make("div", "lens-tools")
    const row = make("div", "lens-toolbar")
    row.append(this.#sizes(), this.#fillers(), this.#weights())
    this.induced = text("p", "lens-quiet", "", { "data-testid": "induced" })
    this.element.append(row, this.induced, (this.panel = this.#pastePanel(words)))
  }

  #sizes() {
    const group = make("span", "lens-group")
    this.steppers = Object.fromEntries(
      Object.entries(SIZES).map(([letter, word]) => {
        const { words } = this.own
        const change = by => {
          const { sizes } = this.own.parts.operands
          const size = sizes[letter] + by
          if (size >= 1 && size <= this.own.data.limit) this.own.parts.operands.resize({ [letter]: size })
        }
        const label = fact => ({
          "aria-label": say(words[fact], { name: words[word] }),
          title: say(words[fact], { name: words[word] }),
        })
        const less = button("−", () => change(-1), { ...label("fewer"), "data-testid": `${letter}-less` })
        const more = button("+", () => change(1), { ...label("more"), "data-testid": `${letter}-more` })
        const count = text("output", "", "", { "data-testid": `size-${letter}` })
        const stepper = make("span", "lens-stepper", { role: "group", "aria-label": words[word], title: words[word] })
        stepper.append(text("i", "", letter), less, count, more)
        group.append(stepper)
        return [letter, { less, more, count }]
      }),
    )
    return group
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
        own.tell({ act: { kind: "random", matrix: "ab", seed: this.#takeSeed() } })
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
    group.append(
      text("span", "lens-caption", words.presets),
      button(words.ones, preset("ones"), { "data-testid": "v-ones" }),
      this.hot,
      button(words.by_row, preset("by_row"), { "data-testid": "v-by-row" }),
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
    const into = ["a", "b", "v"].map(letter =>
      button(say(words.paste_into, { name: letter }), apply(letter), { "data-testid": `paste-${letter}` }),
    )
    const buttons = make("span", "lens-group")
    buttons.append(...into)
    panel.append(text("p", "lens-quiet", words.paste_help), area, buttons)
    return panel
  }

  accept(data) {
    const { words } = this.own
    const told = data.induced.includes(this.own.state.loss) ? [this.own.state.loss] : data.induced
    this.induced.replaceChildren(
      ...told.flatMap((name, at) => [at ? " " : "", ...withCode(words.induced_v, data.losses[name])]),
    )
    this.induced.hidden = !told.length || !data.fresh
  }

  paint({ selected, loss, seed, pasting }) {
    const { sizes } = this.own.parts.operands
    for (const [letter, { less, more, count }] of Object.entries(this.steppers)) {
      count.textContent = sizes[letter]
      enable(less, sizes[letter] > 1)
      enable(more, sizes[letter] < this.own.data.limit)
    }
    this.hot.textContent = say(this.own.words.one_hot, { i: selected[0] + 1, j: selected[1] + 1 })
    this.loss.choose(loss ?? "")
    if (this.seed !== document.activeElement) this.seed.value = seed
    this.panel.hidden = !pasting
    this.opener.setAttribute("aria-expanded", String(pasting))
  }
}

// A sentence with a piece of code in its gap {name}.
function withCode(sentence, code) {
  const [before, after] = sentence.split("{name}")
  return [before, text("code", "", code), after ?? ""]
}
