"""A browser may send anything: what our own scripts would not send changes nothing and raises nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product as pairs
from typing import Any

import pytest

from core import address as share
from core.grammar.tensors import MAX_PROGRAM
from core.kinds import KINDS, kind_of
from core.kinds.kind import Problem
from core.kinds.vector.problem import VectorProblem
from pages.components import geometry, product, tensor, weights
from pages.shared.messages import LARGEST_SERIAL, NotOursError, message, serial

WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "nonsense",
    "x" * 100_000,
    "\ud800",
    "\x00",
    [],
    [[]],
    [None],
    [1, "2"],
    ["1"] * 100_000,
    [["1"] * 1_000] * 1_000,
    [[["1"]]],
    [{}],
    [["1"], None],
    [[1]],
    [["\udfff"]],
    {},
    {"kind": []},
    {"kind": {}},
    {"get": 1},
    json.loads("[" * 200 + "]" * 200),
)
PRODUCT = {"a": [["1", "2"]], "b": [["3"], ["4"]], "v": [["1"]], "wrt": "b", "loss": None, "serial": 1}
PASTE = {"kind": "paste", "matrix": "a", "i": 0, "j": 0, "text": "7 8", "whole": False}
RANDOM = {"kind": "random", "matrix": "ab", "seed": 3}
PRESET = {"kind": "preset", "name": "ones", "i": 0, "j": 0}
MOVED = {"x": [3.0, 4.0], "from": [1.0, 2.0]}
X = {"name": "x", "rank": 2, "rows": [["3", "4"]]}
TENSOR = {"f": "x*W", "inputs": [X], "wrt": "x", "batch": "", "loss": None, "letters": -1, "serial": 1}
SLIDERS = {"texts": ["3", "4"], "serial": 1}


@dataclass
class Kept:
    """The session of a visitor: what a handler may change of it."""

    draft: Problem
    changes: int = 0

    def change(self, _page: str, draft: Problem) -> None:
        self.draft, self.changes = draft, self.changes + 1


@pytest.fixture
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kept:
    state = Kept(KINDS[request.param].default)
    for component in (geometry, product, tensor):
        monkeypatch.setattr(component.session, "change", state.change)
        monkeypatch.setattr(component.session, "replace_all", state.change)
        monkeypatch.setattr(component.session, "problem", lambda _page: state.draft)
        monkeypatch.setattr(component.session, "language", lambda: "en")
    return state


def variants(sound: dict[str, Any]) -> list[Any]:
    """A sound message with each part replaced by each wrong thing; and the wrong things themselves."""
    return [*WRONG, *(sound | {name: wrong} for name, wrong in pairs(sound, WRONG))]


def moved(sent: object) -> None:
    shown = KINDS["vjp"].default
    assert isinstance(shown, VectorProblem)
    geometry.move("vjp", shown, sent)


ACTS = [PRODUCT | {"act": {**act}} for act in (PASTE, RANDOM, PRESET)]
IN_ACTS = [PRODUCT | {"act": wrong} for act in (PASTE, RANDOM, PRESET) for wrong in variants(act)]
IN_TENSOR = [
    *(TENSOR | {"act": wrong} for act in (PASTE | {"matrix": "x"}, RANDOM, PRESET) for wrong in variants(act)),
    *(TENSOR | {"inputs": [wrong]} for wrong in variants(X)),
]
DRAGGED = {"texts": ["1", "2", "3", "4", "5", "6"], "serial": 1}
HANDLERS: list[Any] = [
    pytest.param("matmul", product._store, [*variants(PRODUCT), *IN_ACTS], [PRODUCT, *ACTS], id="product"),
    pytest.param("vjp", moved, variants(MOVED), [MOVED], id="geometry"),
    pytest.param("tensor", tensor._store, [*variants(TENSOR), *IN_TENSOR], [TENSOR], id="tensor"),
    pytest.param("tensor", tensor._weigh, [*variants(DRAGGED), *variants(PASTE)], [DRAGGED], id="dragged"),
]


def limits_hold(draft: Problem) -> bool:
    """Whether every text of a problem is no longer than its field may be, and could be in an address."""
    texts = kind_of(draft).texts(draft)
    assert share.encode(draft)
    longest = {"f": MAX_PROGRAM + 1} if kind_of(draft).page == "tensor" else {}
    return all(
        len(entry) <= longest.get(name, 501)
        for name, text in texts.items()
        for entry in text.replace(";", ",").split(",")
    )


@pytest.mark.parametrize(("kept", "handler", "wrong", "sound"), HANDLERS, indirect=["kept"])
def test_a_wrong_message_raises_nothing_and_keeps_the_state_within_its_limits(
    kept: Kept, handler: Callable[[object], None], wrong: list[Any], sound: list[Any]
):
    before = kept.draft
    for sent in wrong:
        kept.draft, kept.changes = before, 0
        handler(sent)
        assert limits_hold(kept.draft)
        assert type(kept.draft) is type(before)
    for sent in sound:
        kept.draft, kept.changes = before, 0
        handler(sent)
        assert kept.draft != before, "a sound message still arrives"
    assert len(wrong) > 60


@pytest.mark.parametrize(
    "wrong",
    [
        PRODUCT | {"loss": ["sum"]},
        PRODUCT | {"loss": {"sum": 1}},
        PRODUCT | {"loss": "x" * 10**6},
        PRODUCT | {"wrt": []},
        PRODUCT | {"act": PASTE | {"kind": []}},
        PRODUCT | {"act": PASTE | {"kind": {}}},
        PRODUCT | {"act": PASTE | {"matrix": ["a"]}},
        PRODUCT | {"act": PASTE | {"matrix": {}}},
        PRODUCT | {"act": PASTE | {"i": True}},
        PRODUCT | {"act": RANDOM | {"seed": 10**400}},
        PRODUCT | {"act": PRESET | {"name": ["ones"]}},
        PRODUCT | {"a": [["\ud800"]]},
    ],
)
@pytest.mark.parametrize("kept", ["matmul"], indirect=True)
def test_a_message_with_one_wrong_part_is_ignored_as_a_whole(kept: Kept, wrong: Any):
    before = kept.draft
    product._store(wrong)
    assert (kept.draft, kept.changes) == (before, 0)
    assert product._refusal(wrong) is None


@pytest.mark.parametrize("sent", [*WRONG, *(SLIDERS | {"texts": wrong} for wrong in WRONG)])
def test_weights_take_as_many_texts_as_there_are_and_nothing_else(sent: Any):
    weights.accept(sent, 2, lambda texts: pytest.fail(f"{texts} were taken"))


def test_weights_that_are_sound_arrive_cut_to_the_longest_text():
    taken: list[Any] = []
    weights.accept(SLIDERS, 2, taken.append)
    weights.accept({"texts": ["1", "2" * 100_000]}, 2, taken.append)
    assert taken[0] == ("3", "4")
    assert len(taken[1][1]) == weights.MAX_LENGTH


@pytest.mark.parametrize("wrong", [*WRONG, LARGEST_SERIAL + 1])
def test_only_a_number_is_answered_as_a_serial(wrong: Any):
    answer = serial({"serial": wrong})
    assert answer is None or (isinstance(answer, int) and not isinstance(answer, bool) and answer <= LARGEST_SERIAL)
    assert json.dumps(answer)


@pytest.mark.parametrize("wrong", WRONG)
def test_why_a_paste_was_refused_is_told_only_of_a_paste(wrong: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(product.session, "language", lambda: "en")
    for sent in (wrong, PRODUCT | {"act": wrong}, PRODUCT | {"act": PASTE | {"text": wrong}}):
        told = product._refusal(sent)
        assert told is None or sum(map(len, told["parts"])) < 200


def test_every_part_of_a_message_is_checked_by_kind():
    told = message({"n": 3, "t": "abc", "x": [1, 2.5], "m": [["1"]], "c": "a", "f": True, "p": {"n": 1}})
    assert (told.whole("n", 0, 3), told.text("t", 2), told.numbers("x", 2, 9.0)) == (3, "ab", (1.0, 2.5))
    assert (told.matrix("m", 1, 1), told.choice("c", ("a", "b")), told.flag("f")) == ((("1",),), "a", True)
    assert told.part("p").whole("n", 0, 3) == 1
    assert told.part("missing").parts == {}
    for ask in (
        lambda: told.whole("f", 0, 3),
        lambda: told.whole("n", 0, 2),
        lambda: told.text("n", 9),
        lambda: told.text("missing", 9),
        lambda: told.numbers("x", 1, 9.0),
        lambda: told.numbers("x", 2, 2.0),
        lambda: told.choice("t", ("a", "b")),
        lambda: told.flag("n"),
        lambda: told.part("n"),
    ):
        with pytest.raises(NotOursError):
            ask()
