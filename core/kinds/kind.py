"""What the rest of the house asks of a kind of problem: one row of the table ``core.kinds.KINDS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from core import parameters
from core.export.cells import Cells
from core.grammar import Choice
from core.maps import Step
from core.notation.tree import Piece
from core.parameters import Take
from core.slides.blocks import Slide
from core.slips import Question

# Each kind has its own. A problem is text; a reading has ``problem`` and ``errors``, an explanation ``problem``.
Problem = Any
Reading = Any
Explanation = Any
Json = Any


@dataclass(frozen=True)
class Kind:
    """One kind: its name in the address, its problem, and a function from each of its files.

    ``take`` makes a problem of parameters, ``texts`` parameters of a problem; ``nearest`` leaves a parameter that was
    refused to its default. ``read`` never raises; ``explain`` makes an explanation of a sound reading. ``formula`` is a
    complete problem in LaTeX, as small as a card; ``equations`` are those that the page shows; ``steps`` lead to the
    state, which is the last of them; ``slide`` is one of them, ``cells`` the notebook's, ``record`` the answer of the
    command line, each in a language. ``choices`` are what a text of a problem, given its reading, could mean as well,
    and the problem that it then is.
    ``functions`` are the parameters whose entries may hold a comma themselves.
    """

    page: str
    problem: type
    default: Problem
    take: Callable[[Take, Mapping[str, str]], Problem]
    texts: Callable[[Any], dict[str, str]]
    nearest: Callable[[Any, str], Problem]
    read: Callable[[Any], Reading]
    explain: Callable[[Any], Explanation]
    formula: Callable[[Any], str]
    equations: Callable[[Any], tuple[Piece, ...]]
    steps: Callable[[Any], tuple[Step, ...]]
    slide: Callable[[Any, Step, str], Slide]
    cells: Callable[[Any, str], Cells]
    record: Callable[[Any, str], dict[str, Json]]
    question: Callable[[Any], Question] | None = None
    exercise: Callable[[Random], Problem] | None = None
    choices: Callable[[Any, Any], Sequence[tuple[Choice, Problem]]] = lambda problem, reading: ()
    functions: tuple[str, ...] = parameters.FUNCTIONS

    def link(self, problem: Problem, lang: str | None = None) -> str:
        """The address of a problem of this kind, without a host."""
        return parameters.link(self.page, self.texts(problem), lang)

    def place(self, problem: Problem, field: str, index: int | None) -> str:
        """The text of an entry of a parameter (index from 0; of a matrix row by row), or of all of it for None."""
        return parameters.place(self.texts(problem), field, index, self.functions)
