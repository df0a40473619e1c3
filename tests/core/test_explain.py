"""The cases with known answers, and the laws that every explanation keeps."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from core import address as share
from core import wording as words
from core.grammar import parse
from core.kinds import KINDS, explain
from core.kinds.chain.problem import ChainProblem
from core.kinds.matmul.entries import resize
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import refit
from core.numbers.floats import evaluate
from core.problem import ProblemError

CASES = json.loads((Path(__file__).parents[1] / "cases" / "correctness.json").read_text(encoding="utf-8"))
TEXT = VectorProblem(("2*x1+x2^2", "x1^2+2*x2^3"), (("x1", "1"), ("x2", "2")), ("2", "1"))
TEXT_MATMUL = MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6")))


def cases(*kinds: str) -> list[object]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds]


def vector(case: dict) -> VectorProblem:
    point = zip(case["variables"], case["point"], strict=True)
    return VectorProblem(
        tuple(case["functions"]),
        tuple((name, repr(value)) for name, value in point),
        tuple(repr(value) for value in case["v"]),
    )


def floats(rows):
    return [[n.value for n in row] for row in rows]


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("case", cases("vector", "gradient", "singular", "unused_variable", "chain"))
def test_a_case_has_its_known_jacobian_and_vjp_and_the_engines_agree(case):
    e = explain(vector(case))
    env = dict(zip(case["variables"], case["point"], strict=True))
    if all("Heaviside" not in text for row in case["expected_jacobian"] for text in row):
        expected = [
            [evaluate(parse(text, case["variables"]), env) for text in row] for row in case["expected_jacobian"]
        ]
        assert floats(e.map.jacobian_at) == [close(row) for row in expected]
    if "expected_jacobian_numeric" in case:
        assert floats(e.map.jacobian_at) == [close(row) for row in case["expected_jacobian_numeric"]]
    assert [n.value for n in e.pullback.total] == close(case["expected_vjp"])
    assert e.verdict.torch.agrees
    assert e.verdict.finite_difference.agrees


@pytest.mark.parametrize("case", cases("matmul"))
def test_a_matrix_case_has_its_known_elements_and_both_gradients(case):
    known = case["matmul"]
    texts = {name: tuple(tuple(map(repr, row)) for row in known[name]) for name in "abv"}
    e = explain(MatmulProblem(**texts))
    assert floats(e.c) == known["c"]
    assert floats(e.b_grad) == known["expected_b_grad"]
    assert floats(e.a_grad) == known["expected_a_grad"]
    assert e.verdict.torch.agrees
    assert e.verdict.finite_difference.agrees
    for element in known["per_element"]:
        i, j = element["i"] - 1, element["j"] - 1
        assert floats(e.derivative(i, j, "b")) == element["dc_db_numeric"]
        assert floats(e.derivative(i, j, "a")) == element["dc_da_numeric"]


@pytest.mark.parametrize(
    ("v", "total"),
    [
        (("1", "0"), [2, 4]),
        (("0", "1"), [2, 24]),
        (("1", "2"), [6, 52]),
        (("2", "1"), [6, 32]),
        (("1", "1"), [4, 28]),
    ],
)
def test_the_example_of_the_text_with_each_of_its_weights(v, total):
    e = explain(replace(TEXT, cotangent=v))
    assert [n.value for n in e.pullback.total] == total
    assert list(e.torch.vjp) == total
    assert floats(e.map.jacobian_at) == [[2, 4], [2, 24]]


def test_the_matrix_example_of_the_text():
    e = explain(TEXT_MATMUL)
    assert floats(e.b_grad) == [[4, 4, 4], [6, 6, 6]]
    assert floats(e.a_grad) == [[6, 15], [6, 15]]
    assert floats(e.derivative(1, 0, "b")) == [[3, 0, 0], [4, 0, 0]]
    assert e.verdict.torch.agrees
    assert e.verdict.finite_difference.agrees


def test_distinct_weights_of_a_matrix_product_agree_with_torch():
    e = explain(replace(TEXT_MATMUL, v=(("1", "-2", "3"), ("1/2", "0", "7"))))
    assert floats(e.b_grad) == [list(row) for row in e.torch.b_grad]
    assert floats(e.a_grad) == [list(row) for row in e.torch.a_grad]
    assert floats(e.b_grad) == [[2.5, -2, 24], [4, -4, 34]]


# ── Laws, over every example of the gallery ──────────────────────────────────────────────────────────────

EXAMPLES = [pytest.param(share.decode(example.address).problem, id=example.id) for example in words.examples()]
VECTORS = [p for p in EXAMPLES if isinstance(p.values[0], VectorProblem)]


@pytest.mark.parametrize("problem", EXAMPLES)
def test_every_example_is_explained_and_torch_agrees_or_says_why(problem):
    e = explain(problem)
    if isinstance(problem, MatmulProblem):
        assert e.verdict.calm
    else:
        assert e.verdict.torch.agrees or e.verdict.notes
        assert e.verdict.torch.kind != "unexplained"


@pytest.mark.parametrize("problem", EXAMPLES)
def test_every_example_is_its_own_address(problem):
    complete = explain(problem).problem
    assert share.decode(share.encode(complete)).problem == complete or "v" not in share.encode_query(complete)
    assert explain(complete).problem == complete


@pytest.mark.parametrize("problem", VECTORS)
def test_a_one_hot_cotangent_picks_out_one_row_of_the_jacobian(problem):
    m = len(problem.functions)
    for i in range(m):
        e = explain(replace(problem, cotangent=tuple("1" if p == i else "0" for p in range(m))))
        assert [n.value for n in e.pullback.total] == close([n.value for n in e.map.jacobian_at[i]])


@pytest.mark.parametrize("problem", VECTORS)
def test_the_pullback_is_linear_in_v(problem):
    m = len(problem.functions)

    def total(weights):
        return [n.value for n in explain(replace(problem, cotangent=tuple(map(str, weights)))).pullback.total]

    u, v = [i + 1 for i in range(m)], [3 - 2 * i for i in range(m)]
    both = total([2 * p - 5 * q for p, q in zip(u, v, strict=True)])
    assert both == close([2 * p - 5 * q for p, q in zip(total(u), total(v), strict=True)])


def test_the_chain_rule_equals_the_derivative_of_the_composition():
    e = explain(KINDS["chain"].default)
    assert floats(e.product) == [close(row) for row in floats(e.whole.jacobian_at)]
    assert [n.value for n in e.pullback.total] == close([n.value for n in e.whole_pullback.total])
    assert list(e.torch.middle_grad) == close([n.value for n in e.outer_pullback.total])
    assert list(e.torch.vjp) == close([88, 82])


CROSSED_BY_INFINITY = ChainProblem(("abs(x1)", "x2"), ("sqrt(y1)*y2",), (("x1", "0"), ("x2", "2")), ("1",))


def test_no_path_passes_nothing_on_not_even_an_infinite_weight():
    e = explain(CROSSED_BY_INFINITY)
    first, _ = e.pullbacks
    assert [n.value for n in first.weights] == [math.inf, 0]
    assert repr(floats(first.rows)) == "[[nan, 0.0], [0.0, 0.0]]"
    assert repr([n.value for n in first.total]) == repr(list(e.torch.vjp)) == "[nan, 0.0]"
    assert repr(floats(e.product)) == "[[nan, 0.0]]"


def test_a_weight_of_zero_times_an_infinite_entry_stays_nan_as_in_torch():
    e = explain(VectorProblem(("sqrt(x)", "x^2"), (("x", "0"),), ("0", "1")))
    assert repr([n.value for n in e.pullback.total]) == repr(list(e.torch.vjp)) == "[nan]"


@pytest.mark.parametrize(
    ("function", "at", "error"),
    [
        ("cos(x)", "pi", 2e-16),
        ("1000*cos(x)", "pi", 2e-13),
        ("x*sin(pi)", "1", 2e-16),
        ("x*tan(pi)", "1", 2e-16),
        ("cosh(sin(pi)-x/2)", "0", 1e-16),
        ("tanh(x)", "10", 1e-16),
        ("2*cos(x)", "pi/2", 0),
    ],
)
def test_floating_point_dust_is_agreement_with_its_error_and_no_note(function, at, error):
    judged = explain(VectorProblem((function,), (("x", at),))).verdict
    assert (judged.torch.agrees, judged.finite_difference.agrees, judged.notes) == (True, True, ())
    assert judged.torch.kind == ("agree" if error else "exact")
    assert judged.torch.error <= error


def test_dust_in_one_column_beside_a_number_in_another_is_agreement():
    judged = explain(VectorProblem(("rho*cos(phi)",), (("rho", "2"), ("phi", "pi/2")))).verdict
    assert (judged.torch.kind, judged.torch.agrees, judged.notes) == ("agree", True, ())
    assert judged.torch.error == pytest.approx(6.1e-17, rel=0.01)


def test_rounding_that_can_be_seen_is_told_and_nothing_beside_it():
    judged = explain(VectorProblem(("cos(x)",), (("x", "1e15*pi"),))).verdict
    assert [note.code for note in judged.notes] == ["rounding"]
    assert not judged.torch.agrees


def test_a_note_of_a_chain_calls_the_last_outputs_by_their_letter():
    e = explain(ChainProblem(("x1", "x2"), ("abs(y1)", "y2"), (("x1", "0"), ("x2", "2"))))
    (note,) = e.verdict.notes
    assert note.place == "∂z₁/∂x₁"
    assert words.explain_note("en", note.code, note.facts, note.place).startswith("∂z₁/∂x₁: There is a kink")
    assert words.explain_note("zh", note.code, note.facts, note.place).startswith("∂z₁/∂x₁：")


# ── Special shapes ───────────────────────────────────────────────────────────────────────────────────────


def test_a_constant_output_has_a_row_of_zeros():
    e = explain(VectorProblem(("3", "x1*x2"), (("x1", "2"), ("x2", "5")), ("7", "2")))
    assert floats(e.map.jacobian_at) == [[0, 0], [5, 2]]
    assert list(e.torch.vjp) == [10, 4]


def test_nothing_depends_on_the_input():
    e = explain(VectorProblem(("3",), (("x", "2"),)))
    assert [n.value for n in e.pullback.total] == [0]
    assert e.verdict.torch.agrees


def test_weights_of_zero_give_a_gradient_of_zero():
    e = explain(replace(TEXT, cotangent=("0", "0")))
    assert [n.value for n in e.pullback.total] == [0, 0]
    assert e.verdict.torch.agrees


def test_exact_numbers_stay_exact():
    e = explain(VectorProblem(("r*cos(phi)",), (("r", "2"), ("phi", "pi/4")), ("3",)))
    column_r, column_phi = e.map.jacobian_at[0]
    assert (column_r.exact.q, column_r.exact.r) == (pytest.approx(1 / 2), 2)
    assert column_phi.exact.q == -1
    assert e.pullback.total[1].value == pytest.approx(-3 * math.sqrt(2))


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("problem", "code", "field"),
    [
        (replace(TEXT, cotangent=("1", "0", "0")), "wrong_length", "v"),
        (replace(TEXT, cotangent=("1",)), "wrong_length", "v"),
        (VectorProblem(("3",)), "no_variables", "f"),
        (VectorProblem(()), "empty", "f"),
        (VectorProblem(("x",) * 9), "too_many_outputs", "f"),
        (VectorProblem(tuple(f"x{i}*y{i}" for i in range(6))), "too_many_entries", "at"),
        (VectorProblem(("1/(x-x)",)), "division_by_zero", "f"),
        (VectorProblem(("x",), (("x", "1"), ("x", "2"))), "twice", "at"),
        (VectorProblem(("x",), (("x", "nan"),)), "not_finite", "at"),
        (MatmulProblem((("1", "2"),), (("1", "2"),)), "shapes_differ", "b"),
        (MatmulProblem((("1", "2"), ("3",)), (("1",), ("2",))), "ragged", "a"),
        (MatmulProblem((("1",) * 9,), (("1",),) * 9), "too_large", "a"),
        (replace(TEXT_MATMUL, v=(("1", "1"), ("1", "1"))), "wrong_shape", "v"),
        (replace(TEXT_MATMUL, a=(("1", "2"), ("3", "q"))), "not_a_number", "a"),
    ],
)
def test_a_bad_problem_is_refused_with_its_code_and_field(problem, code, field):
    with pytest.raises(ProblemError) as refused:
        explain(problem)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert words.explain_error("en", refused.value)
    assert words.explain_error("zh", refused.value)


# ── Editing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_point_follows_the_variables_of_the_text():
    grown = refit(TEXT, ("x1*x3", "x2"))
    assert grown.point == (("x1", "1"), ("x2", "2"), ("x3", "1"))
    assert refit(grown, ("x1", "x2")).point == (("x1", "1"), ("x2", "2"))


def test_coordinates_stay_while_a_function_cannot_be_read():
    broken = refit(TEXT, ("2*x1+", "x1"))
    assert broken.point == TEXT.point
    assert refit(broken, ("2*x1+x2", "x1")).point == TEXT.point


def test_a_declared_variable_that_no_function_uses_stays():
    problem = VectorProblem(("x^2",), (("w", "9"), ("x", "3")))
    assert refit(problem, ("x^3",)).point == (("w", "9"), ("x", "3"))


def test_a_matrix_keeps_its_entries_when_its_size_changes():
    grown = resize(TEXT_MATMUL, 3, 2, 2)
    assert grown.a == (("1", "2"), ("3", "4"), ("1", "1"))
    assert grown.b == (("1", "2"), ("4", "5"))
    assert len(grown.v) == 3


def test_terms_that_cancel_up_to_rounding_add_up_to_0():
    softmax = tuple(f"exp(x{i})/(exp(x1)+exp(x2)+exp(x3))" for i in (1, 2, 3))
    explanation = explain(VectorProblem(softmax, (("x1", "1"), ("x2", "2"), ("x3", "3"))))
    assert [n.value for n in explanation.pullback.total] == [0.0, 0.0, 0.0]
    assert explanation.verdict.torch.agrees
    assert not explanation.verdict.notes
