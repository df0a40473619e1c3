"""The engines: what torch answers, what finite differences measure, and the reason where anybody differs."""

import ast
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.calculus.derivatives import jacobian
from core.code import torch as listing
from core.code.transcript import Listing, annotated
from core.engines import autograd, differences, verdict
from core.engines import disagreement as reasons
from core.engines import forward_mode as local
from core.engines.referee import decimal
from core.engines.settled import settle
from core.expression.tree import COMPARISONS, CONSTANTS, FUNCTIONS, OPERATORS, Node, names, number, walk
from core.numbers.exact import value_of
from core.numbers.floats import evaluate
from core.problem import ProblemError

WRITTEN = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def tree(text: str) -> Node:
    """A test's own text as a tree; reads Python, so the engines are tested without the grammar."""

    def node(part: ast.AST) -> Node:
        match part:
            case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]):
                return Node(WRITTEN[type(op)], (node(left), node(right)))
            case ast.UnaryOp(ast.USub(), operand):
                return Node("neg", (node(operand),))
            case ast.Call(function, args):
                return Node(function.id, tuple(map(node, args)))
            case ast.Constant(value):
                return number(value if isinstance(value, int) else repr(value))
            case ast.Name(name):
                return Node("constant" if name in CONSTANTS else "name", text=name)
        raise AssertionError(ast.dump(part))

    return node(ast.parse(text, mode="eval").body)


# what a coordinate of a test is exactly, where its float is not
EXACTLY = {evaluate(tree(text), {}): tree(text) for text in ("pi", "pi/2", "pi/4", "3/10")} | {0.1 + 0.2: tree("3/10")}


def exactly(value: float) -> Node:
    return EXACTLY.get(value) or decimal(value)


class Case:
    """Outputs at a point with weights, and what everybody says of them."""

    def __init__(self, outputs, point, cotangent, inputs=None):
        self.outputs = [tree(o) if isinstance(o, str) else o for o in outputs]
        self.inputs = tuple(inputs or names(self.outputs) or ("x1",))
        self.point, self.cotangent = tuple(map(float, point)), tuple(map(float, cotangent))
        self.asked = (self.outputs, self.inputs, self.point, self.cotangent)
        self.torch = autograd.differentiate(*self.asked)
        self.measured = differences.differentiate(*self.asked)

    @property
    def jacobian(self):
        formulas, trees = jacobian(self.outputs, self.inputs), list(map(exactly, self.point))
        _, rows = settle(self.outputs, self.inputs, list(map(value_of, trees)), trees, formulas)
        return tuple(tuple(n.value for n in row) for row in rows)

    def verdict(self, J=None, total=None, torch=None):
        J = J if J is not None else self.jacobian
        total = (
            total
            if total is not None
            else [sum(v * row[j] for v, row in zip(self.cotangent, J, strict=True)) for j in range(len(self.inputs))]
        )
        trees = list(map(exactly, self.point))
        return verdict.judge(*self.asked, J, total, torch or self.torch, self.measured, trees=trees)


DEFAULT = ("2*x1 + x2**2", "x1**2 + 2*x2**3")
SMOOTH = [
    (DEFAULT, (1, 2), (2, 1)),
    (("rho*cos(phi)", "rho*sin(phi)", "rho**2"), (2, 0.5), (1, 2, 3)),
    (("x*y*z", "y**2", "x + z"), (1, 2, -1), (3, -1, 0.5)),
    (("exp(x)/(exp(x)+exp(y))", "sigmoid(x*y) + softplus(x)", "atan2(y, x) - tanh(x)"), (1, 0.3), (1, -2, 0.5)),
    (("max(x, y, 0)", "where(x > y, x**y, -y)", "2**x + sqrt(2)*exp(1)", "7"), (1.5, 0.5), (1, 2, 3, 4)),
    (("x**2",), (3,), (-2,)),
    (("x + y", "x + y"), (1, 2), (1, 3)),
]  # fmt: skip
smooth = pytest.mark.parametrize("case", [Case(*case) for case in SMOOTH], ids=[c[0][0] for c in SMOOTH])


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────

EVERY_OP = {*OPERATORS, *COMPARISONS, *FUNCTIONS}


def test_every_operation_of_the_tree_is_in_every_table():
    assert set(listing.OPERATIONS) == EVERY_OP | {"number", "name"} | set(CONSTANTS)
    assert set(differences.OPERATIONS) == set(local.PARTIALS) == EVERY_OP
    assert set(differences.CONSTANTS) == set(CONSTANTS)


# where the first variables will not do: a condition, torch's plain numbers, a domain
ARGUMENTS = {
    "where": ("x1 > x2", "x1", "x2"),
    "leaky_relu": ("x2 - x1", "0.1"),
    "clamp": ("x1*x2", "x2", "x1"),
    "acosh": ("x1 + 1",),
}


def applied(op):
    """The operation of a variable, or of as many as it takes."""
    fewest = FUNCTIONS[op][0] if op in FUNCTIONS else OPERATORS[op]
    return Node(op, tuple(map(tree, ARGUMENTS.get(op, ("x1", "x2", "x1 + x2")[:fewest]))))


@pytest.mark.parametrize("op", sorted(EVERY_OP - set(COMPARISONS)))
def test_torch_and_numpy_mean_the_same_by_every_operation(op):
    case = Case([applied(op)], (0.7, 0.2), (3,), inputs=("x1", "x2"))
    seen = local.look(case.outputs, case.inputs, case.point)[0]
    assert case.torch.values == pytest.approx(case.measured.values)
    assert case.torch.vjp == pytest.approx(case.measured.vjp, abs=1e-9)
    assert seen.slopes == pytest.approx(case.torch.jacobian[0])


@pytest.mark.parametrize("op", sorted(EVERY_OP - set(COMPARISONS)))
def test_the_formula_of_every_operation_is_torchs_derivative(op):
    for point in ((0.7, 0.2), (0.3, 0.9)):
        case = Case([applied(op)], point, (3,), inputs=("x1", "x2"))
        assert case.jacobian[0] == pytest.approx(case.torch.jacobian[0], rel=1e-12)


CONVENTIONS = {
    "relu(x)": 0, "relu6(x)": 0, "relu6(x + 6)": 0, "hardtanh(x + 1)": 0, "hardtanh(x - 1)": 0,
    "leaky_relu(x, 0.1)": 0.1, "elu(x)": 1, "selu(x)": 1.7580993408473766, "clamp(x, 0, 2)": 1, "clamp(x + 2, 0, 2)": 1,
    "clamp_min(x, 0)": 1, "clamp_max(x, 0)": 1, "floor(x)": 0, "frac(x)": 1, "fmod(x, 2)": 1, "remainder(x, 2)": 1,
    "sinc(x)": 0, "sign(x)": 0, "round(x + 0.5)": 0,
}  # fmt: skip


@pytest.mark.parametrize("text", CONVENTIONS)
def test_at_its_kink_the_formula_of_a_function_keeps_torchs_convention(text):
    case = Case((text,), (0,), (1,))
    assert case.torch.jacobian == ((CONVENTIONS[text],),)
    assert case.jacobian[0] == pytest.approx(case.torch.jacobian[0], rel=1e-15)


@pytest.mark.parametrize("op", COMPARISONS)
def test_every_comparison_chooses_the_same_branch_for_torch_and_numpy(op):
    case = Case([f"where(x1 {op} 1, 2*x1, 3*x1)"], (1,), (1,))
    assert case.torch.values == case.measured.values


# ── What torch answers ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("v", "expected"),
    [((1, 0), (2, 4)), ((0, 1), (2, 24)), ((1, 2), (6, 52)), ((2, 1), (6, 32)), ((1, 1), (4, 28)), ((0, 0), (0, 0))],
)  # fmt: skip
def test_backward_on_the_default_problem_gives_the_known_gradient(v, expected):
    case = Case(DEFAULT, (1, 2), v)
    assert case.torch.vjp == expected
    assert case.torch.values == (6, 17)
    assert case.torch.jacobian == case.torch.jacrev == ((2, 4), (2, 24))
    assert case.measured.vjp == pytest.approx(expected, rel=1e-11)


@smooth
def test_a_backward_pass_is_the_weighted_sum_of_the_rows_of_j(case):
    v = np.array(case.cotangent)
    assert case.torch.vjp == pytest.approx(v @ case.torch.jacobian, abs=1e-12)
    assert case.measured.vjp == pytest.approx(v @ case.measured.jacobian, abs=1e-12)


@smooth
def test_one_hot_passes_jacrev_and_finite_differences_find_the_same_jacobian(case):
    J = np.array(case.torch.jacobian)
    assert J.shape == (len(case.outputs), len(case.inputs))
    assert pytest.approx(np.array(case.torch.jacrev), abs=1e-14) == J
    assert pytest.approx(np.array(case.measured.jacobian), rel=1e-9, abs=1e-11) == J


@smooth
def test_a_one_hot_cotangent_picks_out_one_row_of_the_jacobian(case):
    for i in range(len(case.outputs)):
        one_hot = [float(k == i) for k in range(len(case.outputs))]
        assert autograd.differentiate(*case.asked[:3], one_hot).vjp == case.torch.jacobian[i]


@smooth
def test_the_vjp_is_linear_in_the_cotangent(case):
    other = [k - 1.5 for k in range(len(case.outputs))]
    mixed = [2 * a - 3 * b for a, b in zip(case.cotangent, other, strict=True)]
    for engine in (autograd, differences):
        one, two, both = (engine.differentiate(*case.asked[:3], v).vjp for v in (case.cotangent, other, mixed))
        assert both == pytest.approx(2 * np.array(one) - 3 * np.array(two), abs=1e-11)


def test_the_shape_of_the_jacobian_is_outputs_by_inputs_and_an_unused_variable_is_a_zero_column():
    case = Case(("x1*x3",), (2, 5, 7), (10,), inputs=("x1", "x2", "x3"))
    assert case.torch.vjp == (70, 0, 20)
    assert case.torch.jacobian == ((7, 0, 2),)


def test_outputs_that_do_not_depend_on_x_leave_x_grad_none_and_count_as_zero():
    case = Case(("3", "where(x1 > 0, 1, 2)"), (1,), (5, 7))
    assert case.torch.vjp == (0,)
    assert case.torch.jacobian == case.torch.jacrev == ((0,), (0,))
    assert case.torch.values == (3, 1)
    assert "None" in case.torch.transcript.text
    assert case.verdict().notes[0] == verdict.Note("no_dependence", None, None, {})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("2*x1 + x2**2", "2*x[0] + x[1]**2"),
        ("x1 - (x2 - 1)", "x[0] - (x[1] - 1)"),
        ("x1/(x2*3)", "x[0]/(x[1]*3)"),
        ("(-x1)**2 + -x1**2", "(-x[0])**2 + (-x[0]**2)"),
        ("2**x1**x2", "2**x[0]**x[1]"),
        ("(x1**2)**3", "(x[0]**2)**3"),
        ("x1**(1/3)", "x[0]**(1/3)"),
        ("max(0, x1, x2)", "torch.maximum(torch.maximum(x.new_tensor(0), x[0]), x[1])"),
        ("sqrt(2)*x1", "torch.sqrt(x.new_tensor(2))*x[0]"),
        ("pi*x1 + exp(1)", "torch.pi*x[0] + torch.exp(x.new_tensor(1))"),
        ("where(x1 > 2, x1, 0)", "torch.where(x[0] > 2, x[0], 0)"),
        ("3", "x.new_tensor(3)"),
        ("1/0", "x.new_tensor(1)/0"),
        ("(-8)**(1/3)", "x.new_tensor(-8)**(1/3)"),
        ("9**99", "x.new_tensor(9)**99"),
    ],
)
def test_an_expression_is_written_the_way_a_person_would(text, line):
    assert listing.expression(tree(text), {"x1": "x[0]", "x2": "x[1]"}) == line


def test_constants_keep_double_precision():
    values = Case(("where(x1 > 2, x1, 0.1)", "1/3", "sqrt(2)"), (1,), (1, 1, 1)).torch.values
    assert values == pytest.approx((0.1, 1 / 3, 2**0.5), rel=1e-15)


def test_a_visitors_names_stay_out_of_the_code_and_stand_in_a_comment():
    source = listing.vector_listing([tree("rho*phi")], ("rho", "phi"), (1, 2), (1,)).source
    assert [line for line in source.splitlines() if "rho" in line] == ["# x = (rho, phi)"]
    odd = listing.vector_listing([Node("name", text="a\nimport os")], ("a\nimport os",), (1,), (1,))
    assert "os" not in odd.source


LISTINGS = [
    listing.vector_listing([tree(t) for t in DEFAULT], ("x1", "x2"), (1, 2), (2, 1)),
    listing.vector_listing([tree("abs(phi)**0.5 + sqrt(2)"), tree("7")], ("phi",), (0,), (2, 1)),
    listing.vector_listing([tree("3"), tree("1/0")], ("x1",), (1,), (2, 1)),
    listing.chain_listing([tree(t) for t in DEFAULT], [tree("y1*y2")], ("x1", "x2"), (1, 2), (3,)),
    listing.chain_listing([tree("4")], [tree("y1**2")], ("x1",), (1,), (3,)),
    listing.matmul_listing([[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]], [[1, 0, 2], [0, 3, 1]]),
]


def test_the_shown_listings_print_exactly_their_transcripts_in_a_fresh_python(tmp_path):
    paths = [tmp_path / f"shown{k}.py" for k in range(len(LISTINGS))]
    for path, written in zip(paths, LISTINGS, strict=True):
        path.write_text(written.source, encoding="utf-8")
    each = "import runpy, sys\nfor path in sys.argv[1:]:\n    runpy.run_path(path)\n    print('--')"
    command = [sys.executable, "-c", each, *map(str, paths)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "".join(f"{autograd.run(written).text}--\n" for written in LISTINGS)


@pytest.mark.parametrize("written", LISTINGS)
def test_annotations_are_comments_and_nothing_else(written):
    shown = annotated(autograd.run(written))
    assert ast.dump(ast.parse(shown)) == ast.dump(ast.parse(written.source))
    assert shown != written.source


@pytest.mark.parametrize("written", LISTINGS)
def test_every_line_that_prints_says_what_it_shows(written):
    lines = written.source.splitlines()
    assert [number for number, _ in written.shows] == [k for k, line in enumerate(lines, 1) if "print(" in line]
    assert "print(" not in written.setting
    assert "§" not in written.source


def test_an_answer_is_asked_for_by_its_name():
    ran = autograd.run(LISTINGS[0])
    assert ran["x.grad"].text == "tensor([ 6., 32.])"
    assert [row.text for row in ran.every("rows")] == ["tensor([2., 4.])", "tensor([ 2., 24.])"]
    assert "y.grad" not in ran
    with pytest.raises(KeyError):
        ran["y.grad"]


def test_the_annotated_listing_shows_an_answer_beside_its_print():
    shown = annotated(autograd.run(LISTINGS[0]))
    assert re.search(r"^print\(x\.grad\) +# tensor\(\[ 6\., 32\.\]\)$", shown, re.M)
    assert "    # tensor([ 2., 24.])\n" in shown


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "import torch as t",
        "from torch import nn",
        "__import__('os')",
        "open('x')",
        "print(x.__class__)",
        "print('text')",
        "torch.save(x, x)",
        "torch.load(x)",
        "x = lambda: 1",
        "eval(x)",
        "x = [y for y in x]",
        "def q(x):\n    return x",
        "def f(x):\n    global x",
        "print(f'{x}')",
        "del x",
        "while x:\n    print(x)",
        "x = torch.tensor(1, device=2)",
        "@f\ndef f(x):\n    return x",
    ],
)
def test_the_guard_refuses_code_that_no_table_writes(code):
    with pytest.raises(RuntimeError):
        autograd.run(Listing(f"import torch\n{code}\n"))


def test_a_chain_keeps_the_gradient_of_the_middle():
    chain = autograd.differentiate_chain(
        [tree(t) for t in DEFAULT], [tree("y1*y2"), tree("y1 - 3*y2")], ("x1", "x2"), (1, 2), (2, 1)
    )
    assert (chain.middle, chain.values) == ((6, 17), (102, -45))
    assert chain.outer == ((17, 6), (1, -3))
    assert chain.inner == ((2, 4), (2, 24))
    assert chain.middle_grad == (35, 9)
    assert chain.vjp == (35 * 2 + 9 * 2, 35 * 4 + 9 * 24)


def test_a_chain_cut_by_a_constant_still_answers():
    cut = autograd.differentiate_chain([tree("4")], [tree("y1**2")], ("x1",), (1,), (3,))
    assert (cut.middle_grad, cut.vjp, cut.inner, cut.depends) == ((24,), (0,), ((0,),), False)


A, B, V = [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]], [[1, 0, 2], [0, 3, 1]]


def test_the_gradients_of_a_matrix_product_are_its_closed_forms():
    torch = autograd.differentiate_matmul(A, B, V)
    a_grad, b_grad = np.array(V) @ np.transpose(B), np.transpose(A) @ np.array(V)
    assert torch.c == tuple(map(tuple, (np.array(A) @ B).tolist()))
    assert np.array_equal(torch.a_grad, a_grad)
    assert np.array_equal(torch.b_grad, b_grad)
    assert (torch.a_closed, torch.b_closed) == (torch.a_grad, torch.b_grad)
    measured = differences.differentiate_matmul(A, B, V)
    assert np.array(measured.a_grad) == pytest.approx(a_grad)
    assert np.array(measured.b_grad) == pytest.approx(b_grad)


# ── What finite differences measure ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "at", "left", "right"),
    [
        ("abs(x)", 0, -1, 1),
        ("relu(x)", 0, 0, 1),
        ("sqrt(x**2)", 0, -1, 1),
        ("sqrt(x)", 0, math.nan, math.inf),
        ("asin(x)", 1, math.inf, math.nan),
        ("x**x", 0, math.nan, -math.inf),
        ("abs(x)**0.5", 0, -math.inf, math.inf),
        ("x*abs(x)", 0, 0, 0),
        ("x**1.5", 0, math.nan, 0),
        ("2*x + abs(x)**1.1", 0, 2, 2),
        ("abs(x)**0.99", 0, -math.inf, math.inf),
        ("1 + x + x**2.5", 0, math.nan, 1),
        ("exp(x)", 1, math.e, math.e),
        ("log(x)", 0, math.nan, math.nan),
    ],
)
def test_one_sided_slopes_tell_kinks_edges_and_poles(text, at, left, right):
    measured = Case([text], (at,), (1,)).measured
    assert measured.left[0][0] == pytest.approx(left, abs=1e-9, nan_ok=True)
    assert measured.right[0][0] == pytest.approx(right, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "at"),
    [("sin(1000*x)", 1), ("sin(1000000*x)", 1), ("x**3", 1e6), ("sqrt(x)", 1e-5), ("exp(x)", 30), ("1/x", 1e-4)],
)
def test_the_step_suits_the_function_and_the_error_estimate_is_honest(text, at):
    case = Case([text], (at,), (1,))
    truth, found, error = case.torch.vjp[0], case.measured.vjp[0], case.measured.error[0][0]
    assert found == pytest.approx(truth, rel=1e-7)
    assert abs(found - truth) <= reasons.SAFETY * error


# ── The verdict ──────────────────────────────────────────────────────────────────────────────────────────


@smooth
def test_everybody_agrees_on_smooth_functions_without_a_note(case):
    judged = case.verdict()
    assert judged.torch.agrees
    assert judged.torch.kind == "exact"
    assert judged.finite_difference.agrees
    assert judged.finite_difference.error < 1e-9
    assert judged.notes == ()


EDGES = [
    # outputs, point, weights, torch's vjp, the first reason, facts of it
    (("relu(x)",), (0,), (3,), (0,), "kink", {"left": "0", "right": "1", "torch": "0"}),
    (("max(0, x)",), (0,), (3,), (1.5,), "tie", {"left": "0", "right": "1", "torch": "0.5"}),
    (("max(x, y)",), (1, 1), (1,), (0.5, 0.5), "tie", {"operation": "max(1, 1)"}),
    (("min(x, x, y)",), (1, 1), (1,), (0.5, 0.5), "tie", {"left": "1", "right": "0"}),
    (("abs(x)",), (0,), (3,), (0,), "kink", {"left": "-1", "right": "1"}),
    (("abs(x - 0.3)",), (0.1 + 0.2,), (1,), (1,), "kink_rounded", {"left": "-1", "right": "1", "torch": "1"}),
    (("sqrt(x)",), (0,), (3,), (math.inf,), "singular", {"operation": "sqrt(0)", "right": "inf"}),
    (("log(x)",), (0,), (3,), (math.inf,), "undefined", {"operation": "log(0)", "value": "-inf"}),
    (("log(x)",), (-1,), (3,), (-3,), "undefined", {"operation": "log(-1)", "value": "nan"}),
    (("x**(1/3)",), (-8,), (1,), (math.nan,), "undefined", {"operation": "(-8)^0.3333"}),
    (("x/x",), (0,), (1,), (math.nan,), "removable", {"operation": "0/0", "limit": "1"}),
    (("1/x**2",), (0,), (1,), (math.nan,), "undefined", {"operation": "1/0", "value": "inf"}),
    (("sqrt(x**2)",), (0,), (1,), (math.nan,), "kink_nan", {"left": "-1", "right": "1", "torch": "nan"}),
    (("sqrt(x**4)",), (0,), (1,), (math.nan,), "formula_nan", {"operation": "sqrt(0)", "slope": "0"}),
    (("x**y",), (0, 2), (1,), (0, 0), "formula_nan", {"slope": "0", "sympy": "nan"}),
    (("x**x",), (0,), (1,), (0,), "singular", {"operation": "0^0", "right": "-inf"}),
    (("x**y",), (-2, 2), (1,), (-4, math.nan), "isolated", {}),
    (("x**1.5",), (0,), (1,), (0,), "edge", {"side": "+"}),
    (("sign(x)",), (0,), (1,), (0,), "jump", {"before": "-1", "here": "0", "after": "1"}),
    (("where(x > 1, x, 5)",), (1,), (1,), (0,), "jump", {"here": "5", "after": "1"}),
    (("relu(x) - relu(-x)",), (0,), (1,), (0,), "convention", {"slope": "1", "torch": "0"}),
    (("where(x > 0, sqrt(x), 0)",), (-1,), (1,), (math.nan,), "nan_branch", {"operation": "sqrt(-1)"}),
    (("max(sqrt(x), 1)",), (0,), (1,), (math.nan,), "nan_branch", {"operation": "sqrt(0)"}),
    (("exp(x)",), (1000,), (1,), (math.inf,), "overflow", {"operation": "exp(1000)"}),
    (("softplus(x) - x",), (21,), (1,), (0,), "linearised", {"operation": "softplus(21)"}),
    (("sqrt(x)", "x**2"), (0,), (0, 1), (math.nan,), "singular", {}),
    (("abs(x - 1e-15)",), (0,), (1,), (-1,), "near_kink", {"distance": "1e-15"}),
]  # fmt: skip


@pytest.mark.parametrize(("outputs", "point", "v", "vjp", "code", "facts"), EDGES)
def test_an_edge_is_named_with_its_facts(outputs, point, v, vjp, code, facts):
    case = Case(outputs, point, v)
    note = case.verdict().notes[0]
    assert note.code == code
    assert facts.items() <= note.facts.items()
    assert case.torch.vjp == pytest.approx([t if e is None else e for t, e in zip(case.torch.vjp, vjp, strict=True)],
                                           nan_ok=True)  # fmt: skip


PI = math.pi
TOLD = [
    # output, point, the codes of all its notes, facts of the first
    # a limit in two variables has to be the same on every path
    ("x**2/(x**2 + y**2)", (0, 0), ["undefined"], {"operation": "0/0", "value": "nan"}),
    ("(x - y)/(x + y)", (0, 0), ["undefined"], {}),
    ("x*y/(x**2 + y**2)", (0, 0), ["undefined"], {}),
    ("x**2*y/(x**4 + y**2)", (0, 0), ["undefined"], {}),
    ("x**3/(x**2 + y**2)", (0, 0), ["hole"], {"limit": "0"}),
    # only SymPy's cancelling finds a slope in a hole
    ("x**3/x", (0,), ["removable"], {"limit": "0", "torch": "nan"}),
    ("(x**2 - 1)/(x - 1)", (1,), ["hole"], {"limit": "2"}),
    ("sin(x)/x", (0,), ["hole"], {"operation": "0/0", "limit": "1"}),
    ("x*sin(1/x)", (0,), ["hole"], {"operation": "1/0", "value": "inf", "limit": "0"}),
    # close to the end of a domain is not at its end
    ("sqrt(x)", (1e-12,), ["near_edge"], {"operation": "sqrt(1e-12)", "distance": "1e-12"}),
    ("log(x)", (1e-13,), ["near_edge"], {"distance": "1e-13"}),
    ("asin(x)", (1 - 1e-13,), ["near_edge", "rounding"], {}),
    ("1/x", (1e-12,), ["near_edge"], {}),
    ("where(x > -0.00001, 0, log(x))", (0,), ["nan_branch"], {"operation": "log(0)", "value": "-inf"}),
    # powers that are no whole numbers
    ("x**1.5", (0,), ["edge"], {"side": "+", "slope": "0"}),
    ("x**1.2", (0,), ["edge"], {"slope": "0"}),
    ("x**1.01", (0,), ["edge"], {"slope": "0"}),
    ("x*sqrt(x)", (0,), ["formula_nan", "edge"], {"slope": "0"}),
    ("x**0.99", (0,), ["singular", "edge"], {"left": "–", "right": "inf", "torch": "inf"}),
    ("x**0.001", (0,), ["singular", "edge"], {"right": "inf"}),
    # the rule for powers meets log(0)
    ("x**y", (0, 2), ["formula_nan"], {"operation": "0^2", "slope": "0"}),
    ("(x - 1)**y", (1, 2), ["formula_nan"], {"operation": "0^2"}),
    ("0**x", (1,), [], {}),
    ("sqrt(x**y)", (0, 2), ["kink_nan", "formula_nan"], {"left": "-1", "right": "1"}),
    ("0**sin(x)", (PI,), ["jump"], {"operation": "0^0", "before": "0", "here": "1", "after": "–"}),
    ("x**y", (0, 0), ["jump", "formula_nan"], {"before": "–", "here": "1", "after": "0"}),
    ("0**x", (0,), ["jump"], {"operation": "0^0", "before": "–", "here": "1", "after": "0"}),
    # the value told is that of the operation told
    ("x*log(x)", (0,), ["undefined"], {"operation": "log(0)", "value": "-inf"}),
    ("1/x - 1/x", (0,), ["removable"], {"operation": "1/0", "value": "inf", "limit": "0"}),
    ("exp(x) - exp(x)", (1000,), ["overflow"], {"operation": "exp(1000)", "value": "inf"}),
    ("x**4", (1e99,), ["overflow_value"], {"operation": "1e+99^4", "value": "inf"}),
    # an infinite factor is no infinite slope
    ("asin(sin(x))", (PI / 2,), ["kink_nan"], {"operation": "asin(1)", "left": "1", "right": "-1", "torch": "inf"}),
    ("acos(cos(x))", (0,), ["kink_nan"], {"left": "-1", "right": "1"}),
    ("sqrt(1 - cos(x)**2)", (0,), ["kink_nan"], {"left": "-1", "right": "1"}),
    ("sqrt(sin(x) - 1)", (PI / 2,), ["isolated"], {}),
    ("sqrt(min(x, 0))", (0,), ["formula_nan", "edge"], {"slope": "0", "torch": "inf"}),
    ("sqrt(relu(x))", (0,), ["singular"], {"left": "0", "right": "inf", "torch": "0"}),
    ("where(x > 0, sqrt(x), 0)", (0,), ["singular", "nan_branch"], {"operation": "sqrt(0)", "torch": "nan"}),
    # what 1/0 makes finite again has no value all the same
    ("exp(-1/x)", (0,), ["undefined"], {"operation": "(-1)/0", "value": "-inf"}),
    ("exp(-1/x**2)", (0,), ["hole"], {"limit": "0"}),
    ("1/(1/x)", (0,), ["removable"], {"limit": "0"}),
    ("atan(1/x)", (0,), ["undefined"], {"operation": "1/0", "value": "inf"}),
    ("tanh(1/x)", (0,), ["undefined"], {}),
    ("exp(log(x))", (0,), ["undefined"], {"operation": "log(0)"}),
    # min and max also have branches that are not chosen
    ("max(sqrt(x), 1)", (0,), ["nan_branch", "edge"], {"operation": "sqrt(0)", "value": "inf"}),
    ("min(1/x, 2)", (0,), ["pole", "nan_branch"], {"operation": "1/0"}),
    ("max(x, y, z)", (1, 1, 1), ["tie", "tie", "tie"], {"torch": "0.25"}),
    ("max(abs(x), x)", (0,), ["tie"], {"left": "-1", "right": "1", "torch": "0.5"}),
    # floats that only almost meet
    ("max(sin(x), cos(x))", (PI / 4,), ["kink_rounded"], {"left": "-0.7071", "right": "0.7071"}),
    ("abs(sin(x))", (PI,), ["kink_rounded"], {"torch": "-1"}),
    ("tan(x)", (PI / 2,), ["pole"], {"operation": "tan(1.571)", "torch": "2.667e+32"}),
    ("1/cos(x)", (PI / 2,), ["pole"], {"operation": "1/0", "torch": "2.667e+32"}),
    ("1/sin(x)", (PI,), ["pole"], {}),
    ("min(tan(x), 1)", (PI / 2,), ["pole"], {"operation": "tan(1.571)", "torch": "0"}),
    ("tanh(tan(x))", (PI / 2,), ["jump"], {"operation": "tan(1.571)", "before": "1", "after": "-1"}),
    ("max(2, where(x > 1, 3, x))", (1,), ["jump"], {"operation": "1>1", "before": "2", "after": "3"}),
    ("where(tan(x) > 0, x, 2*x)", (PI / 2,), ["jump"], {"before": "1.571", "here": "–", "after": "3.142"}),
    ("where(0**x > -1, sqrt(x)*sqrt(x), 1)", (0,), ["formula_nan", "edge"], {"operation": "sqrt(0)"}),
    ("sqrt(sign(x))", (0,), ["jump"], {"before": "–", "here": "0", "after": "1"}),
    ("cos(1/tan(x))", (PI / 2,), ["hole"], {"operation": "tan(1.571)", "limit": "1"}),
    ("where(x > 1, x, x)/where(x > 1, y, 2)", (1, -1), ["jump"], {"operation": "1>1", "here": "0.5", "after": "-1"}),
    ("sign(min(2, x) - 2)", (2,), ["jump"], {"operation": "sign(0)", "before": "-1", "after": "0"}),
    ("min(max(x, x), x**1.5)", (0,), ["convention", "edge"], {"slope": "0", "torch": "0.5"}),
    ("atan2(x, y)", (0, 0), ["jump", "jump"], {"before": "-1.571", "here": "0", "after": "1.571", "torch": "0"}),
    ("where(x > 0, 1, 0)", (0,), ["jump", "no_dependence"], {"before": "0", "here": "0", "after": "1"}),
    ("softplus(x) - x", (21,), ["linearised", "step"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("output", "point", "codes", "facts"), TOLD)
def test_a_point_has_these_notes_and_no_other(output, point, codes, facts):
    notes = Case((output,), point, (1,)).verdict().notes
    assert [note.code for note in notes] == codes
    assert not notes or facts.items() <= notes[0].facts.items()


def test_a_step_along_one_variable_leaves_the_sign_of_another_0_alone():
    measured = Case(("atan2(x, y)",), (0, -0.0, 0), (1,), inputs=("x", "y", "z")).measured
    assert (measured.values[0], measured.jacobian[0][2]) == (PI, 0)


def test_close_to_a_kink_finite_differences_mix_both_sides():
    case = Case(("abs(x)",), (1e-12,), (1,))
    assert [note.code for note in case.verdict().notes] == ["near_kink"]
    assert abs(case.measured.vjp[0]) < 1e-6


def test_large_rows_that_cancel_in_the_sum_are_told_of_rounding():
    judged = Case(("1e16*x", "-1e16*x", "x"), (1,), (1, 1, 1)).verdict(total=(1.0,))
    assert judged.notes == (verdict.Note("rounding", None, 0, {"torch": "0", "sympy": "1"}),)
    assert (judged.torch.agrees, judged.torch.kind) == (False, "rounding")


def test_two_numbers_are_told_with_the_digits_that_tell_them_apart():
    assert reasons.apart(1.00000021, 1.00000022) == ("1.00000021", "1.00000022")
    assert reasons.apart(2, 0) == ("2", "0")


def test_a_note_says_which_derivative_it_is_about():
    def places(*args):
        return [note.place for note in Case(*args).verdict().notes]

    assert places(("abs(x)",), (0,), (1,)) == [""]
    assert places(("abs(x1) + abs(x2)",), (0, 0), (1,)) == ["∂y₁/∂x₁", "∂y₁/∂x₂"]
    assert set(places(("x1", "log(x1)"), (0,), (1, 1))) == {"y₂"}
    assert places(("x", "abs(phi)"), (0, 0), (1, 1), ("x", "phi")) == ["∂y₂/∂phi"]


def test_a_reason_speaks_for_the_check_it_explains():
    judged = Case(("where(x > 2, log(x)/log(2), 2*x)", "x*y"), (0, 3), (2, 1)).verdict()
    assert not judged.torch.agrees
    assert judged.torch.kind == "nan_branch"
    assert judged.finite_difference.agrees
    assert judged.finite_difference.kind in ("exact", "agree")
    assert {(n.code, n.output, n.input) for n in judged.notes} == {("nan_branch", 0, 0), ("zero_weight", 0, None)}


def test_the_published_case_of_where_and_log_is_explained_branch_by_branch():
    case = Case([f"where({c} > 2, log({c})/log(2), 2*{c})" for c in "xyz"], (0, 2, 3), (1, 1, 1))
    assert case.torch.vjp == pytest.approx((math.nan, 2, 1 / (3 * math.log(2))), nan_ok=True)
    assert ("nan_branch", 0, 0) in {(n.code, n.output, n.input) for n in case.verdict().notes}


def test_a_row_of_weight_zero_spoils_the_sum_and_is_named():
    judged = Case(("sqrt(x)", "x**2"), (0,), (0, 1)).verdict()
    assert judged.torch.kind == "zero_weight"
    assert verdict.Note("zero_weight", 0, None, {"operation": "sqrt(0)"}) in judged.notes


def test_a_row_without_x_is_spoiled_by_one_that_overflows_on_its_way_back():
    judged = Case(("0/x", "3*y"), (1e-198, 1), (1, 1)).verdict()
    assert "zero_weight" in {note.code for note in judged.notes}
    assert "unexplained" not in {note.code for note in judged.notes}


def test_kinks_of_rows_without_weight_are_noted_and_do_not_colour_the_check():
    judged = Case(("abs(x)", "x**2"), (0,), (0, 1)).verdict()
    assert [note.code for note in judged.notes] == ["kink"]
    assert judged.torch.kind == judged.finite_difference.kind == "exact"


CORRECTNESS = json.loads((Path(__file__).parents[1] / "cases" / "correctness.json").read_text(encoding="utf-8"))


PUBLISHED = [case for case in CORRECTNESS if case.get("expected_jacobian_numeric")]


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
def test_torch_and_finite_differences_find_the_published_numbers(case):
    functions = [re.sub(r"\bMax\b", "max", f) for f in case["functions"]]
    found = Case(functions, case["point"], case["v"], inputs=case["variables"])
    assert np.array(found.torch.jacobian) == pytest.approx(np.array(case["expected_jacobian_numeric"]), abs=1e-12)
    assert found.torch.vjp == pytest.approx(case["expected_vjp"], abs=1e-12)
    assert found.measured.vjp == pytest.approx(case["expected_vjp"], rel=1e-8, abs=1e-8)


@smooth
def test_a_wrong_jacobian_is_never_explained_away(case):
    J = case.jacobian
    i, j = next((i, j) for i, row in enumerate(J) for j, entry in enumerate(row) if entry)
    wrong = tuple(tuple(e * (1.001 if (a, b) == (i, j) else 1) for b, e in enumerate(row)) for a, row in enumerate(J))
    judged = case.verdict(J=wrong)
    assert {note.code for note in judged.notes} == {"unexplained"}
    assert not judged.torch.agrees


def test_a_transposed_jacobian_and_an_ignored_cotangent_are_never_explained_away():
    case = Case(DEFAULT, (1, 2), (2, 1))
    for judged in (
        case.verdict(J=tuple(zip(*case.jacobian, strict=True))),
        case.verdict(total=(4, 28)),
        case.verdict(torch=replace(case.torch, vjp=(4.0, 28.0))),
    ):
        assert "unexplained" in {note.code for note in judged.notes}


def test_a_wrong_row_is_found_even_where_its_weight_is_zero():
    case = Case(DEFAULT, (1, 2), (0, 1))
    judged = case.verdict(J=((2.0, 4.01), (2.0, 24.0)))
    assert [(note.code, note.output, note.input) for note in judged.notes] == [("unexplained", 0, 1)]


def _grow(node):
    return st.one_of(
        st.builds(lambda op, a, b: Node(op, (a, b)), st.sampled_from(sorted(OPERATORS.keys() - {"neg"})), node, node),
        st.builds(lambda op, a: Node(op, (a,)),
                  st.sampled_from(["neg", *(f for f, (fewest, _) in FUNCTIONS.items() if fewest == 1)]), node),
        st.builds(lambda op, a, b: Node(op, (a, b)), st.sampled_from(["min", "max", "atan2"]), node, node),
        st.builds(lambda op, a, b, c, d: Node("where", (Node(op, (a, b)), c, d)),
                  st.sampled_from(COMPARISONS), node, node, node, node),
    )  # fmt: skip


LEAVES = st.one_of(
    st.sampled_from([Node("name", text=name) for name in ("x1", "x2", "x3")]),
    st.sampled_from([number(text) for text in ("0", "1", "2", "3", "0.5", "0.1", "10")]),
    st.sampled_from([Node("constant", text=name) for name in CONSTANTS]),
)
EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=10)
NUMBERS = st.one_of(st.sampled_from([0, 1, -1, 2, 0.5, -0.5, 3, math.pi, 10]), st.floats(-3, 3))


@settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), st.tuples(NUMBERS, NUMBERS, NUMBERS), st.data())
def test_no_difference_on_a_random_expression_goes_unexplained(outputs, point, data):
    v = data.draw(st.lists(st.sampled_from([0, 1, -2, 0.5]), min_size=len(outputs), max_size=len(outputs)))
    case = Case(outputs, point, v, inputs=("x1", "x2", "x3"))
    try:
        J = case.jacobian
    except (ProblemError, RecursionError):
        assume(False)
    judged = case.verdict(J=J)
    assert "unexplained" not in {note.code for note in judged.notes}
    assert all(tuple(note.facts) == verdict.CODES[note.code] for note in judged.notes)
    assert all(all(note.facts.values()) for note in judged.notes)  # no sentence has a gap
    assert len({(note.place, note.code, *note.facts.values()) for note in judged.notes}) == len(judged.notes)
    for check in (judged.torch, judged.finite_difference):
        assert check.agrees or check.kind in verdict.CODES


@settings(max_examples=100, deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_any_tree_is_written_as_code_of_the_closed_vocabulary(node):
    assume(sum(1 for _ in walk(node)) <= 150)
    autograd.checked(listing.vector_listing([node], ("x1", "x2", "x3"), (1, 2, 3), (1,)).source)


# ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chain_of_150_nested_functions_still_runs():
    node = Node("name", text="x1")
    for _ in range(150):
        node = Node("sin", (node,))
    case = Case([node], (0.5,), (1,))
    assert case.verdict(J=(case.torch.jacobian[0],)).torch.kind == "exact"


def test_extreme_points_and_weights_are_answered():
    for point, v in (((1e300,), (1e300,)), ((1e-300,), (1,)), ((-1e8,), (0,))):
        case = Case(("x1**2",), point, v)
        assert "unexplained" not in {note.code for note in case.verdict().notes}
