"""Texts that nobody would type: each is read or refused with a ProblemError, and the work is bounded."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest

from core import address as share
from core import grammar
from core.expression.tree import natural
from core.grammar.matrices import MAX_TEXT
from core.grammar.matrices import read as read_matrix
from core.kinds import KINDS, complete, explain
from core.kinds.vector import edits
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import read
from core.problem import MAX_ENTRIES, MAX_OUTPUTS, ProblemError

SIGNS = "[ ] { } [[ ]] ( ) 1 -2.5 pi 1/2 , ; & | = : ... x ' \" A= dtype= tensor( np.array( np.matrix('"
LATEX = r"\\ \\[ \\[1ex] \begin{bmatrix} \end{bmatrix} \left( \right]"
PIECES = (*SIGNS.split(), *LATEX.split(), " ", "\n", "\t", "...\n")


def hostile_texts() -> list[str]:
    """One piece over and over, one and then another over and over, and pieces at random; MAX_TEXT characters each."""
    rng = random.Random(3)
    pairs = [f"{one}{other * MAX_TEXT}"[: MAX_TEXT - 1] + "x" for one in PIECES for other in PIECES]
    mixed = ["".join(rng.choices(PIECES, k=MAX_TEXT))[:MAX_TEXT] for _ in range(10)]
    few = ["".join(rng.choices(rng.sample(PIECES, 3), k=MAX_TEXT))[:MAX_TEXT] for _ in range(40)]
    return [*pairs, *mixed, *few]


def test_a_pasted_text_is_read_or_refused_without_trying_again() -> None:
    """In a process of its own, which is killed: a hang would hold this one too."""
    code = "import sys; sys.setrecursionlimit(400); import tests.core.test_hostile as t; t.paste_all(t.hostile_texts())"
    subprocess.run([sys.executable, "-c", code], timeout=300, check=True)


def paste_all(texts: list[str]) -> None:
    for text in texts:
        with suppress(ProblemError):
            read_matrix(text)


@pytest.mark.parametrize(
    "text", ["[1]" + " " * 2000 + "x", "tensor(" + " " * 1000 + "=|", "np.matrix('1')" + " " * 9000 + "x"]
)
def test_what_stands_behind_a_matrix_is_looked_at_once(text: str) -> None:
    code = f"from core.grammar.matrices import read\nread({text!r})"
    told = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True, check=False)
    assert "ProblemError" in told.stderr


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work takes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(ProblemError):
            work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("text", ["tensor({}=|", "np.array({}1)", "f({}\n2", "1 {} 2", "{{({}"])
def test_blanks_in_a_pasted_text_are_not_walked_one_by_one(text: str) -> None:
    few, many = (lines_run(lambda n=n: read_matrix(text.format(" " * n))) for n in (10, 15_000))
    assert many - few < 5_000


@pytest.mark.parametrize("text", ["[" * 10_000, "[" * 10_000 + "1" + "]" * 10_000, "{[" * 5_000 + "1" + "]}" * 5_000])
def test_brackets_in_brackets_are_refused_and_exhaust_no_stack(text: str) -> None:
    with pytest.raises(ProblemError):
        read_matrix(text)


def test_grammar_reads_or_refuses_what_repeats() -> None:
    for one in (*PIECES, "|", "x", "2j", "1.", "where(", "√", "^", "\\frac", "_", "$", "sin", "e"):
        for other in (*PIECES, "x", "1.2.3j", "|", "^2", "(", "\\frac"):
            text = (one + other * 600)[: grammar.MAX_LENGTH]
            for reader in (
                grammar.parse,
                lambda text: grammar.parse(text, ("j", "x")),
                lambda text: grammar.constant(text, field="v"),
                lambda text: grammar.variable(text, field="at"),
            ):
                with suppress(ProblemError):
                    reader(text)


def test_a_number_with_two_points_before_a_declared_j_is_refused() -> None:
    with pytest.raises(ProblemError):
        grammar.parse("1.2.3j", ("j",))


def test_names_are_sorted_by_numbers_of_any_length() -> None:
    assert sorted(["x10", "x2", "x", "x" + "9" * 5000, "x02"], key=natural) == [
        "x",
        "x2",
        "x02",
        "x10",
        "x" + "9" * 5000,
    ]


# ── Many entries ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the grammar is asked to read."""
    asked: list[str] = []
    for name in ("parse", "constant", "variable"):
        reader = getattr(grammar, name)
        monkeypatch.setattr(
            grammar, name, lambda text, *args, reader=reader, **more: asked.append(text) or reader(text, *args, **more)
        )
    return asked


MANY = 8_000


@pytest.mark.parametrize(
    "problem",
    [
        VectorProblem(("x",) * MANY),
        VectorProblem(("x",), tuple((f"x{k}", "1") for k in range(MANY))),
        VectorProblem(("x",), None, ("1",) * MANY),
        share.decode("/chain?" + "&".join(f"{stage}=" + ";".join(["1"] * MANY) for stage in "fghk")).problem,
    ],
)
def test_of_a_thousand_entries_no_more_are_read_than_there_may_be(problem, parsed: list[str]) -> None:
    with pytest.raises(ProblemError):
        explain(problem)
    with pytest.raises(ProblemError):
        complete(problem)
    edits.with_function(problem, 0, "x*y")
    edits.with_coordinate(problem, "x", "2")
    edits.with_weight(problem, 0, "2")
    edits.add_function(problem)
    assert len(parsed) <= 12 * (MAX_ENTRIES + 4 * MAX_OUTPUTS)


def test_the_number_of_what_is_too_much_is_told() -> None:
    told = [error.facts for error in read(VectorProblem(("x",) * 990)).errors]
    assert {"count": 990, "limit": MAX_OUTPUTS} in told
    (error,) = read(VectorProblem(("x0",), tuple((f"x{k}", "1") for k in range(990)))).errors
    assert (error.code, error.facts["columns"]) == ("too_many_entries", 990)


def test_removing_a_function_removes_all_that_are_more_than_there_may_be() -> None:
    problem = VectorProblem(("x",) * 990, (("x", "1"),), ("1",) * 990)
    shorter = edits.remove_function(problem)
    assert len(shorter.functions) == len(shorter.cotangent or ()) == MAX_OUTPUTS
    assert explain(shorter)


def test_a_link_that_no_page_would_write_is_not_read_at_all() -> None:
    query = "f=" + ";".join("x" * (share.MAX_QUERY // 2))
    decoded = share.read_query("vjp", query)
    assert decoded.problem == KINDS["vjp"].default
    assert [(error.code, error.field) for error in decoded.errors] == [("too_long", "address")]
    assert share.read_query("vjp", "f=x^2&at=x:3") == share.decode("/vjp?f=x^2&at=x:3")
