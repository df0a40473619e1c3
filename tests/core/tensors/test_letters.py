"""Derivatives in letters: short, and the same numbers as the cards."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.expression.text import to_text
from core.expression.tree import Node, number, walk
from core.numbers.floats import evaluate as value_of
from core.problem import ProblemError
from core.tensors.letters import called, derivative, entries, full
from core.tensors.program import Input, Line, Program
from core.tensors.pullbacks import jacobian
from core.tensors.values import evaluate
from tests.core.tensors.programs import OPERATIONS, Case, cases
from tests.core.tensors.test_laws import ANY, Array, decided, finite, near

SOFTMAX = Program(
    (Input("x", (2, 2)), Input("W", (2, 2)), Input("b", (2,))),
    (
        Line("matmul", (0, 1), (2, 2)),
        Line("+", (3, 2), (2, 2), name="z"),
        Line("softmax", (4,), (2, 2), (("dim", 1),)),
    ),
)


def test_the_derivatives_of_a_softmax_layer_are_short() -> None:
    found = derivative(SOFTMAX, 0, 1)
    assert [to_text(entry) for entry in found.entries] == [
        "x_1_1*p_1_1*(1 - p_1_1)",
        "-(x_1_1*p_1_2*p_1_1)",
        "x_1_2*p_1_1*(1 - p_1_1)",
        "-(x_1_2*p_1_2*p_1_1)",
    ]
    assert found.values == {"x": 0, "p": 5}


def test_of_a_matrix_product_a_card_holds_the_row_of_the_other_factor() -> None:
    product = Program((Input("a", (2, 2)), Input("b", (2, 2))), (Line("matmul", (0, 1), (2, 2)),))
    assert [to_text(entry) for entry in derivative(product, 3, 1).entries] == ["0", "a_2_1", "0", "a_2_2"]
    assert to_text(full(product, 3)) == "a_2_1*b_1_2 + a_2_2*b_2_2"


def test_what_has_no_name_gets_a_letter_that_nothing_else_has() -> None:
    lines = (Line("softmax", (0,), (2,), (("dim", 0),)), Line("softmax", (1,), (2,), (("dim", 0),)))
    assert called(Program((Input("p", (2,)),), lines)) == ("p", "p1", "p2")


def test_a_long_adjoint_is_called_by_a_letter_of_its_own() -> None:
    root = Line("constant", (), (), (("shape", ()), ("entries", (Node("sqrt", (number(8),)),))))
    lines = (
        Line("transpose", (1,), (8, 8)),
        Line("matmul", (0, 3), (8, 8)),
        root,
        Line("/", (4, 5), (8, 8), name="s"),
        Line("softmax", (6,), (8, 8), (("dim", 1),)),
        Line("matmul", (7, 2), (8, 8)),
    )
    found = derivative(Program(tuple(Input(name, (8, 8)) for name in "qkw"), lines), 0, 0)
    assert set(found.folded) >= {"grad_s_1_1", "grad_s_1_8"}
    assert max(sum(1 for _ in walk(entry)) for entry in found.entries) < 100


@settings(ANY, max_examples=150)
@given(cases([op for op in OPERATIONS if op not in ("det", "inverse")]), st.integers(0, 10**6))
def test_letters_have_the_values_of_the_cards(case: Case, seed: int) -> None:
    values = evaluate(case.program, case.points)
    assume(finite(values) and decided(case, values) and not tied(case, values))
    output, at = seed % math.prod(case.program.output), seed % len(case.inputs)
    try:
        found = derivative(case.program, output, at)
        whole = full(case.program, output)
    except ProblemError:
        assume(False)
    J = jacobian(case.program, values, at).reshape(-1, *case.program.shapes[at])[output]
    assume(np.isfinite(J).all())
    env = point(case, values)
    for name, node in found.folded.items():  # in the order in which they were made: the later hold the earlier
        env[name] = value_of(node, env)
    written = np.array([value_of(entry, env) for entry in found.entries])
    assume(not np.isnan(written).any())  # 0 times an infinite slope, which a choice takes away from the numbers
    assert near(written, J.ravel())
    assert near(np.array(value_of(whole, env)), values[-1].ravel()[output])


def point(case: Case, values: tuple[Array, ...]) -> dict[str, float]:
    return {
        name: float(entry)
        for letter, value in zip(called(case.program), values, strict=True)
        for name, entry in zip(entries(letter, value.shape), value.flat, strict=True)
    }


def tied(case: Case, values: tuple[Array, ...]) -> bool:
    """Formulas know of no ties, and of no norm at 0."""
    for line in case.lines:
        (entries_, *_) = (*(values[arg].ravel() for arg in line.args), np.zeros(0))
        if line.op in ("max_over", "min_over") and len(set(entries_)) < len(entries_):
            return True
        if line.op == "norm" and ((entries_ == 0).any() or len(set(np.abs(entries_))) < len(entries_)):
            return True
    return False


def test_more_letters_than_anybody_could_read_are_refused() -> None:
    determinant = Program((Input("A", (6, 6)),), (Line("det", (0,), ()),))
    with pytest.raises(ProblemError, match="result_too_large"):
        derivative(determinant, 0, 0)
