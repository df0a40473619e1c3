// A matrix whose entries can be typed, pasted and walked through with the arrow keys; and what is wrong with them.

/** @import { Complained, Shaped } from "../messages" */

import { make, resize, text } from "../kit/dom.js"
import { ARROWS } from "../kit/keys.js"
import { matrix, put, tint } from "../kit/matrix.js"
import { Roving } from "../kit/roving.js"
import { say } from "../kit/words.js"
import { handle, place, same } from "./notation.js"

const SINGLE = /^[^\s,;[\]{}&]*$/ // a pasted text that is one entry goes into the field as usual
const LIMIT = 8

// One matrix whose entries can be typed, pasted and walked through with the arrow keys.
// `around` hears of it: commit(name), paste(name, i, j, text), pick(name, i, j). Its beside(name, i, j, down, right)
// answers with the field there.
export class Field {
  #memory = Array.from({ length: LIMIT }, () => Array(LIMIT).fill("1")) // what smaller sizes cut off comes back

  /**
   * @param {Shaped} of
   * @param {any} around
   */
  constructor(of, around) {
    this.of = of
    this.around = around
    this.element = matrix("lens-editable")
    this.element.dataset.testid = of.name
    this.roving = new Roving(this.element, { keys: false })
  }

  // Rows of texts as typed, and what each looks like while nobody edits it.
  accept(typed, shown, of = this.of) {
    this.of = of
    this.shown = shown
    typed.forEach((row, i) => row.forEach((entry, j) => (this.#memory[i][j] = entry)))
    const body = this.element.firstChild
    body.style.setProperty("--columns", typed[0].length)
    this.rows = resize(body, typed.length, () => make("span", "lens-row"))
    this.cells = this.rows.map((row, i) => resize(row, typed[i].length, j => this.#cell(i, j)))
    this.inputs = this.cells.map(row => row.map(cell => cell.firstChild))
    this.roving.hold(this.inputs)
    const width = typed[0].map((_, j) => Math.max(...typed.map(row => row[j].length), 1))
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const input = cell.firstChild
        input.setAttribute("aria-label", say(this.around.own.words.cell, { name: this.of.name, i: i + 1, j: j + 1 }))
        const edited = input === document.activeElement && input.value !== input.dataset.typed
        if (!edited && input.value !== typed[i][j]) input.value = typed[i][j]
        input.dataset.typed = typed[i][j]
        input.dataset.testid = handle(this.of.name, this.of, i, j)
        input.style.setProperty("--characters", Math.min(width[j], 12))
        const looks = shown[i]?.[j] ?? null
        cell.classList.toggle("lens-typeset", looks !== null)
        put(cell.lastChild, looks ?? "0")
      }),
    )
  }

  #cell(i, j) {
    const cell = make("span", "lens-cell")
    const input = make("input", "", {
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "done",
    })
    input.onfocus = () => input.select()
    input.onblur = () => this.#commit(input)
    input.onkeydown = event => this.#key(event, input, i, j)
    input.onpaste = event => {
      if (this.#paste(i, j, event.clipboardData.getData("text/plain"))) event.preventDefault()
    }
    input.onclick = () => this.around.pick?.(this.of.name, i, j)
    cell.append(input, make("span", "lens-looks", { "aria-hidden": "true" }))
    return cell
  }

  #paste(i, j, pasted) {
    if (SINGLE.test(pasted.trim())) return false
    this.around.paste(this.of.name, i, j, pasted)
    return true
  }

  #commit(input) {
    if (input.value.trim() === input.dataset.typed) return
    input.dataset.typed = input.value.trim()
    this.around.commit(this.of.name)
  }

  #key(event, input, i, j) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Enter") {
      this.#commit(input)
      input.select()
    } else if (event.key === "Escape") {
      input.value = input.dataset.typed
      input.select()
    } else if (event.key.startsWith("Arrow") && !event.shiftKey) {
      const [down, right] = ARROWS[event.key]
      if (right && !leaves(input, right)) return
      const next = this.around.beside(this.of.name, i, j, down, right)
      if (!next) return
      event.preventDefault()
      next.focus()
    }
  }

  texts() {
    return this.inputs.map(row => row.map(input => input.value.trim()))
  }

  // The entries in another size: what has a place keeps it, what had one before comes back, the rest is 1.
  cut(rows, columns) {
    this.texts().forEach((row, i) => row.forEach((entry, j) => (this.#memory[i][j] = entry)))
    return this.#memory.slice(0, rows).map(row => row.slice(0, columns))
  }

  mark(wrong) {
    this.inputs.flat().forEach((input, index) => {
      if (wrong.has(index)) input.setAttribute("aria-invalid", "true")
      else input.removeAttribute("aria-invalid")
    })
  }

  // Points at a row [i, null], a column [null, j] or an entry.
  point(at) {
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) =>
        cell.classList.toggle("lens-pointed", Boolean(at && (at[0] ?? i) === i && (at[1] ?? j) === j)),
      ),
    )
  }

  // Each entry of v in the hue and strength of its output.
  tint({ hue, strengths, minus }) {
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const strength = strengths[i]?.[j] ?? 0
        tint(cell, { hue: hue(i, j), strength, negative: minus.has(`${i},${j}`) })
        cell.classList.add("lens-in-row")
        cell.classList.toggle("lens-none", !strength)
      }),
    )
  }

  light(at) {
    this.cells.forEach((row, i) => row.forEach((cell, j) => cell.classList.toggle("lens-lit", same(at, [i, j]))))
  }
}

// Whether an arrow to the side means the next field: everything is selected, or the caret stands at that end.
function leaves({ value, selectionStart, selectionEnd }, right) {
  if (selectionStart === 0 && selectionEnd === value.length) return true
  return selectionStart === selectionEnd && selectionStart === (right > 0 ? value.length : 0)
}

// The places row by row that are at fault in a matrix.
/** @type {(errors: Complained[], name: string) => Set<number>} */
export const wrongIn = (errors, name) =>
  new Set(errors.filter(error => error.matrix === name).map(error => error.index))

// What is wrong, where, and the characters it is about.
/**
 * @param {Complained} complained
 * @param {Shaped | undefined} of
 * @param {number | undefined} columns
 */
export function complaint({ matrix: name, index, message, parts }, of, columns) {
  const where = index == null || !columns ? name : place(of, Math.floor(index / columns), index % columns)

  const element = make("div", "lens-error")
  const said = make("p")
  said.append(text("strong", "", where), " ", message)
  if (parts.length) {
    const code = make("code")
    code.append(parts[0], text("mark", "", parts[1] || " "), parts[2])
    element.append(code)
  }
  element.append(said)
  return element
}
