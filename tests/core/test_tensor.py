"""Any expression in matrices: its address, its numbers beside torch's, its closed form, what it shows and exports."""

from __future__ import annotations

import contextlib
import io
import json
import math
import warnings
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from core import address as share
from core import embedded, wording
from core.__main__ import answer
from core.export import Options, export
from core.kinds import KINDS, complete, explain, read, subject
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.tensor import arrays
from core.kinds.tensor.closed import closed
from core.kinds.tensor.explanation import TensorExplanation, induced, preset
from core.kinds.tensor.problem import DEFAULT, RESERVED, TensorProblem
from core.kinds.weights import LOSSES, ORDERS
from core.notation.latex import latex
from core.parameters import MAX_ADDRESS, tensor, written_tensor
from core.problem import ProblemError
from tests.core.tensors.test_tensor_grammar import SHAPES, expressions, numbers

EXAMPLES = [example.address for example in wording.examples() if example.address.startswith("/tensor")]
EDGES = [
    "/tensor?f=relu(x)&x=0,1,-1&v=2,3,5",  # a kink
    "/tensor?f=max(x)&x=2,2,1&v=6",  # a tie
    "/tensor?f=log(x)&x=0,1&v=1,2",
    "/tensor?f=x/y&x=1,0&y=0,0",
    "/tensor?f=exp(x)&x=1000,1&v=1,2",
    "/tensor?f=softmax(x.masked_fill(tril(ones(2,2))==0,-inf))&x=1,2;3,4&v=1,2;3,-1",
    "/tensor?f=where(x>1,y,2)&x=1,2&y=3,4&wrt=x",  # nothing flows back
    "/tensor?f=x[0]%2B0*y&x=1,2&y=3&wrt=y",
]


def explained(address: str) -> TensorExplanation:
    e = explain(share.decode(address).problem)
    assert isinstance(e, TensorExplanation)
    return e


# ── The address ──────────────────────────────────────────────────────────────────────────────────────────

TENSORS = [
    ("2", "2"),
    ("1,2", ("1", "2")),
    ("2,", ("2",)),
    ("1,2;", (("1", "2"),)),
    ("1;2", (("1",), ("2",))),
    ("1,2;3,4", (("1", "2"), ("3", "4"))),
    ("1，2；3，4", (("1", "2"), ("3", "4"))),
    ("pi/4", "pi/4"),
    (" ", None),
]


@pytest.mark.parametrize(("text", "typed"), TENSORS)
def test_a_parameter_is_a_number_a_vector_or_a_matrix_by_its_signs(text: str, typed: Any) -> None:
    assert tensor(text) == typed
    assert tensor(written_tensor(typed)) == typed


def test_every_free_name_is_a_parameter_and_nothing_else_is() -> None:
    problem = share.decode(
        "/tensor?f=x@W%2Bb&b=1,2&x=1,2;3,4&W=1,0;0,1&v=1,2;3,4&wrt=b&utm_source=mail&lang=zh"
    ).problem
    assert dict(problem.inputs) == {"x": (("1", "2"), ("3", "4")), "W": (("1", "0"), ("0", "1")), "b": ("1", "2")}
    assert (problem.v, problem.wrt, problem.batch) == ((("1", "2"), ("3", "4")), "b", None)


def test_a_parameter_is_named_as_people_spell_the_name() -> None:
    problem = share.decode("/tensor?f=W_1@x%2Bα&W_1=1,2;3,4&x=1,2&α=5").problem
    assert [name for name, _ in problem.inputs] == ["W1", "x", "alpha"]


def test_a_page_without_parameters_is_the_example_and_its_v_is_not_all_ones() -> None:
    assert share.decode("/tensor").problem == DEFAULT == complete(DEFAULT)
    moved = share.decode("/tensor?x=1,2;3,4;5,6").problem
    assert (moved.function, moved.v) == (DEFAULT.function, None)  # another shape: its v would not fit


LINES = [
    ("z = x@W\nrelu(z)", "z = x@W;relu(z)"),
    ("z = x@W  # logits\n\nrelu(z);", "z = x@W;relu(z)"),
    ("cat([x,\n  y])", "cat([x,   y])"),
    ("x W", "x W"),
]


@pytest.mark.parametrize(("typed", "said"), LINES)
def test_the_lines_of_f_are_parted_by_semicolons_and_a_link_reads_alike(typed: str, said: str) -> None:
    assert KINDS["tensor"].texts(TensorProblem(typed))["f"] == said
    again = share.decode(share.encode(TensorProblem(typed, (("x", ("1", "2")), ("W", ("1", "2"))), None, None))).problem
    assert again.function.split() == said.replace(" ", "").split() or again.function == "x W"


@pytest.mark.parametrize("name", sorted(RESERVED - {"with"}))
def test_a_name_that_the_address_needs_is_refused_and_another_is_offered(name: str) -> None:
    text = f"2*{name}+x"
    with pytest.raises(ProblemError) as refused:
        explain(TensorProblem(text, (("x", "1"),)))
    assert refused.value.code == "address_name"
    assert text[slice(*refused.value.span or (0, 0))] == name
    suggestion = str(refused.value.facts["suggestion"])
    assert suggestion == f"2*{name}1+x"
    assert explain(TensorProblem(suggestion, (("x", "1"), (f"{name}1", "3")))).verdict.kind == "exact"


REFUSED = [
    ("/tensor?f=x@W&x=1,2;3,4&W=1,2,3", "inner_sizes_differ", "f", None),
    ("/tensor?f=x@W&x=1,2;3,a4&W=1,2;3,4", "not_a_number", "x", 3),
    ("/tensor?f=x@W&x=1,2;3&W=1,2;3,4", "ragged", "x", None),
    ("/tensor?f=x@W&x=1,2;3,&W=1,2;3,4", "empty_entry", "x", 3),
    ("/tensor?f=x%2B1&x=1,2,3,4,5,6,7,8,9", "too_large", "x", None),
    ("/tensor?f=x%2B1&x=1,2&v=1,2,3", "wrong_v", "v", None),
    ("/tensor?f=x%2B1&x=1,2&wrt=y", "not_a_choice", "wrt", None),
    ("/tensor?f=x@W&x=1,2,3&W=1,2;3,4;5,6&batch=x", "no_batch", "batch", None),
    ("/tensor?f=x%2B1&x=1&batch=x", "batch_of_one", "batch", None),
    ("/tensor?f=2%2B3", "no_inputs", "f", None),
    ("/tensor?f=2*inv(A)&A=1,2;2,4", "singular", "f", None),
    ("/tensor?f=x%2B&x=1,2", "unfinished", "f", None),
    ("/tensor?f=__import__('os').system('x')&x=1,2", None, "f", None),
]


@pytest.mark.parametrize(("address", "code", "field", "index"), REFUSED)
def test_what_cannot_be_used_is_named(address: str, code: str | None, field: str, index: int | None) -> None:
    for lang in share.LANGUAGES:
        described, exit_code = answer(f"{address}&lang={lang}")
        assert (exit_code, described["error"]["field"], described["error"]["index"]) == (2, field, index)
        assert described["error"]["code"] == code or code is None
        assert described["error"]["message"]


def test_a_bad_parameter_leaves_the_rest_of_the_state() -> None:
    decoded = share.decode("/tensor?f=x@W&x=1,2;3,4&W=1,2;3,4&wrt=Q&lang=zh")
    assert [(error.code, error.field) for error in decoded.errors] == [("not_a_choice", "wrt")]
    assert (decoded.problem.function, len(decoded.problem.inputs), decoded.lang) == ("x@W", 2, "zh")
    reading = read(share.decode("/tensor?f=x@W&x=1,b2;3,c4&W=1,2;3,4&v=1,2;3,d4").problem)
    assert [(error.field, error.index) for error in reading.errors] == [("x", 1), ("x", 3), ("v", 3)]


def test_names_without_numbers_get_some_and_are_told() -> None:
    e = explained("/tensor?f=softmax(x@W%2Bb)&x=1,2;3,4")
    assert (e.guessed, e.program.shapes[1:3]) == (("W", "b"), ((2, 3), (3,)))
    assert len({n for name, entries in e.problem.inputs[1:] for n in np.ravel(entries)}) > 3
    assert answer("/tensor?f=softmax(x@W%2Bb)&x=1,2;3,4")[0]["guessed"] == ["W", "b"]
    assert share.encode(explain(TensorProblem("x@W")).problem) == share.encode(explain(TensorProblem("x@W")).problem)


def test_the_largest_state_is_a_link_that_can_be_shared() -> None:
    rng = np.random.default_rng(0)
    sides = ";".join(",".join(str(n) for n in row) for row in rng.integers(-99, 99, (8, 8)))
    address = f"/tensor?f=softmax(a@b)@c&a={sides}&b={sides}&c={sides}&v={sides}&wrt=b"
    assert len(share.encode(explained(address).problem)) < MAX_ADDRESS
    digits = ";".join(",".join(["1.23456789"] * 8) for _ in range(8))
    with pytest.raises(ProblemError, match="too_long_together"):
        explained(f"/tensor?f=a@b@c&a={digits}&b={digits}&c={digits}")


# ── Every number is torch's ──────────────────────────────────────────────────────────────────────────────

NAMES = {"torch": torch, "F": F}


def torchs(text: str, inputs: dict[str, torch.Tensor]) -> torch.Tensor | None:
    """What torch makes of a text of the tests; None where it refuses it."""
    torch.set_default_dtype(torch.float64)
    try:
        result = eval(text, dict(NAMES), dict(inputs))
    except torch.linalg.LinAlgError:
        reject()
    except (RuntimeError, IndexError, ValueError, TypeError, AttributeError):
        return None
    finally:
        torch.set_default_dtype(torch.float32)
    return result if isinstance(result, torch.Tensor) and result.dtype == torch.float64 else None


def numbers_of(nested: Any, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.tensor(np.array(nested, dtype=object).astype(float).reshape(shape))


def typed(value: torch.Tensor) -> str:
    rows = value.reshape(-1, value.shape[-1]) if value.ndim else value.reshape(1, 1)
    texts = [",".join(f"{n:.3f}" for n in row) for row in rows.tolist()]
    return texts[0] + ("," if value.ndim else "") if value.ndim < 2 else ";".join(texts) + ";"


def equal(ours: torch.Tensor, theirs: torch.Tensor) -> bool:
    return torch.allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def answers_as_torch(text: str, wrt: str, seed: int) -> None:
    """The JSON of a text is what torch itself computes, differentiates and leaves in .grad."""
    inputs = {name: (numbers(shape, at) * 1000).round() / 1000 for at, (name, shape) in enumerate(SHAPES.items())}
    expected = torchs(text, inputs)
    if expected is None or not expected.numel() or expected.ndim > 2 or max(expected.shape, default=1) > 8:
        return
    v = (torch.rand(expected.shape, generator=torch.Generator().manual_seed(seed)).double() * 6 - 3).round() / 2
    given = "&".join(f"{name}={typed(value)}" for name, value in inputs.items())
    address = f"/tensor?f={quote(text)}&{given}&v={typed(v)}"
    used = {one.name for one in read(share.decode(address).problem).program.inputs} if readable(address) else set()
    if not used:
        return
    wrt = wrt if wrt in used else min(used)
    described, code = answer(f"{address}&wrt={wrt}")
    assert code == 0, (text, described)
    leaves = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    output = torchs(text, leaves)
    assert output is not None
    assert described["shape"] == list(output.shape)
    if output.requires_grad:
        output.backward(v, retain_graph=True)
    theirs = [torch.zeros_like(value) if value.grad is None else value.grad for value in leaves.values()]
    cards = torch.autograd.functional.jacobian(lambda one: torchs(text, {**inputs, wrt: one}), inputs[wrt])
    if not all(bool(torch.isfinite(part).all()) for part in (output, cards, *theirs)):
        return
    assert equal(numbers_of(described["value"], tuple(output.shape)), output.detach())
    for (name, value), grad in zip(leaves.items(), theirs, strict=True):
        if name in used:
            assert equal(numbers_of(described["grads"][name], tuple(value.shape)), grad), (text, name)
    shape = (*output.shape, *inputs[wrt].shape)
    assert equal(numbers_of(described["derivatives"], shape), cards)
    weighted = v.reshape(v.shape + (1,) * inputs[wrt].ndim) * cards
    assert equal(numbers_of(described["contributions"], shape), weighted)
    assert equal(numbers_of(described["grad"], tuple(inputs[wrt].shape)), theirs[list(leaves).index(wrt)])


def readable(address: str) -> bool:
    return not read(share.decode(address).problem).errors


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(), st.sampled_from(list(SHAPES)), st.integers(0, 99))
def test_whatever_is_typed_is_answered_as_torch_computes_it(text: str, wrt: str, seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers_as_torch(text, wrt, seed)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(depth=4), st.sampled_from(list(SHAPES)), st.integers(0, 99))
def test_of_very_many_texts_too(text: str, wrt: str, seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers_as_torch(text, wrt, seed)


@pytest.mark.parametrize("address", EXAMPLES)
def test_every_example_is_torchs_to_the_last_card(address: str) -> None:
    e = explained(address)
    assert e.verdict.calm
    assert not e.verdict.notes
    assert np.allclose(arrays.floats(e.output), e.torch.value, rtol=1e-9, atol=1e-9)
    assert np.allclose(arrays.floats(e.jacobian), e.torch.jacobian, rtol=1e-9, atol=1e-9)
    for grad, theirs in zip(e.grads.values(), e.torch.grads, strict=True):
        assert np.allclose(arrays.floats(grad), 0 if theirs is None else theirs, rtol=1e-9, atol=1e-9)


# ── Cards and their sum ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", EXAMPLES)
@pytest.mark.parametrize("by", ORDERS)
def test_every_running_sum_is_the_sum_of_its_terms_and_the_last_is_the_gradient(address: str, by: str) -> None:
    e = explained(address)
    order = e.order(by)
    assert sorted(order) == list(range(len(e.places)))
    running = np.zeros(e.wrt_shape)
    for count, (k, told) in enumerate(zip(order, e.ledger(by), strict=True), 1):
        running = running + arrays.floats(e.contributions[e.places[k]])
        assert np.allclose(arrays.floats(told), running, atol=1e-12)
        assert [n.value for row in e.partial_sum(by, count) for n in row] == arrays.floats(told).ravel().tolist()
    assert np.allclose(arrays.floats(e.total), running, atol=1e-12)


def test_the_terms_can_be_added_in_three_orders() -> None:
    e = explained("/tensor?f=2*x&x=1,2;3,4&v=1,-5;3,2")
    assert [e.order(by) for by in ORDERS] == [(0, 1, 2, 3), (0, 2, 1, 3), (1, 2, 3, 0)]


@pytest.mark.parametrize("address", EXAMPLES)
def test_map_and_pullback_are_the_same_in_the_nouns_of_all_kinds(address: str) -> None:
    e = explained(address)
    assert len(e.map.inputs) == e.total.size
    assert len(e.map.jacobian_at) == len(e.places) == len(e.pullback.rows)
    for k, row in enumerate(e.pullback.rows):
        assert e.map.contribution(row) == e.contribution(k)
    assert e.map.contribution(e.pullback.total) == arrays.rows(e.total)


def test_what_is_rational_stays_exact() -> None:
    e = explained("/tensor?f=x@W/3&x=1/3,2&W=1/7;2&wrt=W")
    assert [n.exact and n.exact.q for row in e.derivative(0) for n in row] == [
        arrays.Fraction(1, 9),
        arrays.Fraction(2, 3),
    ]


def test_where_floats_cancel_there_is_zero() -> None:
    assert answer("/tensor?f=softmax(x)&x=0.1,0.7,-0.3")[0]["grad"] == [0, 0, 0]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_v_that_a_loss_induces_is_what_torch_passes(loss: str) -> None:
    e = explain(induced(DEFAULT, loss))
    output = torch.tensor(arrays.floats(e.output), requires_grad=True)
    eval(LOSSES[loss].code.format(c="c"), {"c": output}).backward()
    assert loss in e.losses
    assert torch.equal(output.grad, torch.tensor(arrays.floats(e.v)))


def test_presets_of_v_have_the_shape_of_the_output() -> None:
    assert preset(DEFAULT, "one_hot", (1, 2)).v == (("0", "0", "0"), ("0", "0", "1"))
    assert preset(DEFAULT, "by_row").v == (("1", "1", "1"), ("2", "2", "2"))
    assert preset(TensorProblem("sum(x)", (("x", ("1", "2")),)), "ones").v == "1"
    assert preset(TensorProblem("2*x", (("x", ("1", "2")),)), "one_hot", (1,)).v == ("0", "1")


PRODUCTS = [
    MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6")), (("1", "-2", "3"), ("1/2", "0", "7"))),
    MatmulProblem((("1/3", "-pi"), ("sqrt(2)", "0.1")), (("2", "0"), ("-1/7", "5")), (("0", "-2"), ("1/2", "3"))),
    MatmulProblem((("2", "-3"),), (("5",), ("7",)), (("-4",),)),
]


@pytest.mark.parametrize("problem", PRODUCTS)
@pytest.mark.parametrize("wrt", ["a", "b"])
def test_the_page_of_the_product_is_an_example_of_this_one(problem: MatmulProblem, wrt: str) -> None:
    product = explain(replace(problem, wrt=wrt))
    e = explain(TensorProblem("a@b", (("a", problem.a), ("b", problem.b)), problem.v, wrt))
    _, _, n = product.sizes
    assert values(arrays.rows(e.total)) == values(product.grad(wrt))
    for k, (i, j) in enumerate(e.places):
        assert (i, j) == divmod(k, n)
        assert values(e.derivative(k)) == values(product.derivative(i, j, wrt))
        assert values(e.contribution(k)) == values(product.contribution(i, j, wrt))
    for by in ORDERS:
        assert tuple(e.places[k] for k in e.order(by)) == product.order(by)


def values(rows: Any) -> list[list[float]]:
    return [[round(n.value, 12) + 0.0 for n in row] for row in rows]


# ── Closed forms ─────────────────────────────────────────────────────────────────────────────────────────

SOFTMAX = r"\texttt{u.grad} = \left(\operatorname{diag}\left(y\right) - y \, y^{\top}\right) \, v"
CLOSED = [
    ("x@W+b", "W", [r"\texttt{W.grad} = x^{\top} \, v"], ["right_factor"]),
    ("x@W+b", "x", [r"\texttt{x.grad} = v \, W^{\top}"], ["left_factor"]),
    ("x@W+b", "b", [r"\texttt{b.grad} = \mathbf{1}^{\top} \, v"], ["columns_summed"]),
    ("relu(z)", "z", [r"\texttt{z.grad} = \left(z > 0\right) \odot v"], ["mask"]),
    ("softmax(u)", "u", [SOFTMAX], ["softmax"]),
    ("softmax(z)", "z", [r"\texttt{z.grad} = y \odot \left(v - \sum_{j} y \odot v\right)"], ["softmax"]),
    ("mean(z)", "z", [r"\texttt{z.grad} = \frac{v}{4} \, \mathbf{1}"], ["mean"]),
    ("trace(z)", "z", [r"\texttt{z.grad} = v \, I"], ["trace"]),
    ("inv(z)", "z", [r"\texttt{z.grad} = -y^{\top} \, v \, y^{\top}"], ["inverse"]),
    ("det(z)", "z", [r"\texttt{z.grad} = v \, y \, \left(z^{-1}\right)^{\top}"], ["det"]),
    ("norm(u)", "u", [r"\texttt{u.grad} = v \, \frac{u}{y}"], ["norm"]),
    ("u@z@u", "u", [r"\texttt{u.grad} = v \, \left(z + z^{\top}\right) \, u"], ["quadratic"]),
    ("outer(u,b)", "u", [r"\texttt{u.grad} = v \, b"], ["outer"]),
    ("conv2d(x,z)", "z", [r"\texttt{z.grad} = \operatorname{correlate}\left(x, v\right)"], ["kernel"]),
]  # fmt: skip
GIVEN = "x=1,2;3,-1;0,2&W=1,0,2;2,1,-1&b=1,-1,3&z=1,-2;3,5&u=1,-3"
V = {
    **dict.fromkeys(("mean(z)", "trace(z)", "det(z)", "norm(u)", "u@z@u"), "3"),
    "softmax(u)": "1,2",
    "x@W+b": "1,2,3;-1,0,5;2,2,-3",
    "outer(u,b)": "1,2,3;-1,0,5",
    "conv2d(x,z)": "3;-2",
}


@pytest.mark.parametrize(("f", "wrt", "lines", "rules"), CLOSED)
def test_a_closed_form_is_recognised_stated_and_is_the_sum_of_the_cards(
    f: str, wrt: str, lines: list[str], rules: list[str]
) -> None:
    v = V.get(f, "1,2;-1,3")
    e = explained(f"/tensor?f={quote(f)}&{GIVEN}&v={v}&wrt={wrt}")
    found = closed(e)
    assert found
    assert (list(map(latex, found.lines)), found.holds) == (lines, True)
    assert [key.rpartition(".")[2] for key, _ in found.said] == rules
    for lang in share.LANGUAGES:
        assert wording.tell(lang, found.said)


def test_a_closed_form_that_is_not_the_sum_is_not_shown() -> None:
    e = explained(EXAMPLES[0])
    moved = replace(e, adjoints=tuple(adjoint + 1 for adjoint in e.adjoints))
    found = closed(moved)
    assert found
    assert not found.holds
    assert len(KINDS["tensor"].steps(moved)) == len(KINDS["tensor"].steps(e)) - 1


@pytest.mark.parametrize("address", EXAMPLES)
def test_every_example_has_a_closed_form(address: str) -> None:
    found = closed(explained(address))
    assert found
    assert found.holds


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(), st.integers(0, 9))
def test_a_closed_form_is_the_sum_wherever_there_is_one(text: str, seed: int) -> None:
    given_ = "&".join(f"{name}={typed(numbers(shape, at))}" for at, (name, shape) in enumerate(SHAPES.items()))
    address = f"/tensor?f={quote(text)}&{given_}"
    if not readable(address):
        return
    e = explained(address)
    found = closed(e)
    if found and np.isfinite(arrays.floats(e.jacobian)).all() and math.isfinite(float(np.abs(e.torch.value).max())):
        assert found.holds, [latex(one) for one in found.lines]


# ── Batches ──────────────────────────────────────────────────────────────────────────────────────────────

BATCHED = [  # whether samples are independent, and whether torch's vmap(jacrev) gives the same blocks
    ("softmax(x@W)", True, True),
    ("layernorm(x)", True, True),
    ("tanh(x)@W", True, True),
    ("x.sum(dim=1)", True, None),  # a sample has no dim 1
    ("softmax(x,dim=0)", False, False),  # one row looks at the others
]


@pytest.mark.parametrize(("f", "independent", "vmap"), BATCHED)
def test_a_batch_has_a_block_for_each_sample(f: str, independent: bool, vmap: bool | None) -> None:
    described, _ = answer(f"/tensor?f={quote(f)}&x=1,2;3,-1;0,2&W=1,0;0,2&wrt=x&batch=x")
    told = described["batch"]
    assert (told["of"], told["samples"], told["vmap"]) == ("x", 3, vmap)
    assert (told["elsewhere"] == 0) == independent
    cards = np.array(described["derivatives"])
    for n, block in enumerate(told["blocks"]):
        assert np.array_equal(block, cards[n, ..., n, :])


def test_the_samples_gradients_add_up_and_their_mean_is_that_of_a_mean_loss() -> None:
    address = "/tensor?f=relu(x@W)&x=1,2;3,-1;0,2&W=1,-3;0,2&v=1,2;3,-1;2,5&wrt=W&batch=x"
    told = answer(address)[0]
    x, w, v = _of(told)
    each = [_grad(x[n : n + 1], w, v[n : n + 1]) for n in range(3)]
    assert np.allclose(told["batch"]["gradients"], torch.stack(each))
    assert np.allclose(told["grad"], sum(each))
    assert np.allclose(told["batch"]["mean"], sum(each) / 3)
    assert told["batch"]["vmap"] is True


def _of(told: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return tuple(torch.tensor(part, dtype=torch.float64) for part in (*told["inputs"].values(), told["v"]))


def _grad(x: torch.Tensor, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    leaf = w.clone().requires_grad_()
    torch.relu(x @ leaf).backward(v)
    assert leaf.grad is not None
    return leaf.grad


# ── What is shown and exported ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", EXAMPLES)
@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_every_step_is_a_slide_and_the_last_is_the_state(address: str, lang: str) -> None:
    e = explained(address)
    slides = subject(e).slides(lang, steps=True)
    assert len(slides) == len(KINDS["tensor"].steps(e)) == len({step.id for step in KINDS["tensor"].steps(e)})
    assert "backward(v)" in slides[0].title
    assert slides[-1].frame.code[-1].endswith(")")
    assert all(slide.alt and slide.notes and "{" not in slide.title for slide in slides)
    assert all(latex(piece) for piece in subject(e).equations())


@pytest.mark.parametrize("address", [*EXAMPLES, *EDGES])
def test_every_script_and_every_notebook_runs_to_its_end(address: str) -> None:
    told = subject(explained(address))
    for lang in share.LANGUAGES:
        (source,) = export(told, ".py", Options(lang=lang))
        (book,) = export(told, ".ipynb", Options(lang=lang))
        cells = json.loads(book)["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for listing in (source.decode(), code):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(listing, "script.py", "exec"), {"__name__": "__main__"})
            assert said(lang) & set(printed.getvalue().splitlines()[-1:])
    torch.set_default_dtype(torch.float32)


def said(lang: str) -> set[str]:
    return {wording.say(lang, f"export.script.{key}") for key in ("same", "cards", "torch_only")}


@pytest.mark.parametrize("address", EXAMPLES)
def test_sympy_derives_every_example(address: str) -> None:
    (source,) = export(subject(explained(address)), ".py", Options())
    assert "y.jacobian(x)" in source.decode()
    assert wording.say("en", "export.script.same") in source.decode()


def test_what_is_too_long_for_sympy_is_added_up_from_the_cards() -> None:
    sides = ";".join(",".join(str((i * j) % 5 - 2) for j in range(8)) for i in range(8))
    (source,) = export(subject(explained(f"/tensor?f=softmax(x@W)&x={sides}&W={sides}&v={sides}")), ".py", Options())
    assert "sympy" not in source.decode()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})
    torch.set_default_dtype(torch.float32)
    assert printed.getvalue().splitlines()[-1] == wording.say("en", "export.script.cards")


def test_the_tape_is_torchs_own_and_ends_in_the_gradients() -> None:
    described, _ = answer(EXAMPLES[0])
    tape = {node["name"]: node for node in described["tape"]}
    assert [node["node"] for node in described["tape"]][:3] == ["AccumulateGrad"] * 3
    assert {name: tape[name]["adjoint"] for name in described["grads"]} == described["grads"]
    assert all(part["to"] in tape for node in tape.values() for part in node["sent"])
    assert tape["y"]["adjoint"] == described["v"]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".pptx", ".tex"])
def test_every_example_is_written_in_every_format(suffix: str) -> None:
    for address in EXAMPLES:
        files = export(subject(explained(address)), suffix, Options(steps=True, lang="zh"))
        assert all(len(file) > 500 for file in files)


@pytest.mark.parametrize("address", [*EXAMPLES, *EDGES, "/tensor?f=2*x&x=1,2;3,4&batch=x"])
def test_every_comment_of_its_listing_is_in_the_readers_language(address: str) -> None:
    shown = wording.comments("zh", explained(address).torch.source)
    comments = [line.partition("# ")[2] for line in shown.splitlines() if "# " in line]
    assert comments
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in comment) for comment in comments)


def test_a_picture_is_embedded() -> None:
    assert embedded.picture(f"page=tensor&{EXAMPLES[1].partition('?')[2]}").startswith(b"\x89PNG")


def test_what_a_program_could_mean_as_well_is_an_address_of_its_own() -> None:
    described, _ = answer("/tensor?f=A%20x&A=1,2;3,4&x=1,2&wrt=x")
    (choice,) = described["choices"]
    assert (choice["text"], choice["taken"], choice["other"]) == ("A x", "A @ x", "A * x")
    other, _ = answer(choice["address"])
    assert other["value"] == [[1, 4], [3, 8]]


def test_terms_that_cancel_but_for_rounding_add_up_to_0() -> None:
    described, _ = answer("/tensor?f=softmax(x@W)&x=1,2;3,-1;0,2&W=1,0;2,1&wrt=x&batch=x")
    assert described["grads"] == {"x": [[0, 0]] * 3, "W": [[0, 0]] * 2}
    assert described["batch"]["gradients"] == [[[0, 0]] * 3] * 3


def test_no_line_is_called_as_the_weights_are() -> None:
    refused, _ = answer("/tensor?f=v%3Drelu(x@W);v*v&x=1,2&W=1,0;0,1")
    assert refused["error"]["code"] == "address_name"
    assert refused["error"]["span"] == [0, 1]
    assert "v1=relu(x@W);v1*v1" in refused["error"]["message"]


def test_rounding_that_is_all_there_is_does_not_jump() -> None:
    described, _ = answer("/tensor?f=(x-x.mean())/x.std()&x=1,2;3,-1")
    assert (described["verdict"], described["notes"]) == ("exact", [])
