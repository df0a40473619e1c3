"""How numbers and names are written: the table that the browser's half is tested with, too (tests/js)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.kinds.vector.geometry import label
from core.numbers.notation import decimal
from core.numbers.tints import strengths

CASES = json.loads((Path(__file__).parent.parent / "cases" / "display.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["digits"], ids=lambda case: case["text"])
def test_a_number_is_written_with_at_most_four_significant_digits(case: dict[str, Any]) -> None:
    assert decimal(float(case["value"])) == case["text"]


@pytest.mark.parametrize("case", CASES["subscripts"], ids=lambda case: case["name"])
def test_the_index_of_a_name_is_lowered(case: dict[str, Any]) -> None:
    assert label(case["name"]) == case["text"]


@pytest.mark.parametrize("case", CASES["tints"], ids=lambda case: str(case["v"]))
def test_the_tints_of_the_rows_that_a_v_weights(case: dict[str, Any]) -> None:
    assert strengths(case["v"]) == pytest.approx(case["strengths"], abs=1e-6)
