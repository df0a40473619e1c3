"""Formulas as they stand in public questions, tutorials and manuals: read as they are meant there, at the first try.

Each case of tests/cases/found.json names its source. ``means`` is the same in SymPy's own words, which SymPy reads and
differentiates here: nothing of ours has a part in what is expected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sympy as sp

from core.__main__ import answer
from core.kinds.vector.edits import with_function
from core.kinds.vector.problem import DEFAULT
from core.kinds.vector.reading import Reading, read

FOUND = json.loads((Path(__file__).parents[1] / "cases" / "found.json").read_text(encoding="utf-8"))
MEANT = [case for case in FOUND if case["means"]]


def expected(case: dict[str, Any]) -> list[list[float]]:
    symbols = {name: sp.Symbol(name, real=True) for name in case["at"]}
    functions = [sp.sympify(text, locals=symbols) for text in case["means"]]
    at = {symbols[name]: sp.Rational(str(value)) for name, value in case["at"].items()}
    return [[float(function.diff(symbol).subs(at)) for symbol in symbols.values()] for function in functions]


def on_the_page(text: str) -> Reading:
    return read(with_function(DEFAULT, 0, text))


def says(reading: Reading) -> bool:
    """A choice under the field, or a refusal with something to take instead."""
    return bool(reading.choices) or any("suggestion" in error.facts for error in reading.errors)


@pytest.mark.parametrize("case", MEANT, ids=[case["id"] for case in MEANT])
def test_a_text_means_here_what_it_means_there(case: dict[str, Any]) -> None:
    point = ",".join(f"{name}:{value}" for name, value in case["at"].items())
    found, code = answer(f"/vjp?f={quote(case['text'], safe='')}&at={point}")
    assert code == 0, found
    for row, meant in zip(found["jacobian_at"], expected(case), strict=True):
        assert row == pytest.approx(meant, abs=1e-9)


@pytest.mark.parametrize("case", MEANT, ids=[case["id"] for case in MEANT])
def test_it_may_be_typed_into_any_page(case: dict[str, Any]) -> None:
    reading = on_the_page(case["text"])
    assert reading.errors == ()
    assert case["must"] != "ask" or says(reading)


@pytest.mark.parametrize("case", [case for case in FOUND if not case["means"]], ids=lambda case: case["id"])
def test_what_is_not_read_is_refused_or_asked(case: dict[str, Any]) -> None:
    reading = on_the_page(case["text"])
    assert says(reading) if case["must"] == "ask" else reading.errors


def test_the_list_is_long_enough_and_names_its_sources() -> None:
    assert len(FOUND) >= 40
    assert len({case["source"] for case in FOUND}) >= 12
    assert all(case["source"].startswith("http") for case in FOUND)
