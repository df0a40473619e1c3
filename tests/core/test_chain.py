"""The chain rule: the product is the derivative of the composition, whichever way it is multiplied."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import address as share
from core import wording as words
from core.__main__ import answer
from core.kinds import KINDS, complete, explain
from core.kinds.chain.cost import multiplications
from core.kinds.chain.explanation import MAX_COMPOSED, ChainExplanation
from core.kinds.chain.problem import CHAIN_FIELDS, ChainProblem
from core.kinds.chain.reading import read as read_chain
from core.problem import ProblemError

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "correctness.json").read_text(encoding="utf-8"))
}
# The chain cases of the file, cut into stages by hand.
STAGES = {
    "explained_ai_gcompose": (("x^2", "3*x"), ("log(y1)", "sin(y2)")),
    "micrograd_readme": (
        ("a+b", "a*b+b^3", "a", "max(0,b-a)"),
        ("2*(2*y1+1)+1-y3-(4*(3*y2+max(0,y1))+y4)",),
        ("z1^2/2+10/z1^2",),
    ),
}
FOUR = ChainProblem(
    ("x1*x2", "x1+x2", "sin(x1)"),
    ("y1*y2", "y2-y3"),
    (("x1", "1"), ("x2", "2")),
    ("3",),
    (("z1^2", "z1*z2", "z2"), ("w1+w2*w3",)),
)


def values(numbers) -> list[float]:
    return [n.value for n in numbers]


def rows(matrix) -> list[list[float]]:
    return [values(row) for row in matrix]


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


def by_product(e: ChainExplanation) -> list[float]:
    """v·(J_g·J_f): the other order of multiplying."""
    v = values(e.pullbacks[-1].weights)
    return [sum(weight * row[j] for weight, row in zip(v, rows(e.product), strict=True)) for j in range(e.sizes[0])]


def assert_lawful(e: ChainExplanation) -> None:
    assert rows(e.product) == [close(row) for row in rows(e.whole.jacobian_at)]
    assert by_product(e) == close(values(e.pullback.total))
    assert values(e.whole_pullback.total) == close(values(e.pullback.total))
    for pulled, grad in zip(e.pullbacks, e.torch.grads, strict=True):
        assert list(grad) == close(values(pulled.total))
    for at, jacobian in zip(e.maps, e.torch.jacobians, strict=True):
        assert list(map(list, jacobian)) == [close(row) for row in rows(at.jacobian_at)]


# ── Known answers ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", STAGES)
def test_a_case_cut_into_stages_has_its_known_jacobian_and_vjp(name: str):
    case, stages = CASES[name], STAGES[name]
    point = tuple((n, repr(x)) for n, x in zip(case["variables"], case["point"], strict=True))
    e = explain(ChainProblem(stages[0], stages[1], point, tuple(map(repr, case["v"])), tuple(stages[2:])))
    assert rows(e.product) == [close(row) for row in case["expected_jacobian_numeric"]]
    assert values(e.pullback.total) == close(case["expected_vjp"])
    assert e.verdict.torch.agrees
    assert_lawful(e)


def test_the_default_chain_of_the_page():
    e = explain(KINDS["chain"].default)
    assert values(e.outer_pullback.total) == [6, 19]
    assert values(e.pullback.total) == [88, 82]
    assert rows(e.product) == [[20, 16], [34, 33]]
    assert e.torch.middle_grad == (6, 19)
    assert_lawful(e)


def test_four_stages_are_pulled_back_one_after_the_other():
    e = explain(FOUR)
    assert e.letters == ("x", "y", "z", "w", "s")
    assert e.sizes == (2, 3, 2, 3, 1)
    assert len(e.torch.grads) == 4
    assert_lawful(e)


def test_softmax_with_cross_entropy_collapses_to_predicted_minus_true():
    address = next(example.address for example in words.examples() if example.id == "cross-entropy")
    e = explain(share.decode(address).problem)
    predicted = values(e.inner.values)
    assert values(e.pullback.total) == close([predicted[0], predicted[1] - 1, predicted[2]])


# ── Random chains ────────────────────────────────────────────────────────────────────────────────────────

SMOOTH = st.sampled_from(["sin({})", "tanh({})", "{}^2", "{}^3", "sigmoid({})", "exp({}/4)", "{}", "2*{}", "-{}"])


@st.composite
def stages(draw, most: int = 4):
    """Between two and four stages of one to three functions each, written in the outputs of the stage before."""
    names = [f"x{j + 1}" for j in range(draw(st.integers(1, 3)))]
    point = tuple((n, str(draw(st.integers(-3, 3)))) for n in names)
    chain = []
    for letter in "yzws"[: draw(st.integers(2, most))]:
        functions = []
        for _ in range(draw(st.integers(1, 3))):
            factors = [draw(SMOOTH).format(draw(st.sampled_from(names))) for _ in range(draw(st.integers(1, 2)))]
            functions.append(draw(st.sampled_from(["*", "+"])).join(factors))
        chain.append(tuple(functions))
        names = [f"{letter}{i + 1}" for i in range(len(functions))]
    cotangent = tuple(str(draw(st.integers(-4, 4))) for _ in chain[-1])
    return ChainProblem(chain[0], chain[1], point, cotangent, tuple(chain[2:]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stages())
def test_in_a_random_chain_both_orders_agree_with_the_direct_jacobian_and_with_torch(problem: ChainProblem):
    e = explain(problem)
    finite = all(math.isfinite(x) and abs(x) < 1e8 for pulled in e.pullbacks for x in values(pulled.total))
    if finite:
        assert_lawful(e)


@settings(max_examples=30, deadline=None)
@given(stages())
def test_a_random_chain_is_its_own_address(problem: ChainProblem):
    known = complete(problem)
    again = complete(share.decode(share.encode(known)).problem)
    assert again == known


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────


def test_two_stages_keep_their_address_and_further_ones_add_to_it():
    two = ChainProblem(("x1*x2",), ("sin(y1)",), (("x1", "1"), ("x2", "2")), ("3",))
    assert share.encode(two) == "/chain?f=x1*x2&g=sin(y1)&at=x1:1,x2:2&v=3"
    further = "&h=z1^2;z1*z2;z2&k=w1%2Bw2*w3&at="
    assert share.encode(FOUR).startswith(f"/chain?f=x1*x2;x1%2Bx2;sin(x1)&g=y1*y2;y2-y3{further}")
    assert share.decode(share.encode(FOUR)).problem == FOUR


@pytest.mark.parametrize(
    ("address", "code", "field"),
    [
        ("/chain?f=x&g=y1&h=z2", "not_an_output", "h"),
        ("/chain?f=x&g=y1&h=z1&k=w1;sinn(w1)", "unknown_function", "k"),
        ("/chain?f=x&g=y1&h=z1;z1^2&v=1", "wrong_length", "v"),
        ("/chain?f=x&g=y1&k=w1", "no_stage", "h"),
        ("/chain?f=x&g=y1&h=", "empty", "h"),
        ("/chain?f=x&g=y3", "not_an_output", "g"),
        ("/chain?f=x&at=y:1&g=y1", "undeclared_name", "f"),
    ],
)
def test_a_bad_stage_is_named_by_its_parameter(address: str, code: str, field: str):
    described, exit_code = answer(address)
    assert exit_code == 2
    assert (described["error"]["code"], described["error"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/chain?f=x;x^2&g=y3", "y3 does not come out of the stage before: g can only use y1, y2."),
        ("/chain?f=x&g=y1&k=w1", "The stage h is missing: it leads from z to w, and a later stage needs w."),
    ],
)
def test_what_is_wrong_with_a_later_stage_is_told_in_the_words_of_a_chain(address: str, told: str):
    described, _ = answer(address)
    assert described["error"]["message"].startswith(told)


def test_a_gap_before_a_stage_is_told_of_once():
    readings = read_chain(share.decode("/chain?f=x&g=y1&k=w1%2Bw2").problem).stages
    assert [[error.code for error in reading.errors] for reading in readings] == [[], [], ["no_stage"], []]


@pytest.mark.parametrize("problem", [KINDS["chain"].default, FOUR])
def test_torch_pushes_the_first_unit_vector_forward_through_the_first_columns(problem: ChainProblem):
    e = explain(problem)
    assert [len(tangent) for tangent in e.torch.tangents] == list(e.sizes[1:])
    assert e.torch.tangents[0] == pytest.approx([row[0].value for row in e.inner.jacobian_at])
    assert e.torch.tangents[-1] == pytest.approx([row[0].value for row in e.product])


def test_v_is_told_to_have_the_shape_of_the_last_letter():
    described, _ = answer("/chain?f=x&g=y1&h=z1;z1^2&v=1")
    assert described["error"]["message"].startswith("v needs one number for each output of w: 2; it has 1.")


# ── Compositions that nobody could read ──────────────────────────────────────────────────────────────────


def test_stages_that_multiply_into_something_huge_are_refused_before_anything_is_built():
    f, g, h, k = (("+".join([f"sin({name})*cos({name})"] * 20),) for name in ("x", "y1", "z1", "w1"))
    with pytest.raises(ProblemError) as refused:
        explain(ChainProblem(f, g, further=(h, k)))
    assert (refused.value.code, refused.value.facts["limit"]) == ("composition_too_large", MAX_COMPOSED)
    assert refused.value.field in CHAIN_FIELDS[1:]


def test_a_derivative_too_long_to_print_leaves_the_product_of_the_stages():
    wide = "+".join(f"sin({k}*y1)*cos({k}*y1)" for k in range(1, 10))
    e = explain(ChainProblem((wide.replace("y1", "x"),), (wide,), (("x", "1"),), ("2",)))
    assert e.whole.jacobian == ()
    assert values(e.pullback.total) == close(e.torch.vjp)
    assert e.verdict.torch.agrees
    described, _ = answer(share.encode(e.problem))
    assert described["jacobian"] is None
    assert described["jacobian_at"] == described["product"]
    assert described["jacobian_inner"]


# ── The command line ─────────────────────────────────────────────────────────────────────────────────────


def test_a_longer_chain_is_answered_stage_by_stage():
    described, code = answer(share.encode(FOUR))
    assert code == 0
    assert [stage["inputs"] for stage in described["stages"]] == [
        ["x1", "x2"],
        ["y1", "y2", "y3"],
        ["z1", "z2"],
        ["w1", "w2", "w3"],
    ]
    assert described["stages"][1]["vjp"] == described["middle_cotangent"]
    assert described["stages"][0]["vjp"] == close(described["vjp"])
    assert described["jacobian_outer"] == described["stages"][1]["jacobian"]


# ── The cost ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sizes", "backward", "product_first", "backward_passes", "forward_passes"),
    [
        ((2, 2, 2), 8, 12, 16, 16),
        ((3, 4, 2), 2 * 4 + 4 * 3, 2 * 4 * 3 + 2 * 3, 2 * 20, 3 * 20),
        ((1000, 100, 1), 100 + 100_000, 100_000 + 1000, 100_100, 100_100_000),
        ((2, 3, 4, 5), 6 + 12 + 20, 4 * 3 * 2 + 5 * 4 * 2 + 5 * 2, 5 * 38, 2 * 38),
    ],
)
def test_multiplications_are_counted(sizes, backward, product_first, backward_passes, forward_passes):
    counted = multiplications(sizes)
    assert counted.backward == backward
    assert counted.product_first == product_first
    assert counted.backward_passes == backward_passes
    assert counted.forward_passes == forward_passes


@given(st.lists(st.integers(1, 50), min_size=3, max_size=5))
def test_forward_is_cheaper_exactly_while_there_are_fewer_inputs_than_outputs(sizes: list[int]):
    counted = multiplications(sizes)
    assert (counted.forward_passes < counted.backward_passes) == (sizes[0] < sizes[-1])
    assert (counted.forward_passes == counted.backward_passes) == (sizes[0] == sizes[-1])
