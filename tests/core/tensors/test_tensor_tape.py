"""The tape of matrices is torch's own, and what it shows adds up."""

from __future__ import annotations

import warnings

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.engines.tensor_tape import Operation, record
from core.tensors.program import Input, Line, Program
from core.tensors.pullbacks import pull_back
from core.tensors.values import evaluate
from tests.core.tensors.programs import Case, cases
from tests.core.tensors.test_laws import ANY, decided, finite, near, weights

ALL = (("dim", None), ("keepdim", False))
# a matrix that is used twice, with a bias between
TIED = Program(
    (Input("x", (3, 2)), Input("W", (2, 2)), Input("b", (2,))),
    (
        Line("matmul", (0, 1), (3, 2)),
        Line("+", (3, 2), (3, 2), name="z"),
        Line("tanh", (4,), (3, 2), name="h"),
        Line("matmul", (5, 1), (3, 2)),
        Line("softmax", (6,), (3, 2), (("dim", 1),), name="p"),
        Line("mean", (7,), (), ALL, name="loss"),
    ),
)


def recorded() -> dict[str, Operation]:
    source = np.random.default_rng(0)
    tape = record(TIED, [source.normal(size=value.shape) for value in TIED.inputs], np.array(2.0))
    return {operation.name: operation for operation in tape.operations}


def test_every_node_has_its_rule_in_the_readers_names() -> None:
    tape = recorded()
    assert {name: operation.node for name, operation in tape.items()} == {
        "x": "AccumulateGrad",
        "W": "AccumulateGrad",
        "b": "AccumulateGrad",
        "t1": "MmBackward0",
        "z": "AddBackward0",
        "h": "TanhBackward0",
        "t2": "MmBackward0",
        "p": "SoftmaxBackward0",
        "loss": "MeanBackward0",
    }
    assert [use.rule for use in tape["t1"].uses] == ["grad_x = grad_t1·Wᵀ", "grad_W = xᵀ·grad_t1"]
    assert [use.rule for use in tape["h"].uses] == ["grad_z = (1 - h^2) ⊙ grad_h"]
    assert [use.rule for use in tape["p"].uses] == ["grad_t2 = p ⊙ (grad_p - sum(grad_p ⊙ p))"]
    assert [use.rule for use in tape["loss"].uses] == ["grad_p = grad_loss/6"]
    assert tape["t1"].text == "x @ W"


def test_the_gradient_of_a_broadcast_bias_is_seen_being_summed() -> None:
    to_bias = recorded()["z"].uses[1]
    assert to_bias.rule == "grad_b = sum(grad_z)"
    assert to_bias.whole is not None
    assert to_bias.whole.shape == (3, 2)
    np.testing.assert_allclose(to_bias.whole.sum(axis=0), to_bias.sent)


def test_an_output_without_a_way_back_has_no_tape() -> None:
    assert record(Program((Input("x", (2,)),), (Line(">", (0, 0), (2,)),)), [np.ones(2)], np.ones(2)).operations == ()


@settings(ANY, max_examples=150)
@given(cases(), st.integers(0, 10**6))
def test_what_is_sent_adds_up_to_every_adjoint_and_to_our_own(case: Case, seed: int) -> None:
    values = evaluate(case.program, case.points)
    assume(finite(values) and decided(case, values))
    v = weights(case, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tape = record(case.program, case.points, v)
        except RuntimeError as refusal:
            assume("singular" not in str(refusal))
            raise
    ours = pull_back(case.program, values, v[None])
    for i, operation in enumerate(tape.operations):
        if arriving := tape.arriving(i):
            assert near(np.sum([sent for _, sent in arriving], axis=0), operation.adjoint)
        if operation.at is not None and operation.at < len(case.inputs):
            adjoint = ours[operation.at]
            assert adjoint is not None
            assert near(adjoint[0], operation.adjoint)
        for use in operation.uses:
            if use.whole is not None and np.isfinite(use.whole).all():
                assert near(np.asarray(use.whole.sum()), np.asarray(use.sent.sum()))
