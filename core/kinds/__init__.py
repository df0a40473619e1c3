"""What can be asked, one folder a kind; and the one path: Problem → Reading → Explanation → every view.

``KINDS`` is the one table that the address, the command line, the pages, the export and the tests ask: a new kind is a
folder and a line.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random

from core.export.cells import Part, notebook_cells
from core.kinds import chain, matmul, tensor, vector
from core.kinds.kind import Explanation, Kind, Problem, Reading
from core.memory import remembered
from core.notation.tree import Piece
from core.parameters import MAX_ADDRESS
from core.problem import ProblemError
from core.slides.blocks import Slide
from core.slips import apart

KINDS: dict[str, Kind] = {kind.page: kind for kind in (vector.KIND, chain.KIND, matmul.KIND, tensor.KIND)}


def kind_of(problem: Problem) -> Kind:
    """The kind of a problem. Raises TypeError for what is none."""
    for kind in KINDS.values():
        if isinstance(problem, kind.problem):
            return kind
    raise TypeError(problem)


# ── Problem → Reading → Explanation ──────────────────────────────────────────────────────────────────────


@remembered(entries=1024, megabytes=4)
def read(problem: Problem) -> Reading:
    """What could be read of a problem, entry by entry, and everything that is wrong with it. Never raises."""
    return kind_of(problem).read(problem)


def complete(problem: Problem) -> Problem:
    """The problem as read: defaults written out, texts in canonical spelling. Raises its first ProblemError."""
    return _sound(problem).problem


def explain(problem: Problem) -> Explanation:
    """Derives, evaluates and checks a problem. Raises the first ProblemError of its reading, or the worker's."""
    reading = _sound(problem)
    try:
        return explained(reading)
    except ProblemError as error:
        raise _placed(error, problem) from None


@remembered(entries=1024, megabytes=6)
def explained(reading: Reading) -> Explanation:
    """By what was read, not by how it was spelled: 2x1 and 2*x1 are one explanation."""
    return kind_of(reading.problem).explain(reading)


def _sound(problem: Problem) -> Reading:
    """The reading of a problem of which nothing is refused, and whose address is short enough to be shared."""
    reading = read(problem)
    for error in reading.errors:
        raise _placed(error, problem)
    length = len(kind_of(problem).link(reading.problem))
    if length > MAX_ADDRESS:
        raise ProblemError("too_long_together", field="f", length=length, limit=MAX_ADDRESS)
    return reading


def _placed(error: ProblemError, problem: Problem) -> ProblemError:
    """The same refusal, with all of the entry or parameter at fault as its span if it has none of its own."""
    text = kind_of(problem).place(problem, error.field, error.index)
    return error.at(error.field, error.index, (0, len(text)) if error.field else None)


# ── What may be guessed ──────────────────────────────────────────────────────────────────────────────────

TRIES = 50  # problems of chance until one keeps the slips apart; most of them do


def exercise(page: str, seed: int) -> Problem:
    """A problem of a kind, the same for the same seed, whose answer tells which slip was made, if one was."""
    kind, random = KINDS[page], Random(seed)
    assert kind.exercise
    assert kind.question
    for _ in range(TRIES):
        with suppress(ProblemError):
            if apart(kind.question(explain(problem := kind.exercise(random)))):
                return problem
    return kind.default


# ── What is shown of an explanation ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Subject:
    """An explanation as its kind shows it: what the services that make files are handed."""

    kind: Kind
    explanation: Explanation

    def address(self, lang: str) -> str:
        """The address of the state, without a host; English is what a link opens in anyway."""
        return self.kind.link(self.explanation.problem, None if lang == "en" else lang)

    def count(self, steps: bool = False) -> int:
        """How many slides there will be, without making them."""
        return len(self.kind.steps(self.explanation)) if steps else 1

    def slides(self, lang: str, steps: bool = False) -> tuple[Slide, ...]:
        """The state as a slide in a language; with ``steps`` how it comes about, the state last."""
        every = self.kind.steps(self.explanation)
        told = every if steps else every[-1:]
        return tuple(self.kind.slide(self.explanation, step, lang).linked(self.address(lang)) for step in told)

    def cells(self, lang: str, link: str) -> tuple[Part, ...]:
        """The cells of a notebook in a language; ``link`` opens the state."""
        return notebook_cells(self.kind.cells(self.explanation, lang), lang, link)

    def equations(self) -> tuple[Piece, ...]:
        """Every equation that the page shows, in its order."""
        return self.kind.equations(self.explanation)


def subject(explanation: Explanation) -> Subject:
    """An explanation with its kind."""
    return Subject(kind_of(explanation.problem), explanation)
