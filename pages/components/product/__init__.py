"""a × b = c with v, edited in place; one card per element of c; their running sum. Stepped through in the browser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.engines.autograd import MatmulAutograd
from core.grammar import MAX_LENGTH
from core.grammar.matrices import MAX_TEXT, WHOLE
from core.kinds import read as read_problem
from core.kinds.matmul.entries import SHAPES, induced, preset, put, random_integers, resize
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import MatmulProblem, weights_of
from core.kinds.weights import LOSSES, ORDERS, PRESETS
from core.numbers.notation import jsonables
from core.problem import MAX_SIDE, Matrix, ProblemError
from core.slides.words import said_of
from pages.components import component
from pages.components.matrices import complaint, looks, matrix, pasted, place, rectangle, refusal, stripped, vector
from pages.shared import session, views
from pages.shared.messages import Message, NotOursError, message, serial

_product = component("product", '<div class="lens-product"></div>', "matmul/product")

Data = dict[str, Any]


def product(explanation: MatmulExplanation, fresh: bool) -> None:
    """Draws the page's middle; ``fresh``: the explanation is of what is typed, not of the last that could be read."""
    problem = session.problem("matmul")
    assert isinstance(problem, MatmulProblem)
    _product(data=_data(problem, explanation, fresh), **session.component(_key(), "edit", _store))


def _key() -> str:
    return f"product.{session.language()}"  # another language is another component: its words are written once


# ── What the browser sends ───────────────────────────────────────────────────────────────────────────────


def _store(sent: object) -> None:
    with suppress(NotOursError):
        try:
            session.change("matmul", edited(sent))
        except ProblemError:  # a pasted text that cannot be read: the page shows why, nothing else changes
            session.change("matmul", _typed(message(sent)))


def edited(sent: object) -> MatmulProblem:
    """The problem after one message: all entries as typed, then one act upon them, then the v that a loss gives.

    Raises ProblemError where a pasted text cannot be read or put in its place, NotOursError for any other message than
    the component sends.
    """
    told = message(sent)
    problem, act, loss = _typed(told), told.part("act"), told.choice("loss", LOSSES, "")
    if act.parts:
        problem = ACTS[act.choice("kind", ACTS)](problem, act)
    if loss:
        with suppress(ProblemError):  # an entry cannot be read yet: v stays
            return induced(problem, loss)
    return problem


def _typed(told: Message) -> MatmulProblem:
    matrices = {letter: stripped(told.matrix(letter, MAX_SIDE, MAX_LENGTH + 1)) for letter in SHAPES}
    return MatmulProblem(**matrices, wrt=told.choice("wrt", ("a", "b"), "b"))  # type: ignore[arg-type]  # one of the two


def _paste(problem: MatmulProblem, act: Message) -> MatmulProblem:
    """A block from a cell on; or the whole matrix, where a whole one was pasted into its first cell."""
    letter, text = act.choice("matrix", SHAPES), act.text("text", MAX_TEXT + 1)
    (i, j), block = place(act), pasted(text)
    if isinstance(block, ProblemError):
        raise block.at(block.field, block.index)
    old: Matrix = getattr(problem, letter)
    whole = act.flag("whole") or ((i, j) == (0, 0) and WHOLE.search(text))
    return _reshaped(problem, letter, block if whole else put(old, block, i, j))


def _reshaped(problem: MatmulProblem, letter: str, new: Matrix) -> MatmulProblem:
    """The problem with another matrix, the others following its size. v follows c and cannot change it."""
    (m, k, n), (rows, columns) = (len(problem.a), len(problem.b), len(problem.b[0])), (len(new), len(new[0]))
    if letter == "v":
        if (rows, columns) != (m, n):
            raise ProblemError("wrong_shape", field="v", rows=rows, columns=columns, m=m, n=n)
        return replace(problem, v=new)
    m, k, n = (rows, columns, n) if letter == "a" else (m, rows, columns)
    return replace(resize(problem, m, k, n), **{letter: new})  # type: ignore[arg-type]


def _random(problem: MatmulProblem, act: Message) -> MatmulProblem:
    m, k, n = len(problem.a), len(problem.b), len(problem.b[0])
    seed = act.whole("seed", 0, 10**6)
    letters = [letter for letter in act.text("matrix", len(SHAPES)) if letter in SHAPES]
    entries = {letter: random_integers(*SHAPES[letter](m, k, n), seed + 1000 * at) for at, letter in enumerate(letters)}
    return replace(problem, **entries)  # type: ignore[arg-type]


def _preset(problem: MatmulProblem, act: Message) -> MatmulProblem:
    name = act.choice("name", PRESETS)
    return replace(problem, v=preset(name, len(problem.a), len(problem.b[0]), place(act)))


ACTS: dict[str, Callable[[MatmulProblem, Message], MatmulProblem]] = {
    "paste": _paste,
    "random": _random,
    "preset": _preset,
}


# ── What the browser gets ────────────────────────────────────────────────────────────────────────────────


def _data(problem: MatmulProblem, e: MatmulExplanation, fresh: bool) -> Data:
    m, _, n = e.sizes
    wrt = problem.wrt
    typed = {letter: rectangle(matrix) for letter, matrix in _matrices(problem).items()}
    sent = session.sent(_key(), "edit")
    cells = [(i, j) for i in range(m) for j in range(n)]
    return {
        "typed": typed,
        "serial": None if session.anew() else serial(sent),
        "anew": session.anew(),
        "wrt": wrt,
        "fresh": fresh,
        "sizes": e.sizes,
        "values": {name: matrix(rows) for name, rows in {"a": e.a, "b": e.b, "v": e.v, "c": e.c}.items()},
        "latex": {letter: looks(matrix) for letter, matrix in typed.items()},
        "grad": matrix(e.grad(wrt)),
        "weighted": [[vector(e.weighted_factors(i, j, wrt)) for j in range(n)] for i in range(m)],
        "ledgers": {by: [[step.i, step.j, vector(step.line)] for step in e.ledger(wrt, by)] for by in ORDERS},
        "strengths": e.tints,
        "negative": [[i, j] for i, j in cells if e.v[i][j].value < 0],
        "losses": {name: loss.code.format(c="c") for name, loss in LOSSES.items()},
        "induced": e.losses,
        "torch": _torch(e.torch, wrt),
        "verdict": {"calm": e.verdict.calm, "said": said_of(e.verdict, session.language())},
        "errors": _errors(problem),
        "refusal": _refusal(sent),
        "limit": MAX_SIDE,
        "hues": [views.palette().hue(i) for i in range(MAX_SIDE)],
        "words": {word: views.words(f"product.{word}", **GAPS) for word in WORDS},
    }


WORDS = (
    "cell element element_title card_label one_line row column sum_entry rows inside columns fewer more random "
    "seed paste paste_help paste_into presets ones one_hot by_row random_v loss own_v induced_v wrt form letters "
    "numbers weighted density full compact gallery player play pause step back order by_rows by_columns by_size "
    "speed scrubber count count_one none_yet after_all running sum_hint column_of_a row_of_b torch_says "
    "others_zero closed closed_help closed_help_a closed_read closed_read_a jacobian jacobian_help unflatten "
    "ledger ledger_help stale"
).split()
GAPS = {name: f"{{{name}}}" for name in "i j p q name wrt count total value values".split()}  # filled in the browser


def _matrices(problem: MatmulProblem) -> dict[str, Matrix]:
    """What is typed."""
    return {"a": problem.a, "b": problem.b, "v": weights_of(problem)}


def _torch(torch: MatmulAutograd, wrt: str) -> Data:
    """What torch printed for the gradient, and its numbers."""
    rows = torch.b_grad if wrt == "b" else torch.a_grad
    return {
        "text": torch.transcript[f"{wrt}.grad"].text,
        "grad": [jsonables(row) for row in rows],
    }


def _errors(problem: MatmulProblem) -> list[Data]:
    """What is wrong with the entries, each with its matrix and its place (row by row; None: all of it)."""
    matrices = _matrices(problem)
    return [
        {
            "matrix": error.field,
            "index": error.index,
            **complaint(error, _at(matrices.get(error.field, ()), error.index)),
        }
        for error in read_problem(problem).errors
    ]


def _at(matrix: Matrix, index: int | None) -> str:
    """The text that a refusal's span counts in: one entry, or all of them as the address writes them."""
    if index is None:
        return ";".join(",".join(row) for row in matrix)
    return [text for row in matrix for text in row][index]


def _refusal(sent: object) -> Data | None:
    """Why the text pasted last could not be used, if it could not."""
    return refusal(edited, sent, lambda act: act.choice("matrix", SHAPES))
