"""What a name of a cell can stand for, beside a tensor."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.expression.tree import Node
from core.grammar.code.tensors import Tensor


@dataclass(frozen=True)
class Items:
    """A list or a tuple."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Named:
    """A name of a library: torch.nn.functional.relu as its parts; () for nothing that matters (None, a dtype)."""

    path: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Flag:
    value: bool


@dataclass(frozen=True)
class Pairs:
    """A dict."""

    pairs: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True, eq=False)
class Function:
    """``def`` or ``lambda``: the names of its parameters, its defaults, and what it returns."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[ast.stmt, ...] | ast.expr
    scope: ChainMap[str, Value]
    defaults: Mapping[str, ast.expr]
    numbers: tuple[int, ...]  # of the lines of its statement


@dataclass(frozen=True, eq=False)
class Made:
    """A function made of another: ``jacrev(f)`` waits for the point, ``vjp_fn`` for v."""

    apply: Callable[..., Value]


@dataclass(frozen=True)
class Method:
    """``x.sum`` before it is called."""

    owner: Value
    name: str


@dataclass(frozen=True)
class Jacobian:
    """What was asked for: the derivatives of ``outputs`` by ``inputs``, of ``shape``."""

    outputs: tuple[Node, ...]
    inputs: tuple[str, ...]
    request: int  # its number among the requests of the cell


@dataclass(frozen=True)
class Unreadable:
    """A name whose line could not be read."""

    name: str
    line: int


Value = Tensor | Items | Named | Text | Flag | Pairs | Function | Made | Method | Jacobian | Unreadable
NOTHING = Named()
