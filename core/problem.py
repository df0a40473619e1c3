"""The nouns: what a reader asks (Problem) and what is wrong with it (ProblemError).

A problem is text only, exactly what its address says, so it fits a link. Nothing here is read or
computed yet: ``core.grammar`` reads the texts, ``core.kinds.explain`` fills in what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Matrix = tuple[tuple[str, ...], ...]  # rows of numbers as typed
Span = tuple[int, int]  # [start, end) in the text of one entry
MAX_SIDE = 8  # of the matrices a, b and c
MAX_OUTPUTS = 8  # of one stage
MAX_ENTRIES = 64  # of J, so 8 × 8; fewer outputs leave room for more inputs, and no problem has more inputs than that


@dataclass(frozen=True)
class VectorProblem:
    """y = f(x) and the row weights v of one backward pass (the page ``/vjp``)."""

    functions: tuple[str, ...]
    point: tuple[tuple[str, str], ...] | None = None  # (name, number) in column order; None: found in f, all 1
    cotangent: tuple[str, ...] | None = None  # one number per output; None: ones


@dataclass(frozen=True)
class ChainProblem:
    """x → y → z: ``inner`` are the y_i of x, ``outer`` the z_i of y1, y2, … (the page ``/chain``).

    ``further`` holds the stages of a longer chain, each written in the outputs of the one before: w_i of z1, z2, …
    """

    inner: tuple[str, ...]
    outer: tuple[str, ...]
    point: tuple[tuple[str, str], ...] | None = None
    cotangent: tuple[str, ...] | None = None  # one number per output of the last stage; None: ones
    further: tuple[tuple[str, ...], ...] = ()

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """The functions of every stage, the innermost first."""
        return self.inner, self.outer, *self.further


CHAIN_FIELDS = ("f", "g", "h", "k")  # the address parameter of each stage
CHAIN_LETTERS = ("x", "y", "z", "w", "s")  # what goes into each stage; the next one is what comes out
MAX_STAGES = len(CHAIN_FIELDS)


@dataclass(frozen=True)
class MatmulProblem:
    """c = a·b with the weights v of c's shape (the page ``/matmul``)."""

    a: Matrix  # m × k
    b: Matrix  # k × n
    v: Matrix | None = None  # m × n; None: ones
    wrt: Literal["a", "b"] = "b"


Problem = VectorProblem | ChainProblem | MatmulProblem


class ProblemError(Exception):
    """A problem that cannot be explained: a code with facts, worded only at the boundary.

    ``field`` is the address parameter at fault ("f", "g", "h", "k", "at", "v", "a", "b", "wrt", "lang" or "address"),
    ``index`` its entry (from 0; None: the whole field), ``span`` the offending characters of that entry.
    ``facts`` fill the placeholders of the message ``errors.<code>`` in core/wording/content/*/errors.toml; a fact named
    ``suggestion`` is a text the reader could type instead.
    """

    def __init__(
        self,
        code: str,
        *,
        field: str = "",
        index: int | None = None,
        span: Span | None = None,
        **facts: str | int,
    ) -> None:
        super().__init__(code, field, index, span, facts)
        self.code, self.field, self.index, self.span, self.facts = code, field, index, span, facts

    def at(self, field: str, index: int | None) -> ProblemError:
        """The same refusal, told of entry ``index`` of ``field``."""
        return ProblemError(self.code, field=field, index=index, span=self.span, **self.facts)
