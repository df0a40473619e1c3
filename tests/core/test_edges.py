"""Where floats meet an edge: exact points, limits, kinks, rounding. Every case through the same door as an address."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from core.__main__ import answer

EDGES = json.loads((Path(__file__).parents[1] / "cases" / "edges.json").read_text(encoding="utf-8"))


def told(address: str) -> dict:
    described, code = answer(address)
    assert code == 0, described
    return described


def codes(described: dict) -> set[str]:
    return {note["code"] for note in described["notes"]}


def messages(described: dict) -> str:
    return " ".join(note["message"] for note in described["notes"])


def close(found: float | str, wanted: float | str) -> bool:
    if isinstance(found, str) or isinstance(wanted, str):
        return found == wanted
    return found == pytest.approx(wanted, rel=1e-12)


def matrices_close(found: list, wanted: list) -> bool:
    return all(close(a, b) for row, other in zip(found, wanted, strict=True) for a, b in zip(row, other, strict=True))


def not_agreed(described: dict) -> bool:
    return "error" in described or not described["checks"]["torch"]["agrees"] or "undefined" in codes(described)


def types_back(described: dict) -> bool:
    """Every printed entry of J is a function that can be typed, and has the value of the entry."""
    at = ",".join(f"{name}:{value}" for name, value in zip(described["inputs"], described["primal"], strict=True))
    typed = [
        told(f"/vjp?f={quote(entry, safe='')}&at={at}")["values"][0] for row in described["jacobian"] for entry in row
    ]
    return matrices_close([typed], [[entry for row in described["jacobian_at"] for entry in row]])


# what a case may ask for -> whether an answer has it
EXPECTATIONS = {
    "note_any": lambda d, wanted: codes(d) & set(wanted),
    "note_none": lambda d, wanted: not codes(d) & set(wanted),
    "message_has": lambda d, wanted: re.search(wanted, messages(d)),
    "message_not": lambda d, wanted: wanted not in messages(d),
    "values": lambda d, wanted: matrices_close([d["values"]], [wanted]),
    "vjp": lambda d, wanted: matrices_close([d["vjp"]], [wanted]),
    "vjp_torch": lambda d, wanted: matrices_close([d["checks"]["torch"]["vjp"]], [wanted]),
    "jacobian_at": lambda d, wanted: matrices_close(d["jacobian_at"], wanted),
    "torch_agrees": lambda d, wanted: d["checks"]["torch"]["agrees"] == wanted,
    "must_not_agree": lambda d, wanted: not_agreed(d),
    "types_back": lambda d, wanted: types_back(d),
    "suggestion_has": lambda d, wanted: wanted in d["error"]["message"],
    "suggestion_not": lambda d, wanted: wanted not in d["error"]["message"],
    "export_runs": lambda d, wanted: True,  # test_exports_run.py runs them
}
REFUSED = {"zero-1", "say-1", "say-2", "say-3"}


@pytest.mark.parametrize("case", EDGES, ids=[case["id"] for case in EDGES])
def test_an_edge_is_told_truly(case):
    described, code = answer(case["address"])
    assert code == (2 if case["id"] in REFUSED else 0)
    asked = case.keys() - {"id", "address", "right"}
    assert {name: case[name] for name in asked if not EXPECTATIONS[name](described, case[name])} == {}


def test_the_limit_of_a_coefficient_is_counted_in_digits():
    described, _ = answer("/vjp?f=x*1e99*1e99&at=x:1")
    assert "154 digits" in described["error"]["message"]


@pytest.mark.parametrize(
    ("address", "code", "field"),
    [
        ("/vjp?f=x/sin(pi)", "division_by_zero", "f"),
        ("/vjp?f=x*tan(pi/2)", "not_finite", "f"),
        ("/vjp?f=x/(sqrt(2)^2-2)", "division_by_zero", "f"),
        ("/vjp?f=x*log(cos(pi/2))", "not_finite", "f"),
        ("/vjp?f=x&at=x:1/sin(pi)", "division_by_zero", "at"),
        ("/vjp?f=x&v=1/(1-sin(pi/2))", "division_by_zero", "v"),
        ("/matmul?a=1/sin(pi),2&b=1;2", "division_by_zero", "a"),
    ],
)
def test_a_division_by_what_is_exactly_0_is_refused(address, code, field):
    described, _ = answer(address)
    assert (described["error"]["code"], described["error"]["field"]) == (code, field)
