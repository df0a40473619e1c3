"""A text is read once for each edit, however many parts of a page show what was read."""

from __future__ import annotations

import pytest

from core import grammar
from core.kinds import explained, read
from tests.pages.test_pages import visit

PAGES = [
    ("/vjp?f=x1*x2;x1-x2;x2^2&at=x1:3,x2:5&v=2,1,4", "vjp.v.1", 3),
    ("/chain?f=x1*x2;x1-x2&g=y1*y2;y1^2&at=x1:3,x2:5&v=2,1", "chain.v.1", 4),
]


@pytest.mark.parametrize(("address", "field", "functions"), PAGES)
def test_a_released_v_costs_one_reading(
    address: str, field: str, functions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visit(address)
    parsed: list[str] = []
    meaning = grammar.meaning

    def counting(text: str, *args: object, **kwargs: object) -> object:
        parsed.append(text)
        return meaning(text, *args, **kwargs)

    monkeypatch.setattr(grammar, "meaning", counting)
    before = read.cache_info().misses, explained.cache_info().misses
    app.text_input(key=field).set_value("7/3").run()
    assert not app.exception
    after = read.cache_info().misses, explained.cache_info().misses
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]
    assert len(parsed) == functions
