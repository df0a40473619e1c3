// What somebody's answer is: right, a known slip, or another number.

import { means, typed } from "../kit/typed.js"

// `answer` are the right numbers, `slips` the known wrong ones, each with its own `answer`; `texts` is what was filled
// in, "" where nothing was. Answers with {kind, …}: "empty"; "unread" with the text; "right", `whole` if nothing is
// left open; "slip" with all `slips` that come to these numbers; "wrong" with how many of `count` are `right`.
/**
 * @template {{ answer: number[] }} Slip
 * @param {{ answer: number[], slips: Slip[] }} question
 * @param {string[]} texts
 */
export function judge({ answer, slips }, texts) {
  const filled = texts.map((text, k) => ({ text, k, number: typed(text) })).filter(({ text }) => text.trim())
  if (!filled.length) return { kind: "empty" }
  const unread = filled.find(({ number }) => !number)
  if (unread) return { kind: "unread", text: unread.text.trim(), k: unread.k }
  const agrees = wanted => filled.filter(({ number, k }) => means(number, wanted[k]))
  const right = agrees(answer).length
  const count = filled.length
  if (right === count) return { kind: "right", whole: count === answer.length }
  const made = slips.filter(slip => agrees(slip.answer).length === count)
  return made.length ? { kind: "slip", slips: made } : { kind: "wrong", right, count }
}
