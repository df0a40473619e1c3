"""The page of expressions in matrices: what the component sends and gets, and what stands around it."""

from __future__ import annotations

from typing import Any

import pytest

from core import address as share
from core.kinds import KINDS, complete, explain
from core.kinds.tensor import edits
from core.kinds.tensor.backward import backward
from core.kinds.tensor.problem import TensorProblem
from core.problem import ProblemError
from core.wording import examples, say
from pages.components import backward as steps
from pages.components import tensor
from pages.shared.messages import NotOursError
from tests.pages.test_pages import visit

LINEAR = "/tensor?f=x@W%2Bb&x=1,2;3,-1&W=1,0,-1;2,1,1&b=1,-1,2&v=1,2,-1;3,1,2&wrt=b"
PROBLEM = share.decode(LINEAR).problem


def sent(**more: Any) -> dict[str, Any]:
    """A message of the component."""
    inputs = [
        {"name": "x", "rank": 2, "rows": [["1", "2"], ["3", "-1"]]},
        {"name": "W", "rank": 2, "rows": [["1", "0", "-1"], ["2", "1", "1"]]},
        {"name": "b", "rank": 1, "rows": [["1", "-1", "2"]]},
    ]
    return {"f": "x@W+b", "inputs": inputs, "wrt": "b", "batch": "", "serial": 1} | more


def test_a_message_without_a_change_is_the_problem_itself():
    assert tensor.edited(PROBLEM, sent()) == PROBLEM


def test_the_program_is_kept_as_it_was_typed():
    typed = "z = x @ W   # a layer\nz+b"
    assert tensor.edited(PROBLEM, sent(f=typed)).function == typed


def test_v_follows_the_output_and_entries_that_have_a_place_keep_it():
    assert tensor.edited(PROBLEM, sent(f="(x@W+b)[0]")).v == ("1", "2", "-1")
    assert tensor.edited(PROBLEM, sent(f="sum(x@W+b)")).v == "1"
    wider = [*sent()["inputs"][:1], {"name": "W", "rank": 2, "rows": [["1"] * 4, ["2"] * 4]}]
    assert tensor.edited(PROBLEM, sent(f="x@W", inputs=wider)).v == (("1", "2", "-1", "1"), ("3", "1", "2", "1"))


def test_an_input_that_is_no_longer_named_keeps_its_numbers_and_is_not_asked_for():
    edited = tensor.edited(PROBLEM, sent(f="x@W"))
    assert dict(edited.inputs)["b"] == ("1", "-1", "2")
    assert edited.wrt is None


def test_a_program_that_cannot_be_read_loses_nothing():
    edited = tensor.edited(PROBLEM, sent(f="x @ (W"))
    assert (edited.function, edited.inputs, edited.v, edited.wrt) == ("x @ (W", PROBLEM.inputs, PROBLEM.v, "b")


def test_dragged_weights_arrive_in_the_shape_of_the_output():
    weighed = tensor.weighed(PROBLEM, {"texts": ["1", "2", "3", "4", "5", "6.5"], "serial": 1})
    assert weighed.v == (("1", "2", "3"), ("4", "5", "6.5"))
    with pytest.raises(NotOursError):
        tensor.weighed(PROBLEM, {"texts": ["1", "2"]})


def test_v_of_ones_of_one_place_and_from_a_loss():
    def act(name: str) -> Any:
        return tensor.edited(PROBLEM, sent(act={"kind": "preset", "name": name, "i": 1, "j": 2})).v

    assert act("ones") == (("1",) * 3,) * 2
    assert act("one_hot") == (("0", "0", "0"), ("0", "0", "1"))
    assert tensor.edited(PROBLEM, sent(loss="mean")).v == (("1/6",) * 3,) * 2


def test_random_numbers_keep_the_shapes():
    edited = tensor.edited(PROBLEM, sent(act={"kind": "random", "seed": 3}))
    assert [edits.rank(value) for _, value in edited.inputs] == [2, 2, 1]
    assert edited.inputs != PROBLEM.inputs
    assert edited.v == PROBLEM.v


def test_a_block_is_pasted_from_its_cell_on_and_a_whole_matrix_replaces_the_old_one():
    def paste(name: str, text: str, i: int = 0, j: int = 0) -> TensorProblem:
        act = {"kind": "paste", "matrix": name, "i": i, "j": j, "text": text}
        return tensor.edited(PROBLEM, sent(act=act))

    assert dict(paste("x", "7\t8", 1, 0).inputs)["x"] == (("1", "2"), ("7", "8"))
    assert dict(paste("x", "[[5, 6]]").inputs)["x"] == (("5", "6"),)
    assert dict(paste("b", "4\t5\t6").inputs)["b"] == ("4", "5", "6")
    with pytest.raises(ProblemError):
        paste("x", "1 2 y")


@pytest.mark.parametrize(
    "message",
    [
        None,
        {},
        sent(f=7),
        sent(inputs=[{"name": "x", "rank": 3, "rows": [["1"]]}]),
        sent(inputs=[{"name": "x", "rank": 2, "rows": [["1"] * 9] * 9}]),
        sent(inputs="x"),
        sent(inputs=[7]),
        sent(act={"kind": "explode"}),
        sent(act={"kind": "paste", "matrix": "nobody", "i": 0, "j": 0, "text": "1 2"}),
        sent(loss="nonsense"),
    ],
)
def test_a_message_that_the_component_would_not_send_is_refused(message: Any):
    with pytest.raises(NotOursError):
        tensor.edited(PROBLEM, message)


# ── What the component gets ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The data of a problem, outside a session."""
    monkeypatch.setattr(tensor.views, "words", lambda key, **facts: say("en", key, **facts))
    monkeypatch.setattr(tensor.views, "palette", lambda: tensor.views.PALETTES["light"])
    monkeypatch.setattr(tensor.session, "language", lambda: "en")
    monkeypatch.setattr(tensor.session, "sent", lambda key, name: None)
    return lambda problem: tensor._data(problem, explain(problem), True)


def floats(values: list[Any]) -> list[float]:
    return [value[1] if isinstance(value, list) else value for value in values]


@pytest.mark.parametrize("example", [e for e in examples() if e.address.startswith("/tensor")], ids=lambda e: e.address)
def test_the_cards_of_every_example_add_up_to_its_gradient(told: Any, example: Any):
    data = told(complete(share.decode(example.address).problem))
    v = [entry for row in [data["v"]["exact"]] for entry in floats(row)]
    for q, total in enumerate(entry for row in data["grad"] for entry in floats(row)):
        parts = [weight * floats(card)[q] for weight, card in zip(v, data["cards"], strict=True)]
        assert sum(parts) == pytest.approx(total, abs=1e-9)


def test_the_shape_of_every_line_is_told_beside_it(told: Any):
    data = told(share.decode("/tensor?f=x@W&x=1,2;3,4&W=1,0;0,1").problem)
    assert data["told"] == [{"line": 0, "name": "", "shape": "2×2"}]
    lines = TensorProblem("z = x@W\nsum(z)", PROBLEM.inputs[:2])
    assert [(one["line"], one["name"], one["shape"]) for one in told(lines)["told"]] == [(0, "z", "2×3"), (1, "", "")]


def test_fractions_come_with_every_sum_and_decimals_without(told: Any):
    whole, broken = (told(share.decode(f"/tensor?f=x*a&x={x}&a=1,2&v=1,1&wrt=a").problem) for x in ("1,3", "1/3,2"))
    assert whole["sums"] is whole["weighted"] is None
    assert broken["sums"]["rows"][-1] == [entry for row in broken["grad"] for entry in row]
    assert broken["weighted"][0][0] == broken["cards"][0][0]


def test_what_is_wrong_is_told_with_its_characters(told: Any, monkeypatch: pytest.MonkeyPatch):
    bad = share.decode("/tensor?f=x@W&x=1,2;3,4&W=1,0;y,1").problem
    monkeypatch.setattr(tensor.views, "explained", lambda page: (explain(PROBLEM), None))
    data = tensor._data(bad, explain(PROBLEM), False)
    assert [(error["matrix"], error["index"], error["parts"]) for error in data["errors"]] == [("W", 2, ["", "y", ""])]
    assert data["operands"][1]["typed"] == (("1", "0"), ("y", "1"))


def test_letters_come_when_they_are_asked_for(told: Any, monkeypatch: pytest.MonkeyPatch):
    problem = share.decode("/tensor").problem
    assert told(problem)["letters"] is None
    monkeypatch.setattr(tensor.session, "sent", lambda key, name: {"letters": 0})
    first = told(problem)["letters"][0]
    assert first["entries"][:2] == ["x_{11} \\, \\left(z_{111} > 0\\right)", "0"]
    assert first["weighted"][:2] == ["v_{11}\\,x_{11} \\, \\left(z_{111} > 0\\right)", "0"]
    assert len(first["where"]) == 1


# ── Backward, one operation at a time ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("example", [e for e in examples() if e.address.startswith("/tensor")], ids=lambda e: e.address)
def test_what_every_use_sends_adds_up_to_what_arrives(example: Any):
    passed = backward(explain(share.decode(example.address).problem))
    for value in passed[1:]:
        sent_ = [one.sent.astype(float) for other in passed for one in other.sent if one.to == value.at]
        if sent_:
            assert sum(sent_) == pytest.approx(value.adjoint.astype(float), abs=1e-9)


def test_a_bias_is_sent_more_than_it_keeps_summed_over_the_samples():
    passed = backward(explain(PROBLEM))
    (bias,) = [one for one in passed[0].sent if one.to == PROBLEM_AT["b"]]
    assert bias.whole is not None
    assert bias.whole.tolist() == [[1, 2, -1], [3, 1, 2]]
    assert bias.sent.tolist() == [4, 3, 1]
    assert bias.sources == ((0, 3), (1, 4), (2, 5))


def test_every_operation_bears_the_name_that_torch_has_recorded():
    passed = backward(explain(share.decode("/tensor").problem))
    nodes = [value.node for value in passed]
    assert nodes == ["ReluBackward0", "AddBackward0", "MmBackward0", *["AccumulateGrad"] * 3]


PROBLEM_AT = {"x": 0, "W": 1, "b": 2}


# ── Around the component ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_the_page_says_whose_gradient_it_is(lang: str):
    app = visit(LINEAR, lang)
    assert not app.exception
    assert "b.grad" in app.title[0].value


def test_sympy_derives_a_card_when_it_is_asked_for():
    app = visit(LINEAR, "en")
    assert not any("sympy" in element.value for element in app.code)
    app.selectbox(key="derive").select_index(4).run()
    assert not app.exception
    (listing,) = [element.value for element in app.code if "sympy" in element.value]
    assert "Matrix([[0, 1, 0]])" in listing or "[0, 1, 0]" in listing


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_every_word_of_the_components_is_there(lang: str):
    for word in tensor.SHARED:
        assert say(lang, f"product.{word}", **tensor.GAPS)
    for word in tensor.WORDS:
        assert say(lang, f"matrices.{word}", **tensor.GAPS)
    for word in steps.WORDS:
        assert say(lang, f"backward_steps.{word}", **steps.GAPS)


def test_a_link_with_a_shape_that_does_not_fit_shows_the_default_and_says_why():
    app = visit("/tensor?f=x@W&x=1,2,3;4,5,6&W=1,2;3,4", "en")
    assert not app.exception
    assert KINDS["tensor"].default


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/tensor?f=relu(x@W)&x=1,2;3,1&W=1,0;0,1&wrt=x&batch=x", "only the 2 blocks on the diagonal of J are not 0"),
        ("/tensor?f=softmax(x,0)&x=1,2;3,1&wrt=x&batch=x", "J is not made of blocks"),
        ("/tensor?f=relu(x@W)&x=1,2;3,1&W=1,0;0,1&wrt=W&batch=x", "W.grad adds up what each sample sends back"),
        ("/tensor?f=relu(x@W)&x=1,2;3,1&W=1,0;0,1&wrt=W&batch=x", "vmap(jacrev(f)) finds the same"),
    ],
)
def test_of_a_batch_is_said_what_its_jacobian_really_looks_like(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tensor.session, "language", lambda: "en")
    assert said in tensor._sampled(explain(share.decode(address).problem))


@pytest.mark.parametrize("program", ["x", "x.T", "x%2B1", "x.flatten()", "y=x;y.T", "x[0]", "x*1"])
def test_a_program_that_only_moves_its_entries_has_a_page(program: str):
    app = visit(f"/tensor?f={program}&x=1,2;3,-1", "en")
    assert not app.exception
    assert app.caption
