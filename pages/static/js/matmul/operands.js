// The top line: a × b = c and v. The entries of a, b and v are fields; those of c are buttons that select an element.

import { button, make, resize, set, text } from "../kit/dom.js"
import { ARROWS } from "../kit/keys.js"
import { matrix, put, tint } from "../kit/matrix.js"
import { say } from "../kit/words.js"
import { float, machine, place, putValue, same } from "./notation.js"

const EDITABLE = ["a", "b", "v"]
const ROW_TINT = 0.2 // of a and c, whose rows carry the hue whatever v is
const SINGLE = /^[^\s,;[\]{}&]*$/ // a pasted text that is one entry goes into the field as usual
const LIMIT = 8

export class Operands {
  #memory = { a: grid(), b: grid(), v: grid() } // entries that smaller sizes have cut off come back with larger ones

  constructor(own) {
    this.own = own
    this.element = make("div", "lens-operands")
    this.fields = Object.fromEntries(EDITABLE.map(letter => [letter, new Field(letter, this)]))
    this.c = matrix("lens-c")
    const product = make("div", "lens-equation")
    const weights = make("div", "lens-equation")
    product.append(this.fields.a.element, sign("×"), this.fields.b.element, sign("="), this.c)
    const v = sign("")
    v.append(text("i", "", "v"), " =")
    weights.append(v, this.fields.v.element)
    this.errors = make("div", "lens-errors", { role: "alert" })
    this.line = make("div", "lens-line")
    this.line.append(product, weights)
    this.element.append(this.line, this.errors)
  }

  accept(data) {
    const { a, b, v } = this.fields
    a.accept(data.typed.a, data.latex.a)
    b.accept(data.typed.b, data.latex.b)
    v.accept(data.typed.v, data.latex.v)
    for (const letter of EDITABLE) remember(this.#memory[letter], data.typed[letter])
    // One height for the rows of all four matrices, so that row i stands at the same level in a, c and v.
    this.line.classList.toggle("lens-tall", JSON.stringify([data.latex, data.values.c]).includes("frac"))
    this.#drawC(data)
    this.#hues(data)
    this.#complain(data)
  }

  #drawC(data) {
    const rows = data.values.c
    const body = this.c.firstChild
    body.style.setProperty("--columns", rows[0].length)
    this.elements = resize(body, rows.length, () => make("span", "lens-row")).map((row, i) => {
      tint(row, { hue: data.hues[i], strength: ROW_TINT })
      return resize(row, rows[i].length, () => button("", null, { class: "lens-cell lens-pick" })).map((cell, j) => {
        cell.dataset.testid = `c-${i + 1}-${j + 1}`
        cell.setAttribute(
          "aria-label",
          say(this.own.words.element, { i: i + 1, j: j + 1, value: String(float(rows[i][j])) }),
        )
        cell.onclick = () => this.own.update({ selected: [i, j], entry: null })
        putValue(cell, rows[i][j])
        return cell
      })
    })
    this.c.dataset.testid = "c"
    this.c.dataset.value = machine(rows)
  }

  #hues({ hues, strengths, negative }) {
    this.fields.a.rows.forEach((row, i) => tint(row, { hue: hues[i], strength: ROW_TINT }))
    const minus = new Set(negative.map(String))
    this.fields.v.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const strength = strengths[i]?.[j] ?? 0
        tint(cell, { hue: hues[i], strength, negative: minus.has(`${i},${j}`) })
        cell.classList.add("lens-in-row")
        cell.classList.toggle("lens-none", !strength)
      }),
    )
  }

  // What is wrong, entry by entry; the fields keep what was typed.
  #complain({ errors, refusal, fresh }) {
    const { words } = this.own
    for (const letter of EDITABLE) {
      const wrong = new Set(errors.filter(error => error.matrix === letter).map(error => error.index))
      this.fields[letter].mark(wrong)
    }
    const lines = [...errors, ...(refusal ? [refusal] : [])].map(error => complaint(error, this.#where(error)))
    if (!fresh) lines.push(text("p", "lens-quiet", words.stale))
    this.errors.replaceChildren(...lines)
  }

  #where({ matrix: letter, index }) {
    const columns = this.own.data.typed[letter]?.[0].length
    if (index == null || !columns) return letter
    return place(letter, Math.floor(index / columns), index % columns)
  }

  // What stands in the fields now.
  typed() {
    return Object.fromEntries(EDITABLE.map(letter => [letter, this.fields[letter].texts()]))
  }

  get sizes() {
    const { a, b } = this.fields
    return { m: a.cells.length, k: b.cells.length, n: b.cells[0].length }
  }

  // Other sizes: what has a place keeps it, what had one before comes back, the rest is 1.
  resize(change) {
    const typed = this.typed()
    for (const letter of EDITABLE) remember(this.#memory[letter], typed[letter])
    const { m, k, n } = { ...this.sizes, ...change }
    const cut = (letter, rows, columns) => this.#memory[letter].slice(0, rows).map(row => row.slice(0, columns))
    const cuts = { a: cut("a", m, k), b: cut("b", k, n), v: cut("v", m, n) }
    // Shown at once: the next press counts from here, however late the answer to this one comes.
    for (const letter of EDITABLE) this.fields[letter].accept(cuts[letter], this.fields[letter].shown)
    this.own.update({})
    this.own.tell(cuts)
  }

  // An entry was typed: the server hears of it.
  commit(letter) {
    if (letter === "v") this.own.weigh({})
    else this.own.tell()
  }

  paste(letter, i, j, pasted) {
    if (SINGLE.test(pasted.trim())) return false
    const act = { act: { kind: "paste", matrix: letter, i, j, text: pasted } }
    if (letter === "v") this.own.weigh(act)
    else this.own.tell(act)
    return true
  }

  // The field beside another, in the next matrix where this one ends.
  beside(letter, i, j, down, right) {
    const field = this.fields[letter]
    if (field.cells[i + down]?.[j + right]) return field.inputs[i + down][j + right]
    if (!right) return null
    const other = this.fields[EDITABLE[EDITABLE.indexOf(letter) + right]]
    return other?.inputs[Math.min(i, other.inputs.length - 1)].at(right > 0 ? 0 : -1)
  }

  paint({ selected, entry, lit }) {
    const { wrt, sizes } = this.own.data
    this.elements.forEach((row, i) =>
      row.forEach((cell, j) => {
        const chosen = !entry && same(selected, [i, j]) // with an entry of the sum picked, rings are about that
        cell.classList.toggle("lens-selected", chosen)
        set(cell, { "aria-pressed": chosen })
      }),
    )
    // c_ij is made of row i of a and column j of b; an entry of the sum of one column (row) of the other and of v.
    const marks = entry ? fed(entry, wrt) : { a: [selected[0], null], b: [null, selected[1]], v: selected }
    for (const letter of EDITABLE) this.fields[letter].point(marks[letter])
    this.fields[wrt].light(lit && [Math.floor(lit[1] / this.#width(wrt, sizes)), lit[1] % this.#width(wrt, sizes)])
  }

  #width(wrt, [, k, n]) {
    return wrt === "b" ? n : k
  }
}

// Which row, column or entry of each operand an entry (p, q) of the gradient is made of.
function fed([p, q], wrt) {
  return wrt === "b" ? { a: [null, p], v: [null, q], b: [p, q] } : { v: [p, null], b: [q, null], a: [p, q] }
}

// One matrix whose entries can be typed, pasted and walked through with the arrow keys.
class Field {
  constructor(letter, operands) {
    this.letter = letter
    this.operands = operands
    this.element = matrix("lens-editable")
    this.element.dataset.testid = letter
  }

  accept(typed, shown) {
    this.shown = shown
    const body = this.element.firstChild
    body.style.setProperty("--columns", typed[0].length)
    this.rows = resize(body, typed.length, () => make("span", "lens-row"))
    this.cells = this.rows.map((row, i) => resize(row, typed[i].length, j => this.#cell(i, j)))
    this.inputs = this.cells.map(row => row.map(cell => cell.firstChild))
    const width = typed[0].map((_, j) => Math.max(...typed.map(row => row[j].length), 1))
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const input = cell.firstChild
        input.setAttribute("aria-label", say(this.operands.own.words.cell, { name: this.letter, i: i + 1, j: j + 1 }))
        const edited = input === document.activeElement && input.value !== input.dataset.typed
        if (!edited && input.value !== typed[i][j]) input.value = typed[i][j]
        input.dataset.typed = typed[i][j]
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
      "data-testid": `${this.letter}-${i + 1}-${j + 1}`,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "done",
    })
    input.onfocus = () => input.select()
    input.onblur = () => this.#commit(input)
    input.onkeydown = event => this.#key(event, input, i, j)
    input.onpaste = event => {
      if (this.operands.paste(this.letter, i, j, event.clipboardData.getData("text/plain"))) event.preventDefault()
    }
    if (this.letter === "v") input.onclick = () => this.operands.own.update({ selected: [i, j], entry: null })
    cell.append(input, make("span", "lens-looks", { "aria-hidden": "true" }))
    return cell
  }

  #commit(input) {
    if (input.value.trim() === input.dataset.typed) return
    input.dataset.typed = input.value.trim()
    this.operands.commit(this.letter)
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
      const next = this.operands.beside(this.letter, i, j, down, right)
      if (!next) return
      event.preventDefault()
      next.focus()
    }
  }

  texts() {
    return this.inputs.map(row => row.map(input => input.value.trim()))
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

  light(at) {
    this.cells.forEach((row, i) => row.forEach((cell, j) => cell.classList.toggle("lens-lit", same(at, [i, j]))))
  }
}

// Whether an arrow to the side means the next field: everything is selected, or the caret stands at that end.
function leaves({ value, selectionStart, selectionEnd }, right) {
  if (selectionStart === 0 && selectionEnd === value.length) return true
  return selectionStart === selectionEnd && selectionStart === (right > 0 ? value.length : 0)
}

function complaint({ message, parts }, where) {
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

const sign = content => text("span", "lens-sign", content, content ? { "aria-hidden": "true" } : {})
const grid = () => Array.from({ length: LIMIT }, () => Array(LIMIT).fill("1"))
const remember = (memory, texts) => texts.forEach((row, i) => row.forEach((entry, j) => (memory[i][j] = entry)))
