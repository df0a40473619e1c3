"""The table of kinds, the one path, and a fourth kind: a folder and a line."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import core.kinds
from core import address as share
from core import embedded
from core.__main__ import answer
from core.export import Options, export
from core.kinds import KINDS, explain, explained, read, subject
from core.kinds.vector.problem import VectorProblem
from core.problem import ProblemError

SQUARE = Path(__file__).parents[1] / "support" / "square"


# ── A new kind is a folder and a line ────────────────────────────────────────────────────────────────────


@pytest.fixture
def square(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page of y = x², a kind whose folder stands somewhere else."""
    shutil.copytree(SQUARE, tmp_path / "square")
    monkeypatch.setattr(core.kinds, "__path__", [*core.kinds.__path__, str(tmp_path)])
    kind = importlib.import_module("core.kinds.square").KIND
    monkeypatch.setitem(KINDS, kind.page, kind)
    yield kind.page
    for module in [name for name in sys.modules if name.startswith("core.kinds.square")]:
        del sys.modules[module]


def test_a_new_kind_has_an_address(square: str) -> None:
    decoded = share.decode("https://lens.example.edu/square?x=6/2&lang=zh")
    assert (decoded.page, decoded.problem.x, decoded.lang, decoded.errors) == (square, "6/2", "zh", ())
    assert share.host("https://lens.example.edu/square?x=3") == "https://lens.example.edu"
    assert share.decode(share.encode(decoded.problem)).problem == decoded.problem
    assert share.decode("/square").problem == KINDS[square].default


def test_a_new_kind_is_explained_on_the_command_line(square: str) -> None:
    described, code = answer("/square?x=3")
    assert (code, described["address"], described["jacobian_at"]) == (0, "/square?x=3", [[6]])
    assert (described["verdict"], described["checks"]["torch"]) == ("exact", {"vjp": [6], "agrees": True})
    refused, code = answer("/square?x=2%2B")
    assert (code, refused["error"]["field"], refused["error"]["index"]) == (2, "x", 0)


def test_a_new_kind_is_exported(square: str, tmp_path: Path) -> None:
    of_three = subject(explain(share.decode("/square?x=3").problem))
    (deck,) = export(of_three, ".pdf", Options(steps=True))
    assert deck.startswith(b"%PDF")
    assert [slide.frame.link for slide in of_three.slides("zh", steps=True)] == ["/square?x=3&lang=zh"] * 2
    assert embedded.picture("page=square&x=3").startswith(b"\x89PNG")
    (script,) = export(of_three, ".py", Options())
    (tmp_path / "script.py").write_bytes(script)
    ran = subprocess.run([sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=True)
    assert "SymPy, PyTorch and the slide agree." in ran.stdout


def test_without_its_line_there_is_no_such_kind() -> None:
    with pytest.raises(ProblemError, match="unknown_page"):
        share.decode("/square?x=3")


# ── Problem → Reading → Explanation ──────────────────────────────────────────────────────────────────────


def test_what_is_read_alike_is_explained_once() -> None:
    spelled = [VectorProblem((text, "x2"), (("x1", point), ("x2", "5")), ("7", "1")) for text, point in SPELLINGS]
    before = explained.cache_info()
    explanations = [explain(problem) for problem in spelled]
    after = explained.cache_info()
    assert all(explanation is explanations[0] for explanation in explanations)
    assert (after.misses - before.misses, after.hits - before.hits) == (1, len(spelled) - 1)
    assert explanations[0].problem.functions == ("2*x1", "x2")


SPELLINGS = (("2x1", "3"), ("2*x1", "3"), ("2 x_1", " 3"), ("２*x₁", "3"), ("y1 = 2x1", "3"))


def test_a_refusal_is_told_anew_and_keeps_nothing_of_whoever_was_told_before() -> None:
    problem = VectorProblem(("x1+",), (("x1", "3"),))
    told = []
    for _ in range(2):
        with pytest.raises(ProblemError) as refused:
            explain(problem)
        told.append(refused.value)
    assert told[0] is not told[1]
    assert all(error.__traceback__ is None for error in read(problem).errors)


@pytest.mark.parametrize("page", KINDS)
def test_a_reading_is_of_the_same_kind_and_reads_alike_again(page: str) -> None:
    reading = read(KINDS[page].default)
    assert type(reading.problem) is KINDS[page].problem
    assert read(reading.problem) == reading


@pytest.mark.parametrize("page", KINDS)
def test_the_steps_lead_to_the_state(page: str) -> None:
    e = explain(KINDS[page].default)
    steps = KINDS[page].steps(e)
    assert len({step.id for step in steps}) == len(steps)
    assert [step.shown for step in steps] == sorted(step.shown for step in steps)
    assert (steps[0].answer, steps[-1].id, set(steps[-1].lit)) == ((), "sum", set(range(steps[-1].shown)))
    slides = subject(e).slides("en", steps=True)
    assert len(slides) == len(steps) == subject(e).count(steps=True)
    assert slides[-1:] == subject(e).slides("en")
