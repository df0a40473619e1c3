"""How W.grad comes about: what is given, one term for each element of the output, the closed form, the whole."""

from __future__ import annotations

from core.kinds.tensor import arrays, equations
from core.kinds.tensor.arrays import Array, nested
from core.kinds.tensor.closed import Closed, closed
from core.kinds.tensor.explanation import TensorExplanation
from core.maps import Step, sentence
from core.numbers.notation import decimal


def steps(e: TensorExplanation) -> tuple[Step, ...]:
    """Every step, the state last. Of a scalar there is one term, which is the whole."""
    count = len(e.places)
    terms = [_term(e, k) for k in range(count if e.shape else 0)]
    found = closed(e)
    derived = [_closed(e, found)] if found and found.holds else []
    return (_problem(e), *terms, *derived, _sum(e))


def told(value: Array) -> str:
    """[[2, 4], [2, 24]], (1, 2) as [1, 2], a number as it is."""
    return _text(nested(value))


def _text(value: object) -> str:
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list) else decimal(float(value))  # type: ignore[arg-type]


def given(e: TensorExplanation) -> dict[str, str]:
    """f, the inputs, the output and v in words."""
    numbers = "; ".join(f"{one.name} = {told(value)}" for one, value in zip(e.program.inputs, e.values, strict=False))
    return {
        "function": e.problem.function,
        "inputs": numbers,
        "output": e.letter,
        "value": told(e.output),
        "v": told(e.v),
        "wrt": e.wrt,
    }


def _problem(e: TensorExplanation) -> Step:
    return Step("problem", (), 0, (sentence("tensor.alt.problem", **given(e)),), ())


def place(e: TensorExplanation, k: int) -> str:
    """The place of an output as it stands below a letter: 12, or nothing for a scalar."""
    return "".join(equations.at("c", k, e).written_indices)


def _term(e: TensorExplanation, k: int) -> Step:
    facts = {"index": place(e, k), "term": told(e.contributions[e.places[k]]), "total": told(e.running(k + 1))}
    said = sentence("tensor.alt.term", letter=e.letter, wrt=e.wrt, **facts)
    name = "-".join(["term", *(str(p + 1) for p in e.places[k])])
    return Step(name, (k,), k + 1, (said,), e.partial_sum("rows", k + 1))


def _closed(e: TensorExplanation, found: Closed) -> Step:
    count, total = len(e.places), sentence("tensor.alt.closed", wrt=e.wrt, total=told(e.total))
    return Step("closed", tuple(range(count)), count, (*found.said, total), arrays.rows(e.total))


def _sum(e: TensorExplanation) -> Step:
    count = len(e.places)
    said = sentence("tensor.alt.sum", **given(e), grad=told(e.total))
    return Step("sum", tuple(range(count)), count, (said,), arrays.rows(e.total))
