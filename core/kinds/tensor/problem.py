"""An expression in scalars, vectors and matrices, its inputs and v, as typed and as an address says it.

/tensor?f=relu(x@W%2Bb)&x=1,2;3,-1&W=1,0,-1;2,1,1&b=1,-1,2&v=1,2,-1;3,1,2&wrt=W
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count

from core import parameters
from core.grammar import tensors
from core.parameters import Take
from core.problem import ProblemError, Tensor

PAGE = "tensor"
# What an address says besides the inputs of f: none of them may be called so.
RESERVED = frozenset("f v wrt batch at with lang page theme step present guess embed".split())
COMMENT = re.compile(r"#[^\n]*+")


@dataclass(frozen=True)
class TensorProblem:
    """``function`` with the weights v of its output's shape (the page ``/tensor``).

    ``inputs`` are the names that have numbers; those of ``function`` that have none get some. ``wrt`` is the input that
    is asked for, None the first; the rows of the input ``batch`` are samples.
    """

    function: str
    inputs: tuple[tuple[str, Tensor], ...] = ()
    v: Tensor | None = None  # None: ones
    wrt: str | None = None
    batch: str | None = None


DEFAULT = TensorProblem(
    "relu(x@W+b)",
    (
        ("x", (("1", "2"), ("3", "-1"))),
        ("W", (("1", "0", "-1"), ("2", "1", "1"))),
        ("b", ("1", "-1", "2")),
    ),
    (("1", "2", "-1"), ("3", "1", "2")),
    "W",
)


def take(taken: Take, query: Mapping[str, str]) -> TensorProblem:
    """The problem that parameters say: every free name of f is one."""
    function: str = taken("f", _function, "")  # type: ignore[assignment]
    given = dict(DEFAULT.inputs) if not function else {}
    names = free_names(function or DEFAULT.function, [name for name in query if name not in RESERVED])
    spelled = {canonical(key): key for key in query if key not in RESERVED}
    found = {name: taken(spelled.get(name, name), parameters.tensor, given.get(name)) for name in names}
    kept = None if query.keys() & {"f", *found} else DEFAULT
    return TensorProblem(
        function or DEFAULT.function,
        tuple((name, tensor) for name, tensor in found.items() if tensor is not None),  # type: ignore[misc]
        taken("v", parameters.tensor, kept and kept.v),  # type: ignore[arg-type]
        taken("wrt", parameters.choice("wrt", names), None if function else DEFAULT.wrt),  # type: ignore[arg-type]
        taken("batch", parameters.choice("batch", names), None),  # type: ignore[arg-type]
    )


def _function(text: str) -> str:
    return text.translate(parameters.BETWEEN_FUNCTIONS).strip("; \n")


def other_name(name: str, taken: Collection[str]) -> str:
    """A name like one that is reserved, which is not ``taken``."""
    return next(other for k in count(1) if (other := f"{name}{k}") not in taken)


def free_names(function: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The inputs of a text in the order in which they appear; of one that cannot be read, all that are ``known``."""
    names = tuple(known)
    with suppress(ProblemError):
        names = tensors.names(function, names)
    return tuple(name for name in names if name not in RESERVED)


def canonical(name: str) -> str:
    """A name as it is read: W1 for W_1, alpha for α."""
    with suppress(ProblemError):
        names = tensors.names(name)
        return names[0] if len(names) == 1 else name
    return name


def texts(problem: TensorProblem) -> dict[str, str]:
    """The parameters that say the problem."""
    inputs = {name: parameters.written_tensor(tensor) for name, tensor in problem.inputs}
    ours = {"v": parameters.written_tensor(problem.v), "wrt": problem.wrt or "", "batch": problem.batch or ""}
    return {"f": _one_line(problem.function), **inputs, **ours}


def _one_line(text: str) -> str:
    """The lines of a text with a semicolon between them; a break within brackets parts nothing."""
    depth, told = 0, []
    for sign in COMMENT.sub("", text):
        depth += (sign in "([{") - (sign in ")]}")
        told.append(sign if sign != "\n" else " " if depth > 0 else ";")
    lines = (line.strip() for line in "".join(told).split(";"))
    return ";".join(filter(None, lines))


def nearest(problem: TensorProblem, refused: str) -> TensorProblem:
    """A problem like one that is refused: without the numbers of the input at fault, or with ones for v."""
    rest = tuple((name, tensor) for name, tensor in problem.inputs if name != refused)
    if len(rest) < len(problem.inputs):
        return replace(problem, inputs=rest)
    return replace(problem, v=None, wrt=None, batch=None)
