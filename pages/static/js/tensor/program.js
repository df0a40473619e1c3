// The program as typed, with the shape that every line has beside it; what is wrong, what else it could mean.

import { complaint } from "../gallery/field.js"
import { button, make, resize, set, text, write } from "../kit/dom.js"
import { later } from "../kit/later.js"

const PAUSE = 450 // ms after the last key until the server reads it
const [FEWEST, MOST] = [1, 9] // lines that are seen at once

export class Program {
  constructor(own) {
    this.own = own
    const { words } = own
    this.field = make("textarea", "", {
      "data-testid": "program",
      "aria-label": words.program,
      title: words.program_help,
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
    })
    this.told = make("div", "lens-shapes", { "data-testid": "shapes", "aria-live": "polite" })
    this.said = make("div", "lens-said")
    this.element = make(
      "div",
      "lens-program",
      {},
      make("div", "lens-program-box", {}, this.field, this.told),
      this.said,
    )
    this.settle = later(() => this.#commit(), PAUSE)
    this.field.oninput = () => {
      this.#fit()
      this.settle()
    }
    this.field.onblur = () => this.#commit()
    this.field.onscroll = () => (this.told.scrollTop = this.field.scrollTop)
    this.field.onkeydown = event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#commit()
    }
  }

  get text() {
    return this.field.value
  }

  #commit() {
    this.settle.cancel()
    if (this.text === this.known) return
    this.known = this.text
    this.own.tell()
  }

  accept(data) {
    const typing = this.field === document.activeElement && this.text !== this.known
    if (!typing && this.text !== data.text) this.field.value = data.text
    this.known = typing ? this.known : data.text
    this.field.maxLength = data.longest
    const wrong = data.errors.filter(error => error.matrix === "f")
    set(this.field, { "aria-invalid": wrong.length > 0 })
    this.#shapes(data.told)
    this.said.replaceChildren(
      ...wrong.map(error =>
        make("div", "", { role: "alert" }, complaint({ ...error, matrix: "" }, undefined, undefined)),
      ),
      ...data.remarks.map(remark => text("p", "lens-note", remark)),
      ...data.choices.map(choice => this.#choice(choice)),
    )
    this.#fit()
  }

  // "z 2×3" at the height of its line.
  #shapes(told) {
    const lines = this.text.split("\n").length
    resize(this.told, lines, () => make("span")).forEach((element, line) => {
      const here = told.filter(one => one.line === line)
      write(
        element,
        here.map(({ name, shape }) => [name && `${name}:`, shape || "1"].filter(Boolean).join(" ")).join(" · "),
      )
    })
  }

  #choice({ said, other, instead }) {
    const element = make("p", "lens-choice-of-text", {}, text("span", "lens-quiet", said))
    if (instead)
      element.append(
        " ",
        button(other, () => this.#replace(instead)),
      )
    return element
  }

  #replace(instead) {
    this.field.value = instead
    this.#commit()
    this.field.focus()
  }

  #fit() {
    const lines = Math.min(MOST, Math.max(FEWEST, this.text.split("\n").length))
    this.field.rows = lines
    this.element.style.setProperty("--lines", String(lines))
  }

  close() {
    this.settle.cancel()
  }
}
