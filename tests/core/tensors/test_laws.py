"""What must hold for any program in matrices: torch's numbers, and the laws of pulling back."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.engines import tensors as engine
from core.engines.tensor_verdict import judge
from core.engines.verdict import Verdict
from core.expression.tree import COMPARISONS, FUNCTIONS, OPERATORS
from core.tensors import shapes, slopes
from core.tensors.entries import RATIONALS
from core.tensors.program import Input, Line, Program
from core.tensors.pullbacks import PARTS, PULLBACKS, jacobian, pull_back
from core.tensors.values import VALUES, evaluate
from tests.core.tensors.programs import Case, cases

Array = NDArray[Any]
ANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # a seed has no smaller neighbour
    print_blob=True,
)
CLOSE = 1e-9
SINGULAR = "singular"  # what torch says of a matrix without an inverse


def weights(case: Case, seed: int) -> Array:
    """Distinct weights of the output's shape, a 0 among them now and then."""
    source = np.random.default_rng(seed)
    return source.integers(-4, 5, case.program.output).astype(float)


def near(ours: Array, theirs: Array) -> bool:
    """Equal up to rounding, nan and infinities in the same places."""
    finite = np.abs(theirs[np.isfinite(theirs)])
    return np.allclose(ours, theirs, rtol=CLOSE, atol=CLOSE * max(1.0, finite.max(initial=0.0)), equal_nan=True)


def finite(values: tuple[Array, ...]) -> bool:
    return all(np.isfinite(value.astype(float)).all() for value in values)


SWITCHES = {*COMPARISONS, *FUNCTIONS, "max_over", "min_over"} - {*"sin cos tan exp sinh cosh tanh sigmoid".split()}
DUSTY = ("/", "^", "log", "sqrt", "atan2", "xlogy", "norm")
LOSSLESS = {"+", "-", "*", "neg", "constant", "select", "cat", "stack", "reshape", "transpose", "matmul", "sum", "relu"}


def decided(case: Case, values: tuple[Array, ...]) -> bool:
    """Whether no switch hangs on the last digit of what is rounded on the way: torch may decide otherwise there."""
    lossless = set(range(len(case.inputs))) if case.whole else set()
    for at, line in enumerate(case.lines, len(case.inputs)):
        args = [values[arg] for arg in line.args]
        if line.op in LOSSLESS and all(arg in lossless for arg in line.args):
            lossless.add(at)
        elif line.op == "cbrt" and (args[0] == 0).any():
            return False  # torch has no cbrt, and no derivative of its spelling at 0
        elif line.op in DUSTY and any((np.abs(values[arg]) < 1e-9).any() for arg in line.args if arg not in lossless):
            return False  # what should be 0 is rounding, and the slope there is its reciprocal
        elif line.op in ("inverse", "det") and np.linalg.cond(args[0]) > 1e5:
            return False  # what is left of the digits is rounding
        elif line.op in ("log1p", "atanh", "asin", "acos") and (np.abs(np.abs(args[0]) - 1) < 1e-4).any():
            return False  # beside its pole the last digit of a rounded argument is the whole slope
        elif line.op == "det" and abs(values[at]) < 1e-9:
            return False  # torch sends 0 back through the determinant of a singular matrix: see below
        elif line.op in SWITCHES and any(arg not in lossless for arg in line.args):
            entries = np.concatenate([arg.ravel() for arg in args] + [np.arange(-8.0, 8.0)])
            gaps = np.abs(entries[:, None] - entries)
            if ((gaps < 1e-9) & (gaps > 0)).any() or _inexact_tie(args):
                return False
    return True


def _inexact_tie(args: list[Array]) -> bool:
    """Whether two arguments are the same somewhere, or two entries of the only one."""
    if len(args) > 1:
        return any(bool((a == b).any()) for k, a in enumerate(args) for b in args[:k])
    return len(set(args[0].flat)) < args[0].size


def torch(case: Case, v: Array, wrt: str) -> engine.TensorAutograd:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # padding="same" with an even kernel
        try:
            return engine.differentiate(case.program, case.points, v, wrt)
        except RuntimeError as refusal:
            assume(SINGULAR not in str(refusal))
            raise


def agrees_with_torch(case: Case, seed: int) -> None:
    program = case.program
    v, at = weights(case, seed), seed % len(program.inputs)
    theirs = torch(case, v, program.inputs[at].name)
    values = evaluate(program, case.points)
    assume(not any(np.isnan(value).any() for value in values[:-1]))
    assume(decided(case, values))
    assert near(values[-1], theirs.value)
    assume(finite(values))
    J = jacobian(program, values, at)
    assert near(J, theirs.jacobian)
    contributions = v.reshape((*v.shape, *(1,) * (J.ndim - v.ndim))) * J
    if np.isfinite(J).all():  # elsewhere 0 times infinity is nan, and a sum of it no gradient
        total = np.asarray(contributions.sum(axis=tuple(range(v.ndim))))
        assert near(total, _or_zeros(theirs.grads[at], program.inputs[at].shape))
        verdict = judge(program, values, v, at, contributions, total, theirs)
        assert verdict.finite_difference.agrees or verdict.finite_difference.kind not in ("exact", "agree")
        assert "unexplained" not in {note.code for note in verdict.notes}
    for adjoint, grad in zip(pull_back(program, values, v[None]), theirs.grads, strict=False):
        assert (adjoint is None) == (grad is None)
        assert grad is None or (adjoint is not None and near(adjoint[0], grad))


def _or_zeros(grad: Array | None, shape: tuple[int, ...]) -> Array:
    return np.zeros(shape) if grad is None else grad


@settings(ANY, max_examples=1000)
@given(cases(), st.integers(0, 10**6))
def test_value_every_card_every_contribution_and_every_gradient_are_torchs(case: Case, seed: int) -> None:
    agrees_with_torch(case, seed)


@pytest.mark.slow
@settings(ANY, max_examples=20_000)
@given(cases(), st.integers(0, 10**6))
def test_of_very_many_programs_too(case: Case, seed: int) -> None:
    agrees_with_torch(case, seed)


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────────────


def point(case: Case) -> tuple[Array, ...]:
    values = evaluate(case.program, case.points)
    assume(finite(values))
    return values


@ANY
@given(cases(), st.integers(0, 10**6))
def test_a_pullback_is_the_cotangent_times_the_jacobian(case: Case, seed: int) -> None:
    values, v = point(case), weights(case, seed)
    for at, adjoint in enumerate(pull_back(case.program, values, v[None])[: len(case.inputs)]):
        J = jacobian(case.program, values, at)
        assume(np.isfinite(J).all())
        assert near(np.tensordot(v, J, v.ndim), _or_zeros(None if adjoint is None else adjoint[0], J.shape[v.ndim :]))


@ANY
@given(cases(), st.integers(0, 10**6))
def test_a_pullback_is_linear_in_the_cotangent(case: Case, seed: int) -> None:
    values, v, w = point(case), weights(case, seed), weights(case, seed + 1)
    for adjoint in pull_back(case.program, values, np.stack([v, w, 2 * v - 3 * w]))[: len(case.inputs)]:
        if adjoint is not None:
            assume(np.isfinite(adjoint).all())
            assert near(2 * adjoint[0] - 3 * adjoint[1], adjoint[2])


@ANY
@given(cases(), st.integers(0, 10**6))
def test_a_one_hot_cotangent_picks_out_one_card(case: Case, seed: int) -> None:
    values, shape = point(case), case.program.output
    place = np.unravel_index(seed % max(1, int(np.prod(shape))), shape) if shape else ()
    hot = np.zeros(shape)
    hot[place] = 1.0
    for at, adjoint in enumerate(pull_back(case.program, values, hot[None])[: len(case.inputs)]):
        if adjoint is not None:
            np.testing.assert_array_equal(jacobian(case.program, values, at)[place], adjoint[0])


@ANY
@given(
    cases([*OPERATORS, "matmul", "sum", "mean", "tanh", "softmax", "select", "cat", "conv2d"]), st.integers(0, 10**6)
)
def test_forward_and_backward_are_transposes(case: Case, seed: int) -> None:
    """⟨v, J u⟩ = ⟨Jᵀ v, u⟩, J u by moving the input a hair along u."""
    values, v = point(case), weights(case, seed)
    u = np.random.default_rng(seed).normal(size=case.inputs[0].shape)
    step = 1e-6
    ends = [evaluate(case.program, [case.points[0] + sign * step * u, *case.points[1:]]) for sign in (1, -1)]
    assume(all(map(finite, ends)))
    pushed = (ends[0][-1] - ends[1][-1]) / (2 * step)
    J = jacobian(case.program, values, 0)
    assume(np.abs(J).max() < 100 and np.abs(values[-1]).max() < 100)
    adjoint = pull_back(case.program, values, v[None])[0]
    back = 0.0 if adjoint is None else float((adjoint[0] * u).sum())
    curved = float(np.abs(ends[0][-1] - 2 * values[-1] + ends[1][-1]).max()) / step  # a kink nearby
    assume(curved < 1e-3)
    assert float((v * pushed).sum()) == pytest.approx(back, rel=1e-3, abs=1e-2)


# ── Exact ────────────────────────────────────────────────────────────────────────────────────────────────

RATIONAL = [
    *(op for op in RATIONALS if op != "leaky_relu"),
    *"matmul dot outer transpose reshape select cat stack sum mean prod max_over min_over".split(),
    *"mse trace det inverse tril triu conv1d conv2d masked_fill".split(),
]


@settings(ANY, max_examples=200)
@given(cases(RATIONAL), st.integers(0, 10**6))
def test_rationals_stay_exact_and_are_what_floats_say(case: Case, seed: int) -> None:
    exact = [np.array([Fraction(str(n)) for n in x.flat], dtype=object).reshape(x.shape) for x in case.points]
    floats, values = evaluate(case.program, case.points), evaluate(case.program, exact)
    assume(finite(floats) and max(np.abs(value).max() for value in floats) < 1e6)
    assert near(values[-1].astype(float), floats[-1])
    at = seed % len(exact)
    J = jacobian(case.program, values, at)
    if values[-1].dtype == object:
        assert all(type(entry) in (int, Fraction) for value in values for entry in value.flat)
    if J.dtype == object:
        assert all(type(entry) in (int, Fraction) for entry in J.flat)
    if not _at_a_tie(case, values):
        assert near(J.astype(float), jacobian(case.program, floats, at))


def _at_a_tie(case: Case, values: tuple[Array, ...]) -> bool:
    """Whether rounding may decide otherwise: a kink where the exact value is not what floats take it for."""
    floats = evaluate(case.program, [value.astype(float) for value in values[: len(case.inputs)]])
    return any((value.astype(float) != other).any() for value, other in zip(values, floats, strict=True)) and any(
        line.op in {*COMPARISONS, *FUNCTIONS, "max_over", "min_over", "masked_fill"} for line in case.lines
    )


def test_a_linear_layer_of_fractions_is_exact() -> None:
    program = Program((Input("x", (1, 2)), Input("W", (2, 1))), (Line("matmul", (0, 1), (1, 1)),))
    x, W = np.array([[Fraction(1, 3), 2]], dtype=object), np.array([[Fraction(3, 2)], [Fraction(1, 4)]], dtype=object)
    values = evaluate(program, [x, W])
    assert values[-1].tolist() == [[1]]
    assert jacobian(program, values, 1).tolist() == [[[[Fraction(1, 3)], [2]]]]


# ── Verdicts ─────────────────────────────────────────────────────────────────────────────────────────────

NORM = (("dim", None), ("keepdim", False), ("p", 2))
ALL = (("dim", None), ("keepdim", False))
SPECIAL = [
    # operation, its options, shape of the result, the point → what is told, and of what
    ("relu", (), (2,), [0.0, 1.0], "kink", "relu(x)"),
    ("abs", (), (2,), [0.0, 1.0], "kink", "abs(x)"),
    ("max_over", ALL, (), [2.0, 2.0], "tie", "max(x)"),
    ("norm", NORM, (), [0.0, 0.0], "kink", "norm(x)"),
    ("floor", (), (2,), [1.0, 1.5], "jump", "floor(x)"),
    ("sqrt", (), (2,), [0.0, 1.0], "singular", "sqrt(x)"),
    ("exp", (), (2,), [1000.0, 1.0], "overflow_value", "exp(x)"),
    ("log", (), (2,), [-1.0, 1.0], "undefined", "log(x)"),
    ("det", (), (), [[1.0, 2.0], [2.0, 4.0]], "convention", "det(x)"),
]


@pytest.mark.parametrize(("op", "options", "shape", "x", "code", "operation"), SPECIAL)
def test_the_verdict_names_the_operation(
    op: str, options: Any, shape: tuple[int, ...], x: list[Any], code: str, operation: str
) -> None:
    inputs = [np.array(x)]
    program = Program((Input("x", inputs[0].shape),), (Line(op, (0,), shape, options),))
    found = verdict_of(program, inputs, np.full(shape, 2.0))
    note = found.notes[0]
    assert (note.code, note.facts["operation"]) == (code, operation)
    assert found.torch.kind == code


def test_a_mask_of_infinity_needs_no_excuse() -> None:
    inputs = [np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0])]
    mask = Line("constant", (), (3,), (("shape", (3,)), ("entries", (0.0, 1.0, 0.0))))
    lines = (
        mask,
        Line("masked_fill", (0, 1), (3,), (("value", float("-inf")),)),
        Line("softmax", (2,), (3,), (("dim", 0),)),
    )
    found = verdict_of(Program((Input("x", (3,)),), lines), inputs[:1], np.array([1.0, 2.0, 3.0]))
    assert found.calm
    assert not found.notes


def verdict_of(program: Program, inputs: list[Array], v: Array) -> Verdict:
    values = evaluate(program, inputs)
    J = jacobian(program, values, 0)
    terms = v.reshape((*v.shape, *(1,) * (J.ndim - v.ndim))) * J
    total = np.asarray(terms.sum(axis=tuple(range(v.ndim))))
    return judge(program, values, v, 0, terms, total, engine.differentiate(program, inputs, v, "x"))


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_operation_is_in_every_table() -> None:
    assert set(slopes.SLOPES) == {*OPERATORS, *COMPARISONS, *FUNCTIONS} == shapes.ELEMENTWISE
    assert {*VALUES, "constant"} == {*PULLBACKS, *PARTS, "constant"} == set(shapes.RULES)
