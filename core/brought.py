"""What somebody pasted → the address of the problem it asks for, what was read of each line, and what else it could be.

The text is read in a process that can be killed; nothing of it is executed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from core import address as share
from core.calculus import worker
from core.grammar import tensors
from core.grammar.code.source import MAX_TEXT
from core.kinds import complete
from core.kinds.kind import Problem
from core.kinds.tensor.problem import TensorProblem
from core.problem import ProblemError

UNDERSTOOD = frozenset(
    "nothing_to_compute comment output with_line function_defined asks_backward asks_jacobian asks_backward_at_ones"
    " asks_jacobian_at_ones at_ones forward_mode could_mean read_as point_given"
    " assumed_shape assumed_matrix random_values check_not_run".split()
)  # what is said of a line that was read; every other code says why it was not


@dataclass(frozen=True)
class Line:
    """A line of the text: what was ``read`` of it, and a code with facts for what is to be said of it."""

    number: int
    text: str
    read: str = ""
    code: str = ""
    facts: Mapping[str, str | int] | None = None

    @property
    def understood(self) -> bool:
        return not self.code or self.code in UNDERSTOOD


@dataclass(frozen=True)
class Choice:
    """Another problem that ``text`` could be.

    ``kind`` says how it is read, ``taken`` how the first is (keys of the words ``pasted_as``); where ``kind`` is
    "instead" a word is read otherwise: ``text`` as ``other`` instead of ``taken``.
    """

    text: str
    taken: str
    kind: str
    line: int
    problem: Problem
    other: str = ""


@dataclass(frozen=True)
class Brought:
    """``problem`` is complete; where there is none ``refusal`` says why."""

    problem: Problem | None
    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    refusal: ProblemError | None = None
    notes: tuple[str, ...] = ()  # keys of the words ``pasted_note``


def bring(text: str) -> Brought:
    """Reads a pasted text. Raises ProblemError for one that cannot be looked at: ``too_long``, ``empty``, ``busy`` …"""
    if len(text) > MAX_TEXT:
        raise ProblemError("too_long", field="", span=(MAX_TEXT, len(text)), length=len(text), limit=MAX_TEXT)
    answer = worker.ask("bring", text=text)
    lines = tuple(Line(number, typed, read, code, dict(facts)) for number, typed, read, code, facts in answer["lines"])
    found: list[tuple[str, int, Problem, tuple[str, str, str] | None]] = []
    refusal = _refusal(answer["refusal"])
    for kind, line, address, word in answer["found"]:
        try:
            found.append((kind, line, complete(share.decode(address).problem), word))
        except ProblemError as error:
            refusal = refusal or error
    if not found:
        return Brought(None, lines, (), refusal or ProblemError("nothing_to_show", field=""))
    texts = {line.number: line.text.strip() for line in lines}
    taken, first, problem, _ = found[0]
    choices = []
    for kind, line, other, word in found[1:]:
        text, before, instead = word or (texts.get(line, lines[0].text.strip()), taken, "")
        choices.append(Choice(text, before, kind, line if line != first else 0, other, instead))
    return Brought(problem, lines, tuple(choices), None, tuple(answer["notes"]))


def in_matrices(text: str) -> Problem | None:
    """The program in matrices that the text of one function is, if it is about vectors or matrices and can be shown."""
    if not tensors.is_about_matrices(text):
        return None
    with suppress(ProblemError):
        return complete(TensorProblem(text))
    return None


def _refusal(told: Mapping[str, object] | None) -> ProblemError | None:
    return None if told is None else worker.refused(told)
