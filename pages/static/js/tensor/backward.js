// Backward through a program, one operation at a time: what arrives at a value, and what it sends on, as a formula and
// carried out in numbers. An entry of a gradient that is picked shows the entries it came from.

/** @import { Backward, Passed, Sent, Value } from "../messages" */

import { content, putValue, same, spot } from "../gallery/notation.js"
import { mounted } from "../kit/component.js"
import { make, set, text } from "../kit/dom.js"
import { choosable, fill, matrix, put } from "../kit/matrix.js"
import { Player } from "../kit/player.js"
import { say } from "../kit/words.js"

export const component = mounted(".lens-backward", root => {
  const own = new Steps(root)
  return { learn: ({ data }) => own.learn(data) }
})

class Steps {
  /** @type {Backward} */
  data
  step = 0
  /** @type {{ at: number, entry: number[] } | null} */
  picked = null

  constructor(root) {
    this.root = root
    this.hint = text("p", "lens-quiet", "")
    this.bar = make("div", "lens-steps-bar")
    this.list = make("ol", "lens-passed")
    root.append(this.hint, this.bar, this.list)
    root.tabIndex = -1
    this.player = new Player({
      at: () => ({ step: this.step, total: this.data.values.length - 1 }),
      go: step => {
        this.step = step
        this.paint()
      },
      controls: { start: "", back: "backward-back", step: "backward-step", end: "backward-end" },
    })
    this.bar.append(...this.player.elements)
    this.player.listen(root)
  }

  /** @param {Backward} data */
  learn(data) {
    const before = this.data?.values.length
    this.data = data
    if (before !== data.values.length) this.step = data.values.length - 1
    this.picked = null
    this.hint.textContent = data.words.hint
    set(this.root, { role: "group", "aria-label": data.words.label })
    this.player.learn(data.words)
    this.items = data.values.map(passed => this.#item(passed))
    this.list.replaceChildren(...this.items)
    this.paint()
  }

  // A value with its gradient, and every rule by which it goes on.
  /** @param {Passed} passed */
  #item(passed) {
    const { words } = this.data
    const head = make("span", "lens-passed-line", {}, ...this.#value(passed))
    const arrived = make("span", "lens-passed-line lens-arrived", {}, ...this.#gradient(passed))
    const sent = passed.sent.map(one => make("div", "lens-passed-line lens-sent", {}, ...this.#sent(one)))
    const leaf = passed.formula ? [] : [text("span", "lens-quiet", words.leaf)]
    const node = text("code", "lens-node", passed.node)
    const top = make("div", "lens-passed-top", {}, head, arrived, ...leaf, node)
    const item = make("li", "", { "data-testid": `passed-${passed.at}` }, top, ...sent)
    return item
  }

  #value({ name, formula, value, single }) {
    return [written(formula ? `${name} = ${formula} =` : `${name} =`), numbers(value, single)]
  }

  // The gradient of a value; where several uses have sent something, as a sum of it.
  #gradient(passed) {
    const { words, values } = this.data
    const uses = values.flatMap(one => one.sent.filter(sent => sent.to === passed.at))
    const terms = uses.length > 1 ? uses.flatMap((use, k) => [k ? "+" : "", numbers(use.sent, passed.single)]) : []
    const said = uses.length > 1 ? [text("span", "lens-quiet", say(words.added, { count: uses.length }))] : []
    const sum = terms.length ? [...terms, written("=")] : []
    return [written(`${passed.grad} =`), ...sum, this.#adjoint(passed), ...said]
  }

  #adjoint(passed) {
    const element = numbers(passed.adjoint, passed.single)
    element.classList.add("lens-adjoint")
    element.dataset.testid = `adjoint-${passed.at}`
    for (const cell of element.querySelectorAll(".lens-cell")) set(cell, { "aria-pressed": false })
    choosable(element, (p, q) => this.#pick(passed.at, [p, q]))
    return element
  }

  /** @param {Sent} sent */
  #sent({ to, rule, whole, sent }) {
    const { words, values } = this.data
    const target = values.find(({ at }) => at === to)
    const arrow = `\\rightarrow\\; ${target.name}:\\quad`
    const by = rule ? `${rule} =` : ""
    if (!whole) return [written(`${arrow} ${by}`), numbers(sent, target.single)]
    const sum = text("span", "lens-quiet", words.summed)
    return [written(arrow), numbers(whole, false), written(`\\Rightarrow\\; ${by}`), numbers(sent, target.single), sum]
  }

  #pick(at, entry) {
    const again = this.picked?.at === at && same(this.picked.entry, entry)
    this.picked = again ? null : { at, entry }
    this.paint()
  }

  paint() {
    this.items.forEach((item, k) => {
      item.classList.toggle("lens-now", k === this.step)
      item.classList.toggle("lens-later", k > this.step)
    })
    const lit = this.#lit()
    this.data.values.forEach(({ at, adjoint }, k) => {
      const cells = this.items[k].querySelectorAll(".lens-adjoint .lens-cell")
      cells.forEach((cell, entry) => {
        cell.classList.toggle("lens-lit", lit.get(at)?.has(entry) ?? false)
        const chosen = this.picked?.at === at && same(this.picked.entry, spot(entry, adjoint[0].length))
        set(cell, { "aria-pressed": chosen })
      })
    })
    this.player.paint()
  }

  // The entries of the gradients above from which the picked one comes: value -> entries.
  #lit() {
    const found = new Map()
    if (!this.picked) return found
    const { at, entry } = this.picked
    const width = this.data.values.find(value => value.at === at).adjoint[0].length
    for (const value of this.data.values)
      for (const { to, sources } of value.sent)
        if (to === at)
          found.set(value.at, new Set([...(found.get(value.at) ?? []), ...sources[entry[0] * width + entry[1]]]))
    return found
  }
}

function written(tex) {
  const element = make("span")
  put(element, tex)
  return element
}

/** @type {(rows: Value[][], single: boolean) => any} */
function numbers(rows, single) {
  const element = matrix(single ? "lens-single" : "")
  const { cells } = fill(
    element,
    rows.map(row => row.map(content)),
  )
  cells.forEach((row, p) => row.forEach((cell, q) => putValue(cell, rows[p][q])))
  return element
}
