"""What is wrong with what a reader asks (ProblemError), and how much may be asked.

Each kind has its own problem (``core.kinds.*.problem``): text only, exactly what its address says, so it fits a link.
"""

from __future__ import annotations

Matrix = tuple[tuple[str, ...], ...]  # rows of numbers as typed
Tensor = str | tuple[str, ...] | Matrix  # a number, a vector or a matrix as typed
Span = tuple[int, int]  # [start, end) in the text of one entry
MAX_SIDE = 8  # of the matrices a, b and c
MAX_OUTPUTS = 8  # of one stage
MAX_ENTRIES = 64  # of J, so 8 × 8; fewer outputs leave room for more inputs, and no problem has more inputs than that


class ProblemError(Exception):
    """A problem that cannot be explained: a code with facts, worded only at the boundary.

    ``field`` is the address parameter at fault ("f", "g", "h", "k", "at", "v", "a", "b", "wrt", "lang" or "address", an
    input of a tensor problem), ``index`` its entry (from 0; None: the whole field), ``span`` the offending characters.
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

    def at(self, field: str, index: int | None, otherwise: Span | None = None) -> ProblemError:
        """The same refusal, told of entry ``index`` of ``field``; with the span ``otherwise`` if it has none."""
        return ProblemError(self.code, field=field, index=index, span=self.span or otherwise, **self.facts)

    def anew(self) -> ProblemError:
        """The same refusal, not raised yet: what is kept of it holds on to no frames."""
        return self.at(self.field, self.index)
