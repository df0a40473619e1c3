"""The page of the matrix product: what the component sends and gets, and what stands around it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from core import address as share
from core.grammar import matrices
from core.kinds import KINDS, explain
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import MatmulProblem
from core.problem import ProblemError
from core.wording import say
from pages.components import matrices as shared
from pages.components import product
from pages.shared.messages import NotOursError
from tests.pages.test_pages import code, latex, visit

TEXT = {"a": [["1", "2"], ["3", "4"]], "b": [["1", "2", "3"], ["4", "5", "6"]], "v": [["1"] * 3] * 2, "wrt": "b"}


def sent(**more):
    """A message of the component."""
    return TEXT | {"serial": 1} | more


def paste(matrix, i, j, text, **more):
    return sent(act={"kind": "paste", "matrix": matrix, "i": i, "j": j, "text": text, **more})


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_edited_entry_arrives_as_it_was_typed():
    assert product.edited(sent(a=[["1", "1/3"], ["pi", "4"]])).a == (("1", "1/3"), ("pi", "4"))


def test_the_variable_of_the_gradient_is_part_of_a_message():
    assert product.edited(sent(wrt="a")).wrt == "a"
    assert product.edited({**sent(), "wrt": None}).wrt == "b"


def test_a_pasted_block_is_distributed_from_its_cell_on_and_the_sizes_follow():
    edited = product.edited(paste("a", 1, 1, "7\t8\n9\t10"))
    assert edited.a == (("1", "2", "1"), ("3", "7", "8"), ("1", "9", "10"))
    assert (len(edited.b), len(edited.v)) == (3, 3)


def test_a_whole_matrix_pasted_into_the_first_cell_replaces_the_old_one():
    for text in ("np.array([[5, 6]])", "{{5, 6}}", "{ {5, 6} }", r"\begin{bmatrix} 5 & 6 \end{bmatrix}"):
        assert product.edited(paste("a", 0, 0, text)).a == (("5", "6"),)
    assert product.edited(paste("b", 0, 0, "5 6", whole=True)).b == (("5", "6"),)
    for text in ("5\t6", r"5 & \frac{12}{2}"):
        assert product.edited(paste("a", 0, 0, text)).a == (("5", "6" if "\t" in text else "12/2"), ("3", "4"))


def test_v_keeps_the_shape_of_c():
    with pytest.raises(ProblemError) as refused:
        product.edited(paste("v", 0, 0, "[1 2; 3 4]"))
    assert refused.value.code == "wrong_shape"


def test_random_entries_follow_their_seed():
    first, again, other = (
        product.edited(sent(act={"kind": "random", "matrix": "ab", "seed": seed})) for seed in (5, 5, 6)
    )
    assert first == again
    assert first.a != other.a != first.b


def test_a_loss_gives_v_anew_after_every_edit():
    assert product.edited(sent(loss="half_squares")).v == (("9", "12", "15"), ("19", "26", "33"))
    changed = product.edited(sent(loss="half_squares", a=[["1", "0"], ["0", "1"]]))
    assert changed.v == (("1", "2", "3"), ("4", "5", "6"))


def test_an_entry_that_cannot_be_read_stays_and_so_does_v():
    edited = product.edited(sent(loss="half_squares", a=[["1", "2)"], ["3", "4"]]))
    assert (edited.a[0][1], edited.v) == ("2)", (("1",) * 3,) * 2)


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "a=1",
        {},
        sent(a=[]),
        sent(a=[[]]),
        sent(a=[[1, 2]]),
        sent(a="1,2"),
        sent(b=[["1"] * 9] * 9),
        sent(act=7),
        sent(wrt="nonsense"),
        sent(act={"kind": "explode"}),
        paste("q", 0, 0, "1"),
        paste("a", 99, 0, "1"),
        paste("a", 0, 0, None),
        sent(act={"kind": "random", "matrix": "a", "seed": "x"}),
        sent(act={"kind": "preset", "name": "nonsense", "i": 0, "j": 0}),
    ],
)
def test_a_message_that_the_component_would_not_send_is_refused(message):
    with pytest.raises(NotOursError):
        product.edited(message)


# ── What the component gets ──────────────────────────────────────────────────────────────────────────────


def value(rows):
    return [[entry[1] if isinstance(entry, list) else entry for entry in row] for row in rows]


@pytest.mark.parametrize("address", ["/matmul", "/matmul?a=1;2;3&b=4,5&v=1,0;0,1;2,-1&wrt=a", "/matmul?a=2&b=1/3&v=-1"])
def test_the_browser_is_sent_the_numbers_of_the_explanation(address, monkeypatch):
    problem = share.decode(address).problem
    explanation = explain(problem)
    data = _data(problem, explanation, monkeypatch)
    wrt = problem.wrt
    assert value(data["grad"]) == [[n.value for n in row] for row in explanation.grad(wrt)]
    assert len(data["ledgers"]["rows"]) == len(explanation.a) * len(explanation.b[0])
    for by, steps in data["ledgers"].items():
        assert [tuple(step[:2]) for step in steps] == list(explanation.order(by))
        assert [value([step[2]])[0] for step in steps] == [
            [n.value for n in step.line] for step in explanation.ledger(wrt, by)
        ]
    assert data["torch"]["text"].startswith("tensor(")


def _data(problem: MatmulProblem, explanation: MatmulExplanation, monkeypatch, message=None):
    monkeypatch.setattr(product.views, "words", lambda key, **facts: say("en", key, **facts))
    monkeypatch.setattr(product.views, "palette", lambda: product.views.PALETTES["light"])
    monkeypatch.setattr(product.session, "language", lambda: "en")
    monkeypatch.setattr(product.session, "sent", lambda key, name: message)
    return product._data(problem, explanation, True)


def test_a_refused_paste_is_explained_with_the_characters_at_fault(monkeypatch):
    problem = KINDS["matmul"].default
    data = _data(problem, explain(problem), monkeypatch, paste("b", 0, 0, "1 2\n3 x"))
    assert data["refusal"]["matrix"] == "b"
    assert data["refusal"]["parts"] == ["1 2\n3 ", "x", ""]
    assert "x" in data["refusal"]["message"]


def test_a_pasted_text_is_read_once_though_it_is_asked_for_twice(monkeypatch):
    asked = []
    read = matrices.read
    monkeypatch.setattr(shared, "read", lambda text: asked.append(text) or read(text))
    problem = KINDS["matmul"].default
    for text, refused in (("8 8 7", False), ("8 8 seven", True)):
        pasted = paste("b", 0, 0, text)
        with suppress(ProblemError):
            product.edited(pasted)
        data = _data(problem, explain(problem), monkeypatch, pasted)
        assert (data["refusal"] is not None) == refused
        assert asked.count(text) == 1


def test_nothing_is_quoted_where_nothing_was_pasted(monkeypatch):
    problem = KINDS["matmul"].default
    for text in ("", " \n"):
        assert _data(problem, explain(problem), monkeypatch, paste("b", 0, 0, text))["refusal"]["parts"] == []


@pytest.mark.parametrize(
    ("address", "fields", "parts"),
    [
        ("/matmul?a=1,2;3", [["1", "2"], ["3", ""]], ["1,2;", "3", ""]),
        ("/matmul?a=1;2,3", [["1", ""], ["2", "3"]], ["1;", "2,3", ""]),
        ("/matmul?a=" + ";".join(["1,2,3,4,5,6,7,8,9"] * 9), [list("12345678")] * 8, []),
    ],
)
def test_a_matrix_without_a_shape_gets_fields_in_which_it_can_be_put_right(address, fields, parts, monkeypatch):
    data = _data(share.decode(address).problem, explain(KINDS["matmul"].default), monkeypatch)
    assert [list(row) for row in data["typed"]["a"]] == fields
    assert [len(row) for row in data["latex"]["a"]] == [len(row) for row in fields]
    assert [(error["matrix"], error["parts"]) for error in data["errors"]] == [("a", parts)]


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_every_word_of_the_component_is_there_and_its_gaps_are_filled_in_the_browser(lang):
    for word in product.WORDS:
        assert say(lang, f"product.{word}", **product.GAPS)


# ── Around the component ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_the_generic_formulas_and_both_listings_stand_below(lang):
    app = visit("/matmul", lang)
    assert not app.exception
    assert "a_{m1} b_{1n} + a_{m2} b_{2n}" in latex(app)
    assert "a^{\\top} v" in latex(app)
    assert "Matrix([[0, a21, 0], [0, a22, 0]])" in code(app)
    assert "tensor([[4., 4., 4.]," in code(app)
    assert "loss = c.sum()" in code(app)


def test_the_address_says_which_gradient_is_shown():
    app = visit("/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,2,3;4,5,6&wrt=a")
    assert "a.grad" in app.title[0].value
    assert "v\\,b^{\\top}" in latex(app)


def test_above_three_by_three_the_derivation_says_why_it_is_not_printed():
    app = visit("/matmul?a=1,2,3,4&b=1;2;3;4")
    assert "import sympy" not in code(app)
    assert any("3×3" in caption.value for caption in app.caption)
