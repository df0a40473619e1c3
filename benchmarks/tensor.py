"""Programs in matrices at 8×8. ``python -m benchmarks.tensor``

1. All 64 derivatives of 8×8 · 8×8 beside SymPy differentiating every element by every entry of b (as in
   ``benchmarks.matmul``). Wanted: at least 1,000 times faster.
2. Values and the Jacobian by each input: a product, softmax, layer norm, attention. Wanted: at most 20 ms.
3. One card in letters. Wanted: at most 50 ms.
4. Everything that the server computes for such a problem, warm: read, values, Jacobian, torch's listing, verdict; the
   tape by itself. Wanted: at most 80 ms in all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.cache import clear_cache

from benchmarks.matmul import naive, timed, told
from core.address import decode
from core.engines.tensor_tape import record
from core.kinds import explain
from core.kinds.tensor.problem import TensorProblem
from core.kinds.tensor.reading import read
from core.tensors.letters import derivative
from core.tensors.program import Program
from core.tensors.pullbacks import jacobian
from core.tensors.values import evaluate

SIDE = 8
PROGRAMS = {  # what is asked, and its inputs, the one that is asked for first
    "8×8 · 8×8": ("a@b", "ba"),
    "softmax(x@W + B)": ("softmax(x@W%2BB)", "WxB"),
    "layernorm(x)": ("layernorm(x)", "x"),
    "attention(q, k, w)": ("attention(q,k,w)", "qkw"),
    "relu(x@W)@U": ("relu(x@W)@U", "WxU"),
}


def problem(name: str, seed: int) -> TensorProblem:
    """8×8 matrices with two decimals."""
    function, inputs = PROGRAMS[name]
    source = np.random.default_rng(seed)
    numbers = "".join(f"&{one}={_text(source.normal(size=(SIDE, SIDE)))}" for one in inputs)
    v = _text(source.integers(-3, 4, (SIDE, SIDE)))
    return cast(TensorProblem, decode(f"/tensor?f={function}{numbers}&v={v}&wrt={inputs[0]}").problem)


def _text(array: NDArray[Any]) -> str:
    return ";".join(",".join(f"{entry:.2f}" for entry in row) for row in array)


def program(name: str) -> Program:
    """What is computed."""
    return read(problem(name, 0)).program


def points(name: str, seed: int) -> Sequence[NDArray[Any]]:
    """Numbers for its inputs, as floats."""
    source = np.random.default_rng(seed)
    return [source.normal(size=(SIDE, SIDE)) for _ in program(name).inputs]


def ratio(rounds: int) -> float:
    """1. SymPy's time over ours."""
    letters = {name: sp.Matrix(SIDE, SIDE, lambda i, j, name=name: sp.Symbol(f"{name}{i}{j}")) for name in "abv"}

    def sympys(_: int) -> None:
        naive(**letters)
        clear_cache()

    theirs = told("SymPy, every element by every entry", timed(sympys, rounds))
    found, at = program("8×8 · 8×8"), [points("8×8 · 8×8", k) for k in range(30)]
    place = found.place("b")
    return theirs / told("the same 64 matrices here", timed(lambda k: jacobian(found, evaluate(found, at[k]), place)))


def numbers() -> float:
    """2. The slowest of the Jacobians."""
    slowest = 0.0
    for name in PROGRAMS:
        found, at = program(name), [points(name, k) for k in range(30)]
        for one in found.inputs:
            place = found.place(one.name)
            times = timed(lambda k, found=found, at=at, place=place: jacobian(found, evaluate(found, at[k]), place))  # type: ignore[misc]
            slowest = max(slowest, told(f"values and Jacobian of {name} by {one.name}", times))
    return slowest


def letters() -> float:
    """3. The slowest card in letters."""
    return max(
        told(f"a card of {name} by {one.name} in letters", timed(lambda k, f=found, n=at: derivative(f, 2 * k, n)))  # type: ignore[misc]
        for name in PROGRAMS
        for found in [program(name)]
        for at, one in enumerate(found.inputs)
    )


def server() -> float:
    """4. The slowest whole problem."""
    slowest = 0.0
    for name in PROGRAMS:
        asked = [problem(name, 100 + k) for k in range(30)]
        timed(lambda k, asked=asked: explain(asked[k]), 3)  # type: ignore[misc]
        slowest = max(slowest, told(f"{name} explained", timed(lambda k, asked=asked: explain(asked[k + 3]), 27)))  # type: ignore[misc]
        found, v = program(name), np.ones((SIDE, SIDE))
        told(f"the tape of {name}", timed(lambda k, f=found, n=name, v=v: record(f, points(n, k), v)))  # type: ignore[misc]
    return slowest


def main() -> None:
    """Prints the tables and whether each is as wanted."""
    times = ratio(1 if "--quick" in sys.argv else 3)
    print(f"{'ratio':58} {times:10.0f} times {'(wanted: 1000)':>20}")
    print(f"{'wanted':58} {numbers() <= 20!s:>10} (20 ms)")
    print(f"{'wanted':58} {letters() <= 50!s:>10} (50 ms)")
    print(f"{'wanted':58} {server() <= 80!s:>10} (80 ms)")


if __name__ == "__main__":
    main()
