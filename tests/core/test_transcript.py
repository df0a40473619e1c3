"""A listing runs exactly as shown, says only what its vocabulary allows, and does so in any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.code import sympy as derivation
from core.code.transcript import Listing, annotated, run
from core.engines import autograd
from core.grammar import parse

SOURCE = derivation.vector_source(
    [parse("2x1+x2^2"), parse("x1/3")], ["x1", "x2"], [parse("1/2"), parse("pi")], [parse("2"), parse("-1")]
)


def test_the_derivation_prints_the_jacobian_the_weighted_sum_and_both_at_the_point():
    printed = [printed.text for printed in run(Listing(SOURCE), derivation.VOCABULARY).printed]
    assert printed == [
        "Matrix([[2, 2*x2], [1/3, 0]])",
        "Matrix([[2*v1 + v2/3, 2*v1*x2]])",
        "Matrix([[2, 2*pi], [1/3, 0]])",
        "Matrix([[11/3, 4*pi]])",
    ]


def test_every_answer_stands_beside_or_below_the_print_that_gave_it():
    shown = annotated(run(Listing(SOURCE), derivation.VOCABULARY))
    assert "print(J)                # Matrix([[2, 2*x2], [1/3, 0]])" in shown
    assert run(Listing(shown), derivation.VOCABULARY).printed[3].text == "Matrix([[11/3, 4*pi]])"


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "__import__('os')",
        "sp.sympify('1')",
        "open('PWNED', 'w')",
        "print(sp.__class__)",
        "x = lambda: 0",
        "x = [y for y in x]",
        "sp.symbols('x; import os')",
        "exec('1')",
        "dict(a=1).__class__",
    ],
)
def test_a_listing_that_is_not_ours_is_refused_before_it_runs(code: str):
    with pytest.raises(RuntimeError, match="not a listing of ours"):
        run(Listing(f"import sympy as sp\n{code}\n"), derivation.VOCABULARY)


def test_listings_of_many_visitors_run_at_the_same_time():
    outputs = [parse("+".join(f"{k}*x^{k}" for k in range(2, 40)))]

    def work(k: int) -> float:
        return autograd.differentiate(outputs, ("x",), (0.5,), (k,)).vjp[0] / k

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(work, range(1, 200)))
    assert max(answers) - min(answers) < 1e-12
