"""A program in matrices, typed and edited in place: its shapes, v, one card per element of the output, their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

from core.grammar import MAX_LENGTH
from core.grammar.matrices import MAX_TEXT, WHOLE
from core.grammar.tensors import MAX_PROGRAM
from core.kinds import read as read_problem
from core.kinds.tensor import arrays, closed, edits, lettered
from core.kinds.tensor.batch import batch
from core.kinds.tensor.explanation import TensorExplanation, as_matrix, induced
from core.kinds.tensor.problem import PAGE, TensorProblem, free_names
from core.kinds.tensor.reading import Entries, TensorReading, shaped
from core.kinds.weights import LOSSES, ORDERS, PRESETS
from core.kinds.weights import typed as plain
from core.maps import floats, laid_out
from core.notation import tree
from core.notation.latex import latex
from core.numbers.exact import Number
from core.numbers.notation import jsonable, jsonables
from core.problem import MAX_SIDE, ProblemError, Tensor
from core.slides.words import said_of
from core.tensors.program import Shape
from core.wording import tell
from pages.components import component
from pages.components.matrices import complaint, looks, matrix, pasted, place, rectangle, refusal, stripped, vector
from pages.shared import session, views
from pages.shared.messages import Message, NotOursError, message, serial

_tensor = component("tensor", '<div class="lens-product lens-tensor"></div>', "tensor/tensor", look="product")

Data = dict[str, Any]
MAX_INPUTS = 16
MANY = 24  # cards; of more, letters are written for one at a time


def tensor(explanation: TensorExplanation, fresh: bool) -> None:
    """Draws the page's middle; ``fresh``: the explanation is of what is typed, not of the last that could be read."""
    problem = session.problem(PAGE)
    assert isinstance(problem, TensorProblem)
    hear = session.component(_key(), "edit", _store) | session.component(_key(), "v", _weigh)
    _tensor(data=_data(problem, explanation, fresh), **hear)


def _key() -> str:
    return f"tensor.{session.language()}"  # another language is another component: its words are written once


# ── What the browser sends ───────────────────────────────────────────────────────────────────────────────


def _store(sent: object) -> None:
    problem = session.problem(PAGE)
    with suppress(NotOursError):
        try:
            session.change(PAGE, edited(problem, sent))
        except ProblemError:  # a pasted text that cannot be read: the page shows why, nothing else changes
            session.change(PAGE, _typed(problem, message(sent)))


def _weigh(sent: object) -> None:
    problem = session.problem(PAGE)
    with suppress(NotOursError):
        session.change(PAGE, weighed(problem, sent))


def weighed(problem: TensorProblem, sent: object) -> TensorProblem:
    """The problem with another v, as it was typed or dragged. Raises NotOursError for any other message."""
    texts = tuple(text.strip() for text in message(sent).texts("texts", MAX_SIDE * MAX_SIDE, MAX_LENGTH + 1))
    shape = _shape_of_v(problem)
    if len(texts) != prod(shape):
        raise NotOursError
    return replace(problem, v=shaped(texts, shape))


def edited(problem: TensorProblem, sent: object) -> TensorProblem:
    """The problem after one message: everything as typed, then one act upon it, then the v that a loss gives.

    Raises ProblemError where a pasted text cannot be read or put in its place, NotOursError for any other message than
    the component sends.
    """
    told = message(sent)
    new, act, loss = _typed(problem, told), told.part("act"), told.choice("loss", LOSSES, "")
    if act.parts:
        new = ACTS[act.choice("kind", ACTS)](new, act)
    new = edits.fitted(new)
    if loss:
        with suppress(ProblemError):  # an entry cannot be read yet: v stays
            return induced(new, loss)
    return new


def _typed(problem: TensorProblem, told: Message) -> TensorProblem:
    function = told.text("f", MAX_PROGRAM + 1)
    found = told.several("inputs", MAX_INPUTS)
    known = {*dict(problem.inputs), *free_names(function)}
    inputs = {name: _tensor_of(one) for one in found if (name := one.text("name", MAX_LENGTH)) in known}
    wrt = told.text("wrt", MAX_LENGTH, "") or None
    batch = told.text("batch", MAX_LENGTH, "") or None
    return replace(edits.with_inputs(problem, inputs), function=function, wrt=wrt, batch=batch)


def _tensor_of(told: Message) -> Tensor:
    rows = stripped(told.matrix("rows", MAX_SIDE, MAX_LENGTH + 1))
    return edits.as_rank(rows, told.whole("rank", 0, 2))


def _paste(problem: TensorProblem, act: Message) -> TensorProblem:
    """A block from a cell on; or the whole matrix, where a whole one was pasted into its first cell."""
    name, text = act.text("matrix", MAX_LENGTH), act.text("text", MAX_TEXT + 1)
    at, block = place(act), pasted(text)
    if isinstance(block, ProblemError):
        raise block.at(block.field, block.index)
    whole = act.flag("whole") or bool(at == (0, 0) and WHOLE.search(text))
    old = problem.v if name == "v" else dict(problem.inputs).get(name)
    if old is None:
        raise NotOursError
    new = edits.pasted(old, block, at, whole)
    return replace(problem, v=new) if name == "v" else edits.with_inputs(problem, {name: new})


def _random(problem: TensorProblem, act: Message) -> TensorProblem:
    seed, which = act.whole("seed", 0, 10**6), act.text("matrix", MAX_LENGTH, "")
    if which == "v":
        return replace(problem, v=edits.randomised(shaped(["1"] * 64, _shape_of_v(problem)), seed))
    inputs = {name: edits.randomised(old, seed + 1000 * at) for at, (name, old) in enumerate(problem.inputs)}
    return edits.with_inputs(problem, inputs)


def _preset(problem: TensorProblem, act: Message) -> TensorProblem:
    return edits.weighted_at(problem, act.choice("name", PRESETS), place(act))


ACTS: dict[str, Callable[[TensorProblem, Message], TensorProblem]] = {
    "paste": _paste,
    "random": _random,
    "preset": _preset,
}


def _shape_of_v(problem: TensorProblem) -> Shape:
    """The shape of the weights that are shown: of the output, while that is known."""
    reading: TensorReading = read_problem(problem)
    if reading.meaning:
        return reading.program.output
    explanation, _ = views.explained(PAGE)
    shape: Shape = explanation.shape
    return shape


# ── What the browser gets ────────────────────────────────────────────────────────────────────────────────


def _data(problem: TensorProblem, e: TensorExplanation, fresh: bool) -> Data:
    reading: TensorReading = read_problem(problem)
    sent = session.sent(_key(), "edit")
    return {
        "serial": None if session.anew() else serial(sent),
        "anew": session.anew(),
        "fresh": fresh,
        "text": problem.function,
        **_meaning(problem, reading),
        "operands": _operands(problem, reading, e),
        "v": _weights(problem, reading, e),
        "output": _shaped(e.letter, e.shape),
        "value": matrix(arrays.rows(e.output)),
        "wrt": _shaped(e.wrt, e.wrt_shape),
        "batch": problem.batch or "",
        "sampled": _sampled(e),
        **_cards(e),
        "hued": [views.palette().hue(e.hue(k)) for k in range(len(e.places))],
        "closed": _closed(e),
        "letters": _letters(e, sent),
        "losses": {name: loss.code.format(c=e.letter) for name, loss in LOSSES.items()},
        "induced": e.losses,
        "torch": _torch(e),
        "verdict": {"calm": e.verdict.calm, "said": said_of(e.verdict, session.language())},
        "errors": _errors(problem, reading),
        "refusal": _refusal(problem, sent),
        "limit": MAX_SIDE,
        "longest": MAX_PROGRAM,
        "words": {word: views.words(f"product.{word}", **GAPS) for word in SHARED}
        | {word: views.words(f"matrices.{word}", **GAPS) for word in WORDS},
    }


SHARED = (
    "cell card_label sum_entry fewer more random seed paste paste_help paste_into presets ones by_row random_v "
    "loss own_v form letters numbers density full compact player play pause step back order by_rows "
    "by_columns by_size speed scrubber count count_one none_yet running sum_hint torch_says jacobian ledger "
    "ledger_help element_title weighted"
).split()
WORDS = (
    "stale program program_help induced_v element type_weight one_hot wrt gallery after_all fed zeros jacobian_help "
    "unflatten closed where rows columns tools batch no_batch guessed"
).split()
GAPS = {name: f"{{{name}}}" for name in "i j p q name wrt count total value values place output n".split()}


def _shaped(name: str, shape: Shape) -> Data:
    """A name as text and as LaTeX; one with an index of its own in braces, so that it can have another."""
    written = latex(tree.name(name))
    return {"name": name, "tex": written if written.isalpha() else f"{{{written}}}", "shape": list(shape)}


def _meaning(problem: TensorProblem, reading: TensorReading) -> Data:
    """The shape after each line of the text, what else it could mean, and what is odd about it."""
    meaning, text = reading.meaning, problem.function
    if meaning is None:
        return {"told": [], "choices": list(_suggestions(reading)), "remarks": []}
    return {
        "told": [
            {"line": text.count("\n", 0, told.span[0]), "name": told.name, "shape": written(told.shape)}
            for told in meaning.told
        ],
        "choices": [_choice(choice) for choice in meaning.choices],
        "remarks": [views.words(f"remarks.{remark.code}", **dict(remark.facts)) for remark in meaning.remarks],
    }


def _suggestions(reading: TensorReading) -> Iterator[Data]:
    """What might be meant instead of a text that is refused."""
    for error in reading.errors:
        if error.field == "f" and (text := str(error.facts.get("suggestion", ""))):
            yield {"said": "", "other": views.words("choices.suggestion", text=text), "instead": text}


def _choice(choice: Any) -> Data:
    facts = {name: getattr(choice, name) for name in ("text", "taken", "other")}
    other = views.words(f"choices.{choice.code}_other", **facts) if choice.instead else ""
    return {"said": views.words(f"choices.{choice.code}", **facts), "other": other, "instead": choice.instead}


def written(shape: Shape) -> str:
    """2×3 of a matrix, 3 of a vector; of a number nothing."""
    return "×".join(map(str, shape))


def _operands(problem: TensorProblem, reading: TensorReading, e: TensorExplanation) -> list[Data]:
    """Every input as it was typed, or as it was guessed; those of the last explanation where there are none."""
    typed, read = dict(problem.inputs), dict(reading.inputs)
    named = free_names(problem.function, typed)
    names = [name for name in named if name in typed or name in read] or [one.name for one in e.program.inputs]
    return [_operand(name, typed.get(name), read.get(name), name in reading.guessed) for name in names]


def _operand(name: str, typed: Tensor | None, read: Entries | None, guessed: bool) -> Data:
    tensor_ = typed if typed is not None else read.typed if read else "1"
    rows = rectangle(edits.laid_out(tensor_))
    shape = (len(rows), len(rows[0]))[2 - edits.rank(tensor_) :]
    return {**_shaped(name, shape), "typed": rows, "looks": looks(rows), "guessed": guessed}


def _weights(problem: TensorProblem, reading: TensorReading, e: TensorExplanation) -> Data:
    """v as typed and as read, row by row; that of the explanation while nothing is known of the output."""
    numbers: tuple[Number | None, ...] = reading.v.numbers if reading.v and reading.meaning else e.weights
    typed = _typed_v(problem, len(numbers)) or (reading.v.typed if reading.v and reading.meaning else ())
    sent = session.sent(_key(), "v")
    return {
        "texts": [text for row in edits.laid_out(typed) for text in row] if typed else list(map(plain, e.weights)),
        "values": [None if n is None else jsonable(n.value) for n in numbers],
        "shown": [jsonable(n.value) for n in e.weights],
        "exact": vector(e.weights),
        "strengths": list(e.tints),
        "serial": 0 if session.anew() else serial(sent) or 0,
        "anew": session.anew(),
    }


def _typed_v(problem: TensorProblem, count: int) -> Tensor | None:
    """v as it was typed, if it has as many entries as there are weights."""
    fits = problem.v is not None and sum(map(len, edits.laid_out(problem.v))) == count
    return problem.v if fits else None


def _cards(e: TensorExplanation) -> Data:
    """∂output/∂wrt of every element; and times v, and every sum, where a browser could not add them as exactly."""
    count, (rows, columns) = len(e.places), as_matrix(e.wrt_shape)
    cards = [_flat(e.derivative(k)) for k in range(count)]
    broken = any(isinstance(entry, list) for card in (*cards, vector(e.weights)) for entry in card)
    return {
        "cards": cards,
        "weighted": [_flat(e.contribution(k)) for k in range(count)] if broken else None,
        "orders": {by: list(e.order(by)) for by in ORDERS},
        "sums": {by: [vector(arrays.numbers(sum_)) for sum_ in e.ledger(by)] for by in ORDERS} if broken else None,
        "grad": matrix(laid_out(arrays.numbers(e.total), columns)),
        "size": [rows, columns],
    }


def _flat(rows: Any) -> list[Any]:
    return [entry for row in matrix(rows) for entry in row]


def _letters(e: TensorExplanation, sent: object) -> list[Data | None] | None:
    """The cards in letters where they were asked for; of many cards only the one that is looked at."""
    try:
        asked = message(sent).whole("letters", -1, MAX_SIDE * MAX_SIDE - 1)
    except NotOursError:
        return None
    count = len(e.places)
    if asked < 0:
        return None
    return [_card_of(e, k) if count <= MANY or k == asked else None for k in range(count)]


def _card_of(e: TensorExplanation, k: int) -> Data | None:
    found = lettered.lettered(e, k)
    if found is None:
        return None
    return {
        "entries": [latex(lettered.written(node)) for node in found.entries],
        "weighted": [latex(lettered.written(node)) for node in found.weighted],
        "where": list(map(latex, found.definitions)),
    }


def _closed(e: TensorExplanation) -> Data | None:
    """The closed form, the letters in it, and why it is so."""
    found = closed.closed(e)
    if found is None or not found.holds:
        return None
    return {
        "lines": [latex(line) for line in found.lines],
        "letters": [latex(line) for line in found.letters],
        "said": [tell(session.language(), (sentence,)) for sentence in found.said],
    }


def _sampled(e: TensorExplanation) -> str:
    """What the Jacobian of a batch looks like, and what torch finds of each sample alone; "" without a batch."""
    found = batch(e)
    if not found:
        return ""
    look = {None: "sum", 0.0: "told"}.get(found.elsewhere, "mixed")
    keys = [f"matrices.batch_{look}", *(["matrices.batch_vmap"] if found.vmap else [])]
    facts: dict[str, str | int] = {"name": found.name, "output": e.letter, "wrt": e.wrt, "n": found.size}
    return " ".join(views.words(key, **facts) for key in keys)


def _torch(e: TensorExplanation) -> Data:
    """What torch printed for the gradient, and its numbers; zeros where nothing came back."""
    theirs, (rows, columns) = e.torch.grads[e.at], as_matrix(e.wrt_shape)
    grad = [[0.0] * columns] * rows if theirs is None else map(floats, arrays.rows(theirs))
    return {"text": e.torch.transcript[f"{e.wrt}.grad"].text, "grad": list(map(jsonables, grad))}


def _errors(problem: TensorProblem, reading: TensorReading) -> list[Data]:
    """What is wrong with the text and the entries, each with its matrix and its place (row by row; None: all)."""
    return [
        {"matrix": error.field, "index": error.index, **complaint(error, _at(problem, error.field, error.index))}
        for error in reading.errors
    ]


def _at(problem: TensorProblem, field: str, index: int | None) -> str:
    """The text that a refusal's span counts in: one entry, or all of them as the address writes them."""
    if field == "f":
        return problem.function
    tensor_ = problem.v if field == "v" else dict(problem.inputs).get(field)
    rows = edits.laid_out(tensor_) if tensor_ else ()
    if index is None:
        return ";".join(",".join(row) for row in rows)
    return [text for row in rows for text in row][index]


def _refusal(problem: TensorProblem, sent: object) -> Data | None:
    """Why the text pasted last could not be used, if it could not."""
    return refusal(partial(edited, problem), sent, lambda act: act.text("matrix", MAX_LENGTH))
