"""What is sent to the browser has the types that the scripts are checked with."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ForwardRef, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from streamlit.testing.v1 import AppTest

from pages import components
from pages.components import messages
from pages.components.declarations import TARGET, declarations

FRAME = str(Path(__file__).parent.parent.parent / "pages" / "frame.py")
KINDS = {
    "header": messages.Header,
    "gallery": messages.Gallery,
    "weights": messages.Weights,
    "stage": messages.Stage,
    "geometry": messages.Pictures,
    "sweep": messages.Sweep,
    "paths": messages.Paths,
    "cost": messages.Cost,
    "tape": messages.Tape,
    "product": messages.Product,
    "modes": messages.Modes,
    "guess": messages.Guess,
    "tensor": messages.Tensor,
    "backward": messages.Backward,
}
PAGES = (
    ("home", {}),
    ("vjp", {}),
    ("vjp", {"f": "1/x1;log(x1)*x2", "at": "x1:0,x2:pi/4", "v": "1/3,-2"}),
    ("vjp", {"f": "x1^2", "at": "x1:1", "v": "2+"}),
    ("chain", {}),
    ("chain", {"f": "x1*x2;x2/x1", "g": "y1*y2", "h": "z1;z1^2", "at": "x1:0,x2:2", "v": "1,-2"}),
    ("vjp", {"f": "x1^2;log(x1)", "at": "x1:0", "v": "1,1", "guess": "1"}),
    ("matmul", {}),
    ("matmul", {"guess": "1"}),
    ("matmul", {"a": "1/3,2;3,x", "b": "1,2,3;4,5,6", "wrt": "a"}),
    ("tensor", {}),
    ("tensor", {"f": "z = x@W; mean(z^2)", "x": "1/3,2;3,4", "wrt": "x"}),
    ("tensor", {"f": "softmax(x)", "x": "1,2,3", "v": "1,0"}),
    ("tensor", {"f": "x @ (W", "x": "1,2"}),
)


def test_the_declarations_are_those_of_the_messages() -> None:
    assert TARGET.read_text(encoding="utf-8") == declarations(), "python -m pages.components.declarations"


@pytest.mark.parametrize(("page", "query"), PAGES)
def test_what_is_sent_is_what_is_declared(monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]) -> None:
    sent: dict[str, Any] = {}
    real = components.encoded
    monkeypatch.setattr(components, "encoded", lambda name, data: sent.update({name: data}) or real(name, data))
    app = AppTest.from_file(FRAME, default_timeout=30).run()
    for key, text in query.items():
        app.query_params[key] = text
    if page != "home":
        app.switch_page(f"{page}.py").run()
    assert not app.exception
    assert len(sent) > 1
    for name, data in sent.items():
        assert list(misfits(data, KINDS[name], name)) == []


def misfits(value: Any, hint: Any, where: str) -> Iterator[str]:
    """Where a value is not what a hint says."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or isinstance(hint, (str, ForwardRef)):
        return  # the latter two: an alias in its own definition
    if origin in (Union, types.UnionType):
        if all(list(misfits(value, part, where)) for part in inner):
            yield f"{where}: {value!r} is no {hint}"
    elif origin is Literal:
        if value not in inner:
            yield f"{where}: {value!r} is none of {inner}"
    elif origin is list:
        yield from _parts(value, lambda _: inner[0], where)
    elif origin is tuple:
        if len(value) != len(inner):
            yield f"{where}: {value!r} has another length"
        yield from _parts(value, lambda k: inner[k], where)
    elif origin is dict:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no table"
            return
        for key, one in value.items():
            yield from misfits(one, inner[1], f"{where}.{key}")
    elif is_typeddict(hint):
        yield from _members(value, hint, where)
    elif isinstance(value, bool) is not (hint is bool) or not isinstance(value, int | float if hint is float else hint):
        yield f"{where}: {value!r} is no {hint}"


def _parts(value: Any, hint: Any, where: str) -> Iterator[str]:
    if not isinstance(value, (list, tuple)):
        yield f"{where}: {value!r} is no list"
    else:
        for k, one in enumerate(value):
            yield from misfits(one, hint(k), f"{where}[{k}]")


def _members(value: Any, hint: Any, where: str) -> Iterator[str]:
    hints = get_type_hints(hint, include_extras=True)
    optional = {name for name, member in hints.items() if get_origin(member) is NotRequired}
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {hint.__name__}"
        return
    for name in value.keys() - hints.keys():
        yield f"{where}.{name} is not declared"
    for name in hints.keys() - value.keys() - optional:
        yield f"{where}.{name} is not sent"
    for name in hints.keys() & value.keys():
        member = get_args(hints[name])[0] if name in optional else hints[name]
        yield from misfits(value[name], member, f"{where}.{name}")


def test_a_misfit_is_found() -> None:
    assert list(misfits({"v": [1, "2"], "label": "x"}, messages.Try, "try")) == ["try.v[1]: '2' is no <class 'int'>"]
    assert list(misfits({"v": []}, messages.Try, "try")) == ["try.label is not sent"]
    assert list(misfits("infinite", messages.Real, "x")) == [f"x: 'infinite' is no {messages.Real}"]
