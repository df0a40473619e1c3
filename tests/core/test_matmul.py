"""c = a·b: every element, card, partial sum and both totals are torch's; matrices are read from what people paste."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calculus import worker
from core.code.sympy import VOCABULARY
from core.code.transcript import run
from core.grammar import constant, value
from core.grammar.matrices import read
from core.kinds import explain
from core.kinds.matmul.entries import induced, preset, put, random_integers
from core.kinds.matmul.explanation import derivation
from core.kinds.matmul.general import general
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.matmul.reading import read as read_matmul
from core.kinds.weights import LOSSES, ORDERS
from core.problem import ProblemError

TEXT = MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6")))
WEIGHTED = replace(TEXT, v=(("1", "-2", "3"), ("1/2", "0", "7")))
NUMBERS = st.sampled_from(["0", "1", "-1", "2", "3", "-7", "0.5", "-2.25", "1/3", "sqrt(2)", "pi/4"])


@st.composite
def problems(draw):
    m, k, n = (draw(st.integers(1, 5)) for _ in range(3))

    def matrix(rows, columns):
        row = st.lists(NUMBERS, min_size=columns, max_size=columns).map(tuple)
        return draw(st.lists(row, min_size=rows, max_size=rows).map(tuple))

    return MatmulProblem(matrix(m, k), matrix(k, n), matrix(m, n))


def tensor(rows):
    return torch.tensor([[n.value for n in row] for row in rows], dtype=torch.float64)


def equal(mine, theirs):
    return mine.shape == theirs.shape and torch.allclose(mine, theirs, rtol=1e-12, atol=1e-12)


def torchs_jacobians(e):
    """∂c/∂a and ∂c/∂b as torch finds them, of shape (m, n, m, k) and (m, n, k, n)."""
    return torch.autograd.functional.jacobian(torch.matmul, (tensor(e.a), tensor(e.b)))


# ── Against torch, at every size ─────────────────────────────────────────────────────────────────────────


@settings(max_examples=40, deadline=None)
@given(problems())
def test_every_element_card_and_row_of_the_jacobian_is_torchs(problem):
    e = explain(problem)
    m, _, n = e.sizes
    assert equal(tensor(e.c), tensor(e.a) @ tensor(e.b))
    for wrt, theirs in zip("ab", torchs_jacobians(e), strict=True):
        assert equal(tensor(e.jacobian(wrt)), theirs.reshape(m * n, -1))
        for i in range(m):
            for j in range(n):
                assert equal(tensor(e.derivative(i, j, wrt)), theirs[i, j])
                assert equal(tensor(e.contribution(i, j, wrt)), e.v[i][j].value * theirs[i, j])


def agrees(e):
    """Both gradients, by torch and by finite differences."""
    verdicts = [replace(e, problem=replace(e.problem, wrt=wrt)).verdict for wrt in "ab"]
    return all(verdict.torch.agrees and verdict.finite_difference.agrees for verdict in verdicts)


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from(list(ORDERS)))
def test_every_partial_sum_is_the_sum_of_torchs_terms_and_the_last_is_the_gradient(problem, by):
    e = explain(problem)
    for wrt, theirs in zip("ab", torchs_jacobians(e), strict=True):
        order = e.order(by)
        assert sorted(order) == sorted(e.order("rows"))
        running = torch.zeros_like(theirs[0, 0])
        for count, (i, j) in enumerate(order, 1):
            running = running + e.v[i][j].value * theirs[i, j]
            assert equal(tensor(e.partial_sum(wrt, by, count)), running)
        assert equal(tensor(e.grad(wrt)), running)
    assert agrees(e)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 4, 1), (4, 1, 3), (1, 3, 5), (8, 8, 8)])
def test_row_times_column_column_times_row_and_the_largest_size_agree_with_torch(sizes):
    m, k, n = sizes
    e = explain(MatmulProblem(random_integers(m, k, 1), random_integers(k, n, 2), random_integers(m, n, 3)))
    assert e.verdict.kind == "exact"
    assert equal(tensor(e.b_grad), tensor(e.a).T @ tensor(e.v))
    assert equal(tensor(e.a_grad), tensor(e.v) @ tensor(e.b).T)
    assert equal(tensor(e.partial_sum("b", "size", m * n)), tensor(e.b_grad))


def test_the_running_sum_of_the_text_after_four_terms():
    e = explain(TEXT)
    assert tensor(e.partial_sum("b", "rows", 4)).tolist() == [[4, 1, 1], [6, 2, 2]]
    assert tensor(e.partial_sum("b", "rows", 6)).tolist() == [[4, 4, 4], [6, 6, 6]]
    assert tensor(e.partial_sum("a", "rows", 1)).tolist() == [[1, 4], [0, 0]]


def test_the_terms_can_be_added_in_three_orders():
    e = explain(WEIGHTED)
    assert e.order("rows") == ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2))
    assert e.order("columns") == ((0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2))
    assert e.order("size") == ((1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (1, 1))


def test_exact_entries_stay_exact_in_cards_and_sums():
    e = explain(replace(TEXT, a=(("1/3", "pi"), ("1/3", "2*pi")), v=(("1", "1", "1"), ("1", "1", "1"))))
    third, pi = e.b_grad[0][0].exact, e.b_grad[1][0].exact
    assert (third.q.numerator, third.q.denominator) == (2, 3)
    assert (pi.q, pi.k) == (3, 1)


def test_an_answer_of_torch_that_differs_is_not_called_agreement():
    e = explain(TEXT)
    assert e.verdict.kind == "exact"
    moved = replace(e, torch=replace(e.torch, b_grad=((4.0, 4.0, 4.0), (6.0, 6.0, 6.1))))
    assert moved.verdict.kind == "explained"
    rounded = replace(e, torch=replace(e.torch, b_grad=((4.0, 4.0, 4.0), (6.0, 6.0, 6.0 + 1e-13))))
    assert rounded.verdict.kind == "agree"


GENERAL = [
    WEIGHTED,
    replace(WEIGHTED, wrt="a"),
    MatmulProblem((("1/3", "-pi"), ("sqrt(2)", "0.1")), (("2", "0"), ("-1/7", "5")), (("0", "-2"), ("1/2", "3"))),
    MatmulProblem((("2", "-3"),), (("5",), ("7",)), (("-4",),), "a"),
]


@pytest.mark.parametrize("problem", GENERAL)
def test_the_closed_form_is_the_general_map_row_by_row(problem):
    e, wrt = explain(problem), problem.wrt
    (m, _, n), (at, pulled) = e.sizes, general(e)
    assert (at.output_shape, at.input_shape) == ((m, n), (len(e.grad(wrt)), len(e.grad(wrt)[0])))
    assert values([at.values]) == values([[entry for row in e.c for entry in row]])
    assert values(at.jacobian_at) == values(e.jacobian(wrt))
    for k, (i, j) in enumerate(e.order("rows")):
        assert values(at.contribution(at.jacobian_at[k])) == values(e.derivative(i, j, wrt))
        assert values(at.contribution(pulled.rows[k])) == values(e.contribution(i, j, wrt))
    assert values(at.contribution(pulled.total)) == values(e.grad(wrt))


def values(rows):
    return [[round(n.value, 12) + 0.0 for n in row] for row in rows]


# ── What is wrong with a problem ─────────────────────────────────────────────────────────────────────────

MISSHAPEN = [
    (replace(TEXT, a=(("1", "2"), ("3",))), [("ragged", "a", None, (4, 5))]),  # of 1,2;3
    (replace(TEXT, a=(("1",), ("20", "3"))), [("ragged", "a", None, (2, 6))]),
    (replace(TEXT, v=(("1",) * 3, ("1",) * 2)), [("ragged", "v", None, (6, 9))]),
    (MatmulProblem((("1",) * 9,) * 9, TEXT.b), [("too_large", "a", None, None)]),  # and not the ones of v as well
    (MatmulProblem((("1",), ("1",) * 9), TEXT.b), [("too_large", "a", None, None)]),
    (replace(TEXT, a=(("1", ""), ("3", " "))), [("empty_entry", "a", 1, None), ("empty_entry", "a", 3, None)]),
    (replace(TEXT, a=(("1", "2", "3"),)), [("shapes_differ", "b", None, None)]),
    (replace(TEXT, v=(("1", "1"),) * 2), [("wrong_shape", "v", None, None)]),
]


@pytest.mark.parametrize(("problem", "told"), MISSHAPEN)
def test_what_is_wrong_with_the_matrices_is_told_once_and_in_its_place(problem, told):
    assert [(e.code, e.field, e.index, e.span) for e in read_matmul(problem).errors] == told


# ── A loss instead of v ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("loss", LOSSES)
def test_the_v_that_a_loss_induces_is_what_torch_leaves_in_c_grad(loss):
    e = explain(induced(WEIGHTED, loss))
    assert loss in e.losses
    assert equal(tensor(e.v), torch.tensor(e.torch.passed[e.losses.index(loss)], dtype=torch.float64))


def test_a_loss_gives_its_own_weights():
    assert induced(TEXT, "half_squares").v == (("9", "12", "15"), ("19", "26", "33"))
    assert set(induced(TEXT, "mean").v[1]) == {"1/6"}
    assert explain(WEIGHTED).losses == ()
    assert explain(TEXT).losses == ("sum",)


# ── SymPy's derivation ───────────────────────────────────────────────────────────────────────────────────


def test_sympy_prints_every_small_matrix_and_the_same_sums():
    printed = [line.text for line in derivation(explain(WEIGHTED)).printed]
    assert "Matrix([[0, a11, 0], [0, a12, 0]])" in printed
    assert "Matrix([[0, 0], [b12, b22]])" in printed
    assert "Matrix([[0, 3, 0], [0, 4, 0]])" in printed
    assert printed.count("True") == 2
    assert "Matrix([[5/2, -2, 24], [4, -4, 34]])" in printed
    assert printed[-1] == "Matrix([[6, 12], [43/2, 44]])"


def test_the_listing_that_is_shown_is_the_one_that_ran():
    shown = derivation(explain(WEIGHTED))
    assert [line.text for line in run(shown.listing, VOCABULARY).printed] == [line.text for line in shown.printed]
    assert worker.derivation(shown.source) == shown


def test_the_derivation_of_large_matrices_is_refused_before_any_work():
    big = MatmulProblem(random_integers(4, 2, 0), random_integers(2, 2, 0))
    with pytest.raises(ProblemError) as refused:
        derivation(explain(big))
    assert refused.value.code == "too_large"


# ── What people paste ────────────────────────────────────────────────────────────────────────────────────

READS = [
    ("1\t2\r\n3\t4\r\n", (("1", "2"), ("3", "4"))),  # a spreadsheet
    ("1,5\t2\n3\t4,25", (("1.5", "2"), ("3", "4.25"))),  # a spreadsheet that writes decimal commas
    ("1,2\n3,4", (("1", "2"), ("3", "4"))),
    ("1,5;2\n3;4,5", (("1.5", "2"), ("3", "4.5"))),
    ("1,2;3,4", (("1", "2"), ("3", "4"))),  # as in the address
    ("1 2\n3 -4", (("1", "2"), ("3", "-4"))),
    ("[1 2; 3 4]", (("1", "2"), ("3", "4"))),  # MATLAB
    ("A = [1, -2; 3, 4];", (("1", "-2"), ("3", "4"))),
    ("[1 2 ...\n 3; 4 5 6]", (("1", "2", "3"), ("4", "5", "6"))),
    ("[[1, 2], [3, 4]]", (("1", "2"), ("3", "4"))),
    ("x = np.array([[1, 2],\n [3, 4]], dtype=np.float32)", (("1", "2"), ("3", "4"))),
    ("[[1. 2.]\n [3. 4.5]]", (("1", "2"), ("3", "4.5"))),  # as NumPy prints it
    ("np.matrix('1 2; 3 4')", (("1", "2"), ("3", "4"))),
    ("torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)", (("1", "2"), ("3", "4"))),
    ("tensor([[1.0000, -2.5000]], grad_fn=<MmBackward0>)", (("1", "-2.5"),)),
    ("{{1, 2}, {3, 4}}", (("1", "2"), ("3", "4"))),  # Mathematica
    (r"\begin{pmatrix} 1 & \frac{1}{3} \\ 3 & \sqrt{2} \end{pmatrix}", (("1", "1/3"), ("3", "sqrt(2)"))),
    (r"$$A = \left[\begin{array}{cc} 1 & 2 \\[2pt] 3 & 4 \\ \end{array}\right]$$", (("1", "2"), ("3", "4"))),
    ("[1, 2, 3]", (("1", "2", "3"),)),
    ("[[1], [2]]", (("1",), ("2",))),
    ("7", (("7",),)),
    ("pi/4\t1/3", (("pi/4", "1/3"),)),
    ("1.00000000e+00 2.5e-01\n3.0e+02 4e-30", (("1", "0.25"), ("300", "4e-30"))),
    ("1,000,000\t2", (("1000000", "2"),)),
    ("A =\n\n     1     2\n     3     4\n", (("1", "2"), ("3", "4"))),  # as MATLAB displays it
    ("     [,1] [,2]\n[1,]    1    3\n[2,]    2    4", (("1", "3"), ("2", "4"))),  # as R prints it
    ("Out[5]:\ntensor([[1., 2.],\n        [3., 4.]])", (("1", "2"), ("3", "4"))),
    ("Array([[1., 2.]], dtype=float32)", (("1", "2"),)),
    ("<tf.Tensor: shape=(1, 2), dtype=float32, numpy=\narray([[1., 2.]], dtype=float32)>", (("1", "2"),)),
    ("tf.constant([[1., 2.], [3., 4.]])", (("1", "2"), ("3", "4"))),
    ("[[[1, 2], [3, 4]]]", (("1", "2"), ("3", "4"))),  # a batch of one
    ("[1, 2]\n[3, 4]", (("1", "2"), ("3", "4"))),
    ("2*[1 2; 3 4]'", (("2", "6"), ("4", "8"))),
    ("-[1, 2; 3, 4]", (("-1", "-2"), ("-3", "-4"))),
    ("0.5*np.array([[1, 2], [3, 4]]).T", (("0.5", "1.5"), ("1", "2"))),
    ("Variable(torch.FloatTensor([[1, 2]]), requires_grad=True).float()", (("1", "2"),)),
    ("torch.zeros(2, 1)", (("0",), ("0",))),
    (r"-\frac12 \begin{pmatrix} 1 & 2 \end{pmatrix}", (("-0.5", "-1"),)),
    (r"\left[\begin{array}{rr} 1 & 2 \\ 3 & 4 \end{array}\right]^{\top}", (("1", "3"), ("2", "4"))),
]

REFUSES = [
    ("", "no_matrix", ""),
    ("A = []", "no_matrix", "A = []"),
    ("hello", "not_a_number", "hello"),
    ("hello world\nfoo", "not_a_number", "hello"),  # prose, not rows of different lengths
    ("so this is how you multiply two such matrices", "not_a_number", "so"),
    ("[1 2; 3 x]", "not_a_number", "x"),
    ("1 2 3\n4 5", "ragged", "4 5"),
    ("[[1, 2], [3, 4]", "unbalanced", "["),
    ("[1 2] + 3", "not_a_matrix", "+ 3"),
    ("__import__('os').system([[1]])", "not_a_matrix", "__import__('os').system("),
    ("[[1, 2], 3]", "not_a_matrix", "3"),
    ("1,,2", "empty_entry", ","),
    ("1\t1e400", "number_out_of_range", "1e400"),
    ("\t".join("123456789"), "too_large", "\t".join("123456789")),
    ("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", "several_matrices", "5, 6"),
    ("A = [1 2];\nB = [5 6];", "not_a_matrix", ";\nB = [5 6];"),
    ("[1 2; 3 4]^-1", "not_a_matrix", "^-1"),
    ("inv([1 2; 3 4])", "not_a_matrix", "inv("),
    ("2*[[1, 2], [3, 4]]", "not_a_matrix", "2*"),  # to Python four rows, to others twice as much
    ("1,000\n2,500", "ambiguous", "1,000"),
    ("torch.randn(2, 2)", "unknown_function", "torch.randn"),
    (r"\begin{bmatrix} 1 & 2 \end{bmatrix} + 1", "not_a_matrix", "+ 1"),
]


@pytest.mark.parametrize(("text", "matrix"), READS)
def test_a_pasted_matrix_is_read(text, matrix):
    assert read(text) == matrix


@pytest.mark.parametrize(("text", "code", "characters"), REFUSES)
def test_a_pasted_text_that_is_no_matrix_is_refused_with_the_characters_at_fault(text, code, characters):
    with pytest.raises(ProblemError) as refused:
        read(text)
    assert refused.value.code == code
    start, end = refused.value.span
    assert text[start:end] == characters


BROUGHT = json.loads((Path(__file__).parents[1] / "cases" / "brought.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [c for c in BROUGHT if c["into"] == "matrix cell"], ids=lambda case: case["id"])
def test_a_matrix_that_somebody_brought_is_read_as_meant_or_refused(case):
    if case["must"] == "read":
        rows = [[constant(entry, field="a") for entry in row] for row in read(case["text"])]
        assert [[value(entry) for entry in row] for row in rows] == case["matrix"]
    else:
        with pytest.raises(ProblemError):
            read(case["text"])


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,;-+*/()[]{}&\\ \n\tae=xpi'\"", max_size=60))
def test_any_text_is_read_or_refused_with_a_span_inside_it(text):
    try:
        matrix = read(text)
    except ProblemError as refused:
        start, end = refused.span
        assert 0 <= start < end <= max(len(text), 1)
    else:
        assert len({len(row) for row in matrix}) == 1


# ── Filling ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_block_is_written_from_its_cell_on_and_the_matrix_grows():
    block = (("7", "8"),)
    assert put(TEXT.a, block, 1, 0) == (("1", "2"), ("7", "8"))
    assert put(TEXT.a, block, 1, 1) == (("1", "2", "1"), ("3", "7", "8"))
    with pytest.raises(ProblemError):
        put(TEXT.a, (("1",) * 8,), 0, 1)


def test_a_seed_always_gives_the_same_integers_and_another_gives_others():
    assert random_integers(3, 4, 7) == random_integers(3, 4, 7) != random_integers(3, 4, 8)
    assert {abs(int(entry)) <= 5 for row in random_integers(8, 8, 1) for entry in row} == {True}


def test_the_presets_of_v():
    assert preset("ones", 2, 2) == (("1", "1"), ("1", "1"))
    assert preset("one_hot", 2, 3, (1, 0)) == (("0", "0", "0"), ("1", "0", "0"))
    assert preset("by_row", 2, 2) == (("1", "1"), ("2", "2"))
