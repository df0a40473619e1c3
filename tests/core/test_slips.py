"""Every known slip is recognised by its number, which NumPy computes here as somebody would make it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from core.grammar import constant, value
from core.kinds import KINDS, exercise, explain, kind_of
from core.kinds.chain.problem import ChainProblem
from core.kinds.kind import Explanation
from core.kinds.matmul.entries import random_integers
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.tensor.problem import TensorProblem
from core.kinds.vector.problem import VectorProblem
from core.maps import floats
from core.problem import ProblemError
from core.slips import FINDERS, Slip, alike, apart, slips
from core.wording import tell

Array = np.ndarray
PROBLEMS = 200


# ── Problems of chance, of every size that people do by hand ─────────────────────────────────────────────


def _functions(random: Random, count: int, names: list[str]) -> tuple[str, ...]:
    def term() -> str:
        factors = random.sample(names, min(len(names), random.choice((1, 1, 2))))
        return "*".join((str(random.choice((1, 2, 3, -1, -2))), *factors))

    return tuple("+".join(term() for _ in range(3)) for _ in range(count))


def _numbers(random: Random, count: int) -> tuple[str, ...]:
    return tuple(random.choice(("1", "2", "3", "-1", "-2", "1/2", "0")) for _ in range(count))


def _vector(random: Random) -> VectorProblem:
    m, n = random.choice(((2, 2), (2, 2), (3, 3), (2, 3), (3, 2), (1, 2), (2, 1)))
    names = [f"x{j + 1}" for j in range(n)]
    functions = _functions(random, m, names)
    return VectorProblem(functions, tuple(zip(names, _numbers(random, n), strict=True)), _numbers(random, m))


def _chain(random: Random) -> ChainProblem:
    sizes = random.choice(((2, 2, 2), (2, 2, 2), (2, 3, 2), (2, 2, 1), (1, 2, 2)))
    names = [[f"{letter}{k + 1}" for k in range(size)] for letter, size in zip("xyz", sizes, strict=True)]
    inner, outer = (_functions(random, sizes[s + 1], names[s]) for s in range(2))
    point = tuple(zip(names[0], _numbers(random, sizes[0]), strict=True))
    return ChainProblem(inner, outer, point, _numbers(random, sizes[2]))


def _matmul(random: Random) -> MatmulProblem:
    m, k, n = random.choice(((2, 2, 3), (2, 2, 2), (3, 2, 2), (2, 3, 3), (1, 2, 2), (3, 3, 3)))
    a, b, v = (random_integers(*shape, random.randrange(10**6)) for shape in ((m, k), (k, n), (m, n)))
    return MatmulProblem(a, b, v, random.choice(("a", "b")))


def _tensor(random: Random) -> TensorProblem:
    m, k, n = random.choice(((2, 2, 2), (2, 3, 2), (3, 2, 2), (1, 2, 2)))
    x, w, v = (random_integers(*shape, random.randrange(10**6)) for shape in ((m, k), (k, n), (m, n)))
    f = random.choice(("x@W", "relu(x@W)", "(x@W)*(x@W)", "(x*x)@W"))
    if m == 1:  # vectors
        return TensorProblem(f, (("x", x[0]), ("W", w)), v[0], random.choice(("x", "W")))
    return TensorProblem(f, (("x", x), ("W", w)), v, random.choice(("x", "W")))


PROBLEM: dict[str, Callable[[Random], object]] = {
    "vjp": _vector,
    "chain": _chain,
    "matmul": _matmul,
    "tensor": _tensor,
}


@cache
def explanations(page: str) -> tuple[Explanation, ...]:
    random = Random(page)
    return tuple(explain(PROBLEM[page](random)) for _ in range(PROBLEMS))


# ── The slips, as NumPy makes them ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Made:
    """What somebody has at hand. ``stages`` of a chain, the innermost first."""

    J: Array
    v: Array
    stages: tuple[Array, ...]


def _array(rows: object) -> Array:
    return np.array([floats(row) for row in rows])  # type: ignore[attr-defined]


def _square(J: Array) -> bool:
    return J.shape[0] == J.shape[1]


def _rows(made: Made) -> Iterator[tuple[str, Array]]:
    J, v = made.J, made.v
    if _square(J):
        yield "pushed", J @ v
        yield "pushed", v @ J.T
        yield "along_columns", (v * J).sum(axis=0)
        yield "diagonal", v * np.diag(J)
    yield "ones", np.ones_like(v) @ J
    yield "mean", (v[:, None] * J).mean(axis=0)
    yield "sign", -(v @ J)
    yield "doubled", v @ J + v @ J
    for i in range(len(v)):
        yield "one_term", J[i]
        if len(v) == 1:
            return  # nothing is left without it
        yield "forgotten", np.delete(v, i) @ np.delete(J, i, axis=0)
        yield "sign_of_term", np.where(np.arange(len(v)) == i, -v, v) @ J


def _stages(made: Made) -> Iterator[tuple[str, Array]]:
    inner, outer = made.stages
    v = made.v
    if _square(inner):
        yield "skipped", v @ outer
        yield "transposed_stage", v @ outer @ inner.T
    if _square(outer):
        yield "skipped", v @ inner
        yield "transposed_stage", v @ outer.T @ inner


def _of_vector(e: Explanation) -> Iterator[tuple[str, Array]]:
    yield from _rows(Made(_array(e.map.jacobian_at), np.array(floats(e.weights)), ()))


def _of_chain(e: Explanation) -> Iterator[tuple[str, Array]]:
    stages = tuple(_array(at.jacobian_at) for at in e.maps)
    made = Made(stages[1] @ stages[0], np.array(floats(e.weights)), stages)
    yield from _rows(made)
    yield from _stages(made)


def _of_matmul(e: Explanation) -> Iterator[tuple[str, Array]]:
    a, b, v = map(_array, (e.a, e.b, e.v))
    wrt = e.problem.wrt
    of, factor = (b, a) if wrt == "b" else (a, b)

    def grad(v: Array) -> Array:
        return a.T @ v if wrt == "b" else v @ b.T

    right = grad(v)
    one, other = (a, v) if wrt == "b" else (v, b)
    if one.shape[1] == other.shape[0] and (one @ other).shape == of.shape:
        yield "pushed", one @ other
    if factor.T.shape == v.shape == of.shape:
        yield "entry_by_entry", factor.T * v
    if right.T.shape == of.shape:
        yield "turned", right.T
    yield "ones", grad(np.ones_like(v))
    yield "mean", right / v.size
    yield "sign", -right
    yield "doubled", right + right
    axis = 0 if wrt == "b" else 1
    for k in range(v.shape[axis]):
        line = np.expand_dims(np.arange(v.shape[axis]) == k, 1 - axis)
        yield "one_term", grad(np.where(line, np.ones_like(v), 0))
        if v.shape[axis] > 1:
            yield "forgotten", grad(np.where(line, 0, v))
            yield "sign_of_term", grad(np.where(line, -v, v))


def _of_tensor(e: Explanation) -> Iterator[tuple[str, Array]]:
    """With J from torch's own functional Jacobian: nothing of it is ours."""
    J, v, shape = *_by_torch(e), e.shape
    made = Made(J, v, ())
    if len(shape) == 1:
        yield from _rows(made)
        return
    if _square(J):
        yield "pushed", J @ v
    right, lines = v @ J, np.arange(len(v)) // shape[1]
    yield "ones", np.ones_like(v) @ J
    yield "mean", right / v.size
    yield "sign", -right
    yield "doubled", right + right
    for k in range(shape[0]):
        yield "one_term", (lines == k).astype(float) @ J
        yield "forgotten", np.where(lines == k, 0, v) @ J
        yield "sign_of_term", np.where(lines == k, -v, v) @ J
    turned = right.reshape(e.wrt_shape).T
    if len(e.wrt_shape) == 2 and turned.shape == e.wrt_shape:
        yield "turned", turned


def _by_torch(e: Explanation) -> tuple[Array, Array]:
    tensors = {name: torch.tensor(np.array(values, float)) for name, values in e.problem.inputs}
    x, w = tensors["x"], tensors["W"]
    function = {
        "x@W": lambda: x @ w,
        "relu(x@W)": lambda: torch.relu(x @ w),
        "(x@W)*(x@W)": lambda: (x @ w) ** 2,
        "(x*x)@W": lambda: (x * x) @ w,
    }
    leaf = tensors[e.wrt].requires_grad_()
    output = function[e.problem.function.replace(" ", "")]().flatten()
    rows = [torch.autograd.grad(one, leaf, retain_graph=True)[0].flatten().numpy() for one in output]
    return np.array(rows), np.array(e.problem.v, float).flatten()


MADE: dict[str, Callable[[Explanation], Iterator[tuple[str, Array]]]] = {
    "vjp": _of_vector,
    "chain": _of_chain,
    "matmul": _of_matmul,
    "tensor": _of_tensor,
}


def recognised(e: Explanation, made: Array) -> list[Slip]:
    question = kind_of(e.problem).question
    assert question
    return [slip for slip in slips(question(e)) if alike(slip.answer, tuple(made.flatten()))]


# ── What is promised ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", MADE)
def test_every_slip_is_recognised_by_its_number(page: str) -> None:
    seen = set()
    for e in explanations(page):
        right = kind_of(e.problem).question(e).answer
        for code, made in MADE[page](e):
            if not np.allclose(made.flatten(), right, rtol=1e-9, atol=1e-9):  # else it is no slip here
                assert code in [slip.code for slip in recognised(e, made)], (e.problem, code, made)
                seen.add(code)
    wanted = {code for e in explanations(page) for code, _ in MADE[page](e)}
    assert seen == wanted, "a slip that is right in every problem of chance has not been tried"


@pytest.mark.parametrize("page", MADE)
def test_every_slip_of_the_table_is_made_here(page: str) -> None:
    found = {slip.code for e in explanations(page) for slip in slips(kind_of(e.problem).question(e))}
    assert found == {code for e in explanations(page) for code, _ in MADE[page](e)}


def test_every_finder_is_tried() -> None:
    assert set(FINDERS) == {code for page in MADE for e in explanations(page) for code, _ in MADE[page](e)}


@pytest.mark.parametrize("page", MADE)
def test_no_slip_has_the_right_number(page: str) -> None:
    for e in explanations(page):
        assert not recognised(e, np.array(kind_of(e.problem).question(e).answer))


def test_two_slips_with_one_number_are_both_named() -> None:
    e = explain(VectorProblem(("x1+2*x2", "3*x1+4*x2"), (("x1", "1"), ("x2", "1")), ("1", "5")))
    assert [slip.code for slip in recognised(e, np.array([1.0, 2.0]))] == ["one_term", "forgotten"]


def test_a_slip_says_where_it_happens() -> None:
    e = explain(VectorProblem(("x1+2*x2", "3*x1+4*x2"), (("x1", "1"), ("x2", "1")), ("2", "5")))
    (forgotten,) = recognised(e, np.array([2.0, 4.0]))
    assert (forgotten.code, forgotten.rows) == ("forgotten", (1,))
    matmul = explain(MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6")), None, "a"))
    (column,) = [slip for slip in slips(KINDS["matmul"].question(matmul)) if slip.code == "forgotten"][1:2]
    assert column.rows == (1, 4), "the elements of column 2 of c"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", MADE)
def test_every_slip_is_told_in_words(page: str, lang: str) -> None:
    for e in explanations(page)[:40]:
        for slip in slips(kind_of(e.problem).question(e)):
            assert "{" not in tell(lang, [slip.sentence])


@pytest.mark.parametrize("page", MADE)
def test_an_exercise_keeps_the_slips_apart(page: str) -> None:
    for seed in range(20):
        problem = exercise(page, seed)
        assert problem != KINDS[page].default
        assert apart(KINDS[page].question(explain(problem)))
    assert exercise(page, 1) == exercise(page, 1) != exercise(page, 2)


# ── What is typed ────────────────────────────────────────────────────────────────────────────────────────

TYPED = json.loads((Path(__file__).parents[1] / "cases" / "typed.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TYPED["numbers"], ids=lambda case: case["text"])
def test_a_typed_number_is_read_as_the_browser_reads_it(case: dict[str, object]) -> None:
    assert value(constant(str(case["text"]), field="v")) == case["value"]


@pytest.mark.parametrize("text", TYPED["refused"])
def test_what_the_browser_refuses_is_refused_here(text: str) -> None:
    with pytest.raises(ProblemError):
        constant(text, field="v")
