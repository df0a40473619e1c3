"""The cards in letters: each entry of a derivative as a formula in the entries of inputs and of values on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.calculus import worker
from core.code.sympy import card_source
from core.code.transcript import Transcript
from core.expression.tree import COMPARISONS, Node, number
from core.kinds.tensor import arrays
from core.kinds.tensor.explanation import TensorExplanation, entry_names
from core.kinds.tensor.formulas import formula
from core.notation.tree import THIN, Bracketed, Expression, Line, Piece, line, name
from core.notation.written import SIGNS
from core.problem import ProblemError
from core.tensors import letters
from core.tensors.program import Program

ONE, NOTHING = number(1), number(0)


@dataclass(frozen=True)
class Lettered:
    """Of one output: the entries of its derivative, the same times v, and what letters in them stand for."""

    entries: tuple[Node, ...]
    weighted: tuple[Node, ...]
    definitions: tuple[Line, ...]


def lettered(e: TensorExplanation, k: int) -> Lettered | None:
    """The card of output k in letters; None where one of its formulas is too long to be written."""
    program = _named(e)
    try:
        found = letters.derivative(program, k, e.at)
    except ProblemError:
        return None
    entries = found.entries
    weight = Node("name", (), text=entry_names("v", e.shape)[k])
    stands = [
        line(name(called), "=", formula(program, at))
        for called, at in found.values.items()
        if len(program.inputs) <= at < len(program.shapes) - 1
    ]
    folded = [line(Expression(Node("name", (), text=own)), "=", Expression(node)) for own, node in found.folded.items()]
    return Lettered(entries, tuple(_times(weight, entry) for entry in entries), (*stands, *folded))


def _named(e: TensorExplanation) -> Program:
    """The program with its output called as the page calls it."""
    *before, last = e.program.lines or [None]
    return e.program if last is None else replace(e.program, lines=(*before, replace(last, name=e.letter)))


def _times(weight: Node, entry: Node) -> Node:
    return entry if entry == NOTHING else weight if entry == ONE else Node("*", (weight, entry))


def written(node: Node) -> Piece:
    """A formula; a factor that is 1 where something holds and else 0 as what holds: x (z > 0)."""
    masks, rest = _parted(node)
    if not masks:
        return Expression(node)
    factors: tuple[Piece, ...] = () if rest == ONE else (Expression(rest), THIN)
    return line(*factors, *(Bracketed(_holds(mask)) for mask in masks))


def _parted(node: Node) -> tuple[tuple[Node, ...], Node]:
    """The masks among the factors of a product, and the rest of it."""
    if node.op == "where" and node.args[1:] == (ONE, NOTHING) and node.args[0].op in COMPARISONS:
        return node.args[:1], ONE
    if node.op != "*":
        return (), node
    (left, first), (right, second) = map(_parted, node.args)
    rest = second if first == ONE else first if second == ONE else Node("*", (first, second))
    return left + right, rest


def _holds(mask: Node) -> Piece:
    left, right = mask.args
    return line(Expression(left), SIGNS[mask.op], Expression(right))


def derivation(e: TensorExplanation, k: int) -> Transcript:
    """The card of output k as SymPy code and what it printed. Raises ProblemError: too long, or a worker's."""
    point = [[arrays.node(entry) for entry in value.ravel().tolist()] for value in e.values[: len(e.program.inputs)]]
    return worker.derivation(card_source(e.program, k, e.at, point))


def called(e: TensorExplanation, k: int) -> str:
    """∂y12/∂W, as a choice among all outputs calls its card."""
    return f"∂{e.letter}{''.join(str(p + 1) for p in e.places[k])}/∂{e.wrt}"
