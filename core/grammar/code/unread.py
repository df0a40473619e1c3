"""What a line of a cell could not be read for: a code with facts, worded only at the boundary."""

from __future__ import annotations

from core.grammar.refusal import clip


class UnreadError(Exception):
    """A line, or a part of one, that is not read; the rest of the cell goes on."""

    def __init__(self, code: str, **facts: str | int) -> None:
        shown = {name: clip(fact, 60) if isinstance(fact, str) else fact for name, fact in facts.items()}
        super().__init__(code, shown)
        self.code, self.facts = code, shown
