"""JSON, page, slide and script show one number, at the edges too; and what SymPy prints of its own is told."""

import json
import math
import re
from pathlib import Path

import pytest

from core import address as share
from core.__main__ import answer
from core.code.torch import literal
from core.export import Options, export
from core.kinds import explain, subject
from core.kinds.vector.explanation import VectorExplanation
from core.numbers.notation import decimal
from core.problem import ProblemError
from pages.components.stage import stage_data
from pages.shared import session
from tests.pages.test_pages import visit

EDGES = json.loads((Path(__file__).parents[1] / "cases" / "edges.json").read_text(encoding="utf-8"))
POINTS = ("x:0", "x:1", "x:pi", "x:sqrt(2)/2", "x:1e-9", "x:1e8", "x:-1/3")
FORMULAS = ("max(x,0)", "abs(x)/x", "sin(x)/x", "x^2+1e15", "sqrt(x)", "tan(x/2)", "(1e16*x+1)-1e16*x")
MADE = [
    f"/vjp?f={formula.replace('+', '%2B')};x*{k + 2}&at={point}&v=1/3,2"
    for k, formula in enumerate(FORMULAS)
    for point in POINTS
]


def accepted(address: str) -> bool:
    try:
        explain(share.decode(address).problem)
    except ProblemError:
        return False
    return True


ADDRESSES = [case["address"] for case in EDGES if accepted(case["address"])] + list(filter(accepted, MADE))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_view_shows_the_number_of_the_explanation(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "language", lambda: "en")
    e = explain(share.decode(address).problem)
    assert isinstance(e, VectorExplanation)
    total = [n.value for n in e.pullback.total]

    described, code = answer(address)
    assert code == 0
    assert list(map(float, described["vjp"])) == pytest.approx(total, rel=0, abs=0, nan_ok=True)

    data = stage_data(e, "vjp")
    assert [float(entry["value"]) for entry in data["total"]] == pytest.approx(total, rel=0, abs=0, nan_ok=True)
    assert f"({', '.join(map(decimal, total))})" in data["said"]

    slide = subject(e).slides("en")[-1]
    assert re.sub(r"\s", "", ", ".join(map(decimal, total))) in re.sub(r"\s", "", slide.alt)

    (script,) = export(subject(e), ".py", Options(lang="en"))
    asserted = total if e.verdict.torch.agrees and not e.verdict.notes else e.verdict.torch.vjp
    assert f"[{', '.join(map(literal, asserted))}]" in script.decode()
    if e.verdict.torch.agrees and all(map(math.isfinite, total)):
        assert list(e.verdict.torch.vjp) == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_what_sympy_prints_at_a_tie_is_told_beside_it() -> None:
    app = visit("/vjp?f=max(x,y)&at=x:1,y:1", "en")
    assert [one.value for one in app.caption if "Heaviside" in one.value]
    (script,) = export(subject(explain(share.decode("/vjp?f=max(x,y)&at=x:1,y:1").problem)), ".py", Options(lang="en"))
    assert "# SymPy writes the slopes of max and min as Heaviside" in script.decode()
