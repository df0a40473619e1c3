"""The tape is torch's own: its operations, its local derivatives, its adjoints."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.code import torch as listing
from core.engines import tape
from core.engines.autograd import differentiate_chain
from core.engines.tape import Operation, Tape
from core.expression.tree import FUNCTIONS
from core.grammar import parse
from core.kinds import KINDS, explain
from core.kinds.chain.problem import ChainProblem
from core.kinds.vector.problem import VectorProblem

EVERY = (
    "x1+x2-3*x1/x2",
    "2/x1",
    "2-x1",
    "-x1^3",
    "x1^x2",
    "2^x2",
    "sin(x1)*cos(x2)*tan(x1)",
    "asin(x1/4)+acos(x2/4)+atan(x1)",
)
MORE = (
    "sinh(x1)*cosh(x2)-tanh(x1)",
    "exp(x1)*log(x2)/sqrt(x1)",
    "abs(x1-x2)+sign(x1)",
    "relu(x1)*sigmoid(x2)",
    "softplus(x1)",
    "atan2(x1,x2)",
    "min(x1,x2)*max(x1,x2,1)",
    "where(x1>x2,x1^2,x2+pi)",
)


def recorded(*functions: str, at: tuple[float, ...] = (0.75, 1.5), v: tuple[float, ...] | None = None) -> Tape:
    inputs = tuple(f"x{j + 1}" for j in range(len(at)))
    nodes = [parse(text, inputs) for text in functions]
    weights = v or tuple(float(i + 2) for i in range(len(nodes)))
    return tape.record(listing.vector_listing(nodes, inputs, at, weights), ("x", "y"))


def contributions(t: Tape, i: int) -> list[tuple[float, ...]]:
    return [use.sent for operation in t.operations for use in operation.uses if use.of == i]


def plus(vectors: list[tuple[float, ...]]) -> list[float]:
    return [math.fsum(column) for column in zip(*vectors, strict=True)]


def scalar(operation: Operation) -> bool:
    return operation.name.startswith("t")


def test_the_operations_are_those_that_torch_dispatches_in_their_order():
    t = recorded("2*x1+x2^2", at=(1.0, 2.0), v=(3.0,))
    assert [(o.name, o.text, o.node) for o in t.operations] == [
        ("x", "", "AccumulateGrad"),
        ("t1", "x[0]", "SelectBackward0"),
        ("t2", "t1 * 2", "MulBackward0"),
        ("t3", "x[1]", "SelectBackward0"),
        ("t4", "t3 ** 2", "PowBackward0"),
        ("t5", "t2 + t4", "AddBackward0"),
        ("y", "stack(t5)", "StackBackward0"),
    ]
    assert [o.value for o in t.operations] == [(1, 2), (1,), (2,), (2,), (4,), (6,), (6,)]
    assert [o.adjoint for o in t.operations] == [(6, 12), (6,), (3,), (12,), (3,), (3,), (3,)]
    assert t.order[0] == 6
    assert t.order[-1] == 0


def test_the_adjoints_at_the_vectors_are_torchs_own_gradients():
    e = explain(KINDS["chain"].default)
    adjoints = {o.name: o.adjoint for o in e.tape.operations}
    assert adjoints["x"] == e.torch.vjp == (88, 82)
    assert adjoints["y"] == e.torch.middle_grad == (6, 19)
    assert adjoints["z"] == (1, 2)
    assert [o.stage for o in e.tape.operations if o.name in "xyz"] == [0, 0, 1]


def test_what_is_used_twice_gets_the_sum_of_what_comes_back():
    t = recorded("x1*x1", at=(3.0,), v=(1.0,))
    x = contributions(t, 0)
    assert x == [(3.0,), (3.0,)]
    assert t.operations[0].adjoint == (6.0,)


@pytest.mark.parametrize("functions", [EVERY, MORE])
def test_every_operation_keeps_the_laws_of_a_tape(functions: tuple[str, ...]):
    t = recorded(*functions)
    for i, operation in enumerate(t.operations):
        assert all(use.of < i for use in operation.uses)
        found = contributions(t, i)
        if found:
            assert list(operation.adjoint) == pytest.approx(plus(found), rel=1e-12, abs=1e-12)
        for use in operation.uses:
            if scalar(operation):
                assert list(use.sent) == pytest.approx([operation.adjoint[0] * d for d in use.local], nan_ok=True)
    assert sorted(t.order) == list(range(len(t.operations)))
    position = {i: k for k, i in enumerate(t.order)}
    for i, operation in enumerate(t.operations):
        assert all(position[use.of] > position[i] for use in operation.uses)


@pytest.mark.parametrize("functions", [EVERY, MORE])
def test_the_written_rule_of_a_local_derivative_has_torchs_value(functions: tuple[str, ...]):
    t = recorded(*functions)
    names = {o.name: o.value[0] for o in t.operations if scalar(o)}
    known = {name: getattr(math, name) for name in "sin cos sinh cosh log sqrt".split()}
    known |= {"sign": lambda u: math.copysign(1, u), "sigmoid": lambda u: 1 / (1 + math.exp(-u))}
    checked = 0
    for operation in t.operations:
        for use in operation.uses:
            if use.rule:
                assert eval(use.rule, {**known, **names}) == pytest.approx(use.local[0], rel=1e-9)
                checked += 1
    assert checked > 10


@pytest.mark.parametrize("functions", [EVERY, MORE])
def test_the_written_operations_have_torchs_values(functions: tuple[str, ...]):
    t = recorded(*functions)
    vectors = {o.name: list(o.value) for o in t.operations if not scalar(o)}
    names = {o.name: o.value[0] for o in t.operations if scalar(o)}
    known = {name: getattr(math, name) for name in "sin cos tan asin acos atan sinh cosh tanh exp log sqrt".split()}
    known |= {"minimum": min, "maximum": max, "abs": abs, "atan2": math.atan2, "relu": lambda u: max(u, 0.0)}
    known |= {"where": lambda condition, a, b: a if condition else b, "sigmoid": lambda u: 1 / (1 + math.exp(-u))}
    known |= {"softplus": lambda u: math.log1p(math.exp(u)), "sign": lambda u: math.copysign(1, u)}
    for operation in t.operations[1:-1]:
        assert eval(operation.text, {**known, **names, **vectors}) == pytest.approx(operation.value[0], rel=1e-5)


def test_every_function_of_the_grammar_leaves_a_readable_tape():
    texts = {name: f"{name}(x1>x2,x1,x2)" if name == "where" else "" for name in FUNCTIONS}
    for name, (least, _) in FUNCTIONS.items():
        text = texts[name] or f"{name}({','.join(['x1', 'x2', 'x1'][:least])})"
        t = recorded(text)
        assert t.operations[0].adjoint
        assert "…" not in "".join(o.text for o in t.operations)


def test_a_condition_is_written_out_where_it_is_used():
    t = recorded("where(x1>=2*x2,x1,x2)")
    chosen = [o.text for o in t.operations if o.node == "WhereBackward0"]
    assert chosen == ["where(x[0] >= x[1] * 2, t1, t2)"]


def test_a_function_that_does_not_depend_on_x_leaves_no_tape():
    e = explain(ChainProblem(("4",), ("y1^2",), (("x1", "1"),)))
    assert e.tape == tape.EMPTY


def test_a_constant_output_is_in_no_operation_but_the_stack():
    t = recorded("3", "x1^2")
    assert [o.text for o in t.operations][-1] == "stack(3, t2)"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([*EVERY[:4], *MORE[4:6], "x1*x2", "x1*x1*x2"]), min_size=1, max_size=4),
    st.lists(st.sampled_from(["y1^2", "y1*y1-sin(y1)", "tanh(y1)"]), min_size=1, max_size=3),
    st.tuples(st.floats(0.2, 2), st.floats(0.2, 2)),
)
def test_a_random_tape_ends_in_torchs_gradients(inner, outer, at):
    f = [parse(text, ("x1", "x2")) for text in inner]
    g = [parse(text, ("y1",)) for text in outer]
    chain = differentiate_chain(f, g, ("x1", "x2"), at, tuple(float(i + 1) for i in range(len(g))))
    t = tape.record(chain.transcript.listing, ("x", "y", "z"))
    adjoints = {o.name: o.adjoint for o in t.operations}
    assert adjoints["x"] == pytest.approx(chain.vjp)
    assert adjoints["y"] == pytest.approx(chain.middle_grad)


def test_a_tape_can_be_taken_of_the_listing_of_one_stage():
    e = explain(VectorProblem(("x1*x2",), (("x1", "2"), ("x2", "5")), ("3",)))
    t = tape.record(e.torch.transcript.listing, ("x", "y"))
    assert t.operations[0].adjoint == e.torch.vjp == (15, 6)
