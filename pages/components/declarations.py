"""pages/components/messages.py as TypeScript: ``python -m pages.components.declarations`` writes messages.d.ts."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ForwardRef, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from pages.components import messages

TARGET = Path(__file__).parent.parent / "static" / "js" / "messages.d.ts"
HEAD = "// Made from pages/components/messages.py by `python -m pages.components.declarations`."
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "any"}
ALIASES = ("Real", "Tree", "Value", "Written", "Words")


def declarations() -> str:
    """The text of messages.d.ts."""
    own = vars(messages)
    interfaces = [kind for kind in own.values() if is_typeddict(kind) and kind.__module__ == messages.__name__]
    aliases = (f"export type {name} = {_type(own[name], aliased=False)}" for name in ALIASES)
    return "\n\n".join((HEAD, "\n".join(aliases), *map(_interface, interfaces))) + "\n"


def _interface(kind: Any) -> str:
    lines = "\n".join(_members(kind))
    return f"/** {kind.__doc__} */\nexport interface {kind.__name__} {{\n{lines}\n}}"


def _members(kind: Any) -> Iterator[str]:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        yield f"  {name}{'?' if optional else ''}: {_type(get_args(hint)[0] if optional else hint)}"


def _type(hint: Any, aliased: bool = True) -> str:
    """A hint as TypeScript writes it."""
    for name in ALIASES if aliased else ():
        if hint == getattr(messages, name):
            return name
    if isinstance(hint, (str, ForwardRef)):  # an alias in its own definition
        return hint if isinstance(hint, str) else hint.__forward_arg__
    if hint in PLAIN:
        return PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in inner)
    if origin in (Union, types.UnionType):
        return _union(inner)
    if origin is list:
        element = _type(inner[0])
        return f"({element})[]" if " | " in element else f"{element}[]"
    if origin is dict:
        return f"Record<{_type(inner[0])}, {_type(inner[1])}>"
    if origin is tuple:
        return f"[{', '.join(map(_type, inner))}]"
    if is_typeddict(hint):
        return str(hint.__name__)
    raise TypeError(hint)


def _union(parts: tuple[Any, ...]) -> str:
    """A union whose alias has come apart in it (Real | None) is written with the alias again."""
    for name in ALIASES:
        whole = get_args(getattr(messages, name))
        if get_origin(getattr(messages, name)) in (Union, types.UnionType) and set(whole) < set(parts):
            return " | ".join((name, *(_type(part) for part in parts if part not in whole)))
    return " | ".join(map(_type, parts))


if __name__ == "__main__":
    TARGET.write_text(declarations(), encoding="utf-8")
