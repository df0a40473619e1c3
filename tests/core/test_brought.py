"""Texts as people bring them, through the same door as every link: read as they meant them, or refused truly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from core import address as share
from core import grammar
from core.__main__ import answer
from core.brought import in_matrices
from core.expression.tree import FUNCTIONS, names
from core.grammar import tensors
from core.grammar.definitions import ARITY
from core.grammar.examples import EXAMPLES, FUNCTION_NAMES
from core.kinds import KINDS, complete, explain
from core.kinds.tensor.problem import TensorProblem
from core.kinds.vector.edits import with_function
from core.kinds.vector.explanation import derivation
from core.kinds.vector.problem import DEFAULT
from core.kinds.vector.reading import read
from core.notation.latex import latex
from core.numbers.floats import evaluate

CASES = Path(__file__).parents[1] / "cases"
BROUGHT = json.loads((CASES / "brought.json").read_text(encoding="utf-8"))
FORMULAS = [case for case in BROUGHT if case["into"] == "function field"]
READ = [case for case in FORMULAS if case["must"] in ("read", "ask") and "jacobian_at" in case]


def described(case: dict[str, Any]) -> tuple[dict[str, Any], int]:
    point = ",".join(f"{name}:{value}" for name, value in case.get("at", {}).items())
    return answer(f"/vjp?f={quote(case['text'], safe='')}" + (f"&at={point}" if point else ""))


@pytest.mark.parametrize("case", READ, ids=[case["id"] for case in READ])
def test_a_text_is_read_as_it_was_meant(case: dict[str, Any]) -> None:
    found, code = described(case)
    assert code == 0, found
    assert found["inputs"] == list(case["at"])
    for row, expected in zip(found["jacobian_at"], case["jacobian_at"], strict=True):
        assert row == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", READ, ids=[case["id"] for case in READ])
def test_typed_into_a_field_of_the_page_it_means_the_same(case: dict[str, Any]) -> None:
    """On a page whose point has other names: new ones are welcome, and in the order of the text's own head."""
    draft = with_function(DEFAULT, 0, case["text"])
    reading = read(draft)
    assert reading.errors == ()
    assert set(case["at"]) <= set(reading.inputs)


def said(text: str) -> tuple[str, ...]:
    """Everything that a page offers under a field: its choices, or the suggestion of its refusal."""
    reading = read(with_function(DEFAULT, 0, text))
    suggestions = (error.facts.get("suggestion") for error in reading.errors)
    return (*(choice.instead or choice.taken for _, choice in reading.choices), *map(str, filter(None, suggestions)))


ASKED = [case for case in FORMULAS if case["must"] == "ask" and case.get("suggestion") != "/tensor"]


@pytest.mark.parametrize("case", ASKED, ids=[case["id"] for case in ASKED])
def test_what_could_mean_two_things_is_said_under_the_field(case: dict[str, Any]) -> None:
    assert said(case["text"])


REFUSED = [case for case in FORMULAS if case["must"] == "refuse"]
REASONS = {
    "time-1": ("function_of", "L*sin(theta)"),
    "time-2": ("function_of", "y^2 + x"),
    "say-4": ("function_of", "phi + 1"),
    "say-9": ("not_allowed", None),
}


@pytest.mark.parametrize("case", REFUSED, ids=[case["id"] for case in REFUSED])
def test_what_cannot_be_read_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    (refusal,) = (error for error in read(with_function(DEFAULT, 0, case["text"])).errors if error.index == 0)
    assert (refusal.code, refusal.facts.get("suggestion")) == REASONS[case["id"]]


@pytest.mark.parametrize("text", ["M @ u", "||x||^2", "x^T A x"])
def test_what_is_about_matrices_is_told_so(text: str) -> None:
    assert [error.code for error in read(with_function(DEFAULT, 0, text)).errors] == ["matrices"]


LED = [case for case in FORMULAS if case.get("suggestion") == "/tensor"]


@pytest.mark.parametrize("case", LED, ids=[case["id"] for case in LED])
def test_what_is_about_matrices_leads_to_their_page_with_its_names_filled_in(case: dict[str, Any]) -> None:
    problem = in_matrices(case["text"])
    assert isinstance(problem, TensorProblem)
    assert share.encode(problem).startswith(case["suggestion"] + "?")
    assert {name for name, _ in problem.inputs} == set(tensors.names(case["text"]))
    assert explain(problem)


@pytest.mark.parametrize("text", ["x^2 + y", "x*y^", "max(x, y", "M @ @", "softmax(", "__import__('os')"])
def test_what_is_not_leads_nowhere(text: str) -> None:
    assert in_matrices(text) is None


PLAIN = {"say-2": "t^2", "say-5": "sigmoid(x)", "say-6": "x1^2 + x2^2 + x3^2", "say-7": "sin(x)", "say-10": "x%2"}


@pytest.mark.parametrize("case", [case for case in FORMULAS if case["id"] in PLAIN], ids=lambda case: case["id"])
def test_another_language_says_the_same(case: dict[str, Any]) -> None:
    (field,) = grammar.fields(case["text"])
    assert grammar.parse(field.text) == grammar.parse(PLAIN[case["id"]])
    assert names([grammar.parse(field.text)])


def test_every_case_of_a_field_is_tried() -> None:
    tried = {case["id"] for case in (*READ, *ASKED, *REFUSED)} | set(PLAIN) | {case["id"] for case in LED}
    assert tried == {case["id"] for case in FORMULAS}


def test_a_constant_has_no_column_and_is_in_every_listing() -> None:
    link = "/vjp?f=x*(a-b*y);-y*(c-d*x)&at=x:1,y:2&with=a:1,b:2,c:1,d:3"
    found, code = answer(link)
    assert code == 0
    assert found["inputs"] == ["x", "y"]
    assert found["jacobian_at"] == [[-3, -2], [6, 2]]
    assert all(check["agrees"] for check in found["checks"].values())
    assert share.encode(complete(share.decode(link).problem)) == link


def test_a_chain_knows_its_constants_in_every_stage() -> None:
    found, _ = answer("/chain?f=k*x^2&g=k*y1&at=x:2&with=k:3")
    assert found["jacobian_at"] == [[36]]


WITH = [
    ("/vjp?f=x*(a-b*y);-y*(c-d*x)&at=x:1,y:2&with=a:1,b:2,c:1,d:3", ["a - b*y", "-(b*x)", "d*y", "d*x - c"]),
    ("/vjp?f=x^a&at=x:3&with=a:1/3", ["a*x^(a - 1)"]),
    ("/vjp?f=exp(k*x)*pi&at=x:1&with=k:pi/4", ["pi*k*exp(k*x)"]),
    ("/vjp?f=x^a&at=x:0&with=a:0", ["0"]),  # the letters have no value here: 0·0^(-1)
    ("/vjp?f=relu(x-a)&at=x:2&with=a:2", ["where(x - a > 0, 1, 0)"]),
    ("/chain?f=k*x^2&g=k*y1&at=x:2&with=k:3", ["2*k^2*x"]),
]


@pytest.mark.parametrize(("link", "entries"), WITH)
def test_constants_keep_their_letters_in_formulas_and_have_their_values_in_numbers(
    link: str, entries: list[str]
) -> None:
    found, _ = answer(link)
    assert [entry for row in found["jacobian"] for entry in row] == entries
    env = dict(zip(found["inputs"], found["primal"], strict=True)) | found["constants"]
    shown = [evaluate(grammar.parse(entry, list(env)), env) for entry in entries]
    assert shown == pytest.approx([n for row in found["jacobian_at"] for n in row])
    assert found["checks"]["torch"]["agrees"]


@pytest.mark.parametrize("page", ["vjp", "chain"])
def test_every_view_shows_the_letters_of_constants_and_once_their_values(page: str) -> None:
    explained = explain(share.decode(f"/{page}?f=k*x^2&at=x:2&with=k:7").problem)
    shown = "".join(map(latex, KINDS[page].equations(explained))).replace(r"\,", "")
    assert "2kx" in shown.replace(" ", "")
    assert "k = 7" in shown
    assert "14" not in shown
    for step in KINDS[page].steps(explained):
        assert "14" not in repr(step.sentence)
        assert "7*x" not in KINDS[page].slide(explained, step, "en").notes


LETTERS = [
    ("x*y;x+y", "x", "y", "v"),
    ("y1^2;y1*y2", "y1", "f", "v"),
    ("k*y1;f2", "y1", "g", "v"),
    ("v1*x;v1", "v1", "y", "w"),
    ("k1*x;k1", "k1", "y", "v"),
    ("f1*x;y1*w2*v3", "f1", "g", "u"),
]


@pytest.mark.parametrize(("functions", "name", "output", "weight"), LETTERS)
def test_letters_of_ours_give_way_to_a_readers_names(functions: str, name: str, output: str, weight: str) -> None:
    explained = explain(share.decode(f"/vjp?f={quote(functions)}").problem)
    shown = "".join(map(latex, KINDS["vjp"].equations(explained)))
    assert f"{{{output}_{{1}}}} = " in shown
    assert rf"\partial {output}}}{{\partial x}}" in shown
    assert f"{{{weight}_{{1}} \\left[" in shown
    assert name in explained.map.inputs
    assert "print(vJ)" in (source := derivation(explained).source)
    assert f'"{weight}1", "{weight}2"' in source
    notes = [KINDS["vjp"].slide(explained, step, "en").notes for step in KINDS["vjp"].steps(explained)]
    assert f"{output}_1 = " in notes[-1]
    assert f"gradient of {output}_2" in notes[-2]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [("with=a", "not_a_point", "with"), ("with=x:2", "twice", "with"), ("with=a:1", "division_by_zero", "f")],
)
def test_what_is_wrong_with_a_constant_is_told(query: str, code: str, field: str) -> None:
    found, _ = answer(f"/vjp?f=x/(a-1)&at=x:1&{query}")
    assert (found["error"]["code"], found["error"]["field"]) == (code, field)


@pytest.mark.parametrize("text", [text for texts in EXAMPLES.values() for text in texts])
def test_an_example_of_what_may_be_typed_is_read_and_leaves_nothing_to_say(text: str) -> None:
    reading = read(with_function(DEFAULT, 0, text))
    assert (reading.errors, reading.choices) == ((), ())
    assert reading.problem


def test_every_function_that_is_listed_can_be_typed() -> None:
    for name in FUNCTION_NAMES:
        least = ARITY[name][0]
        condition = "x > 0, y, 1" if name == "where" else ", ".join(("x", "y", "2", "3")[: max(least, 1)])
        assert grammar.parse(f"{name}({condition})"), name
    assert set(FUNCTIONS) <= set(FUNCTION_NAMES)


@pytest.mark.parametrize(("text", "number"), [("u = x+1; y = u^2", 1), ("s = t*y, t = 2x", 2)])
def test_a_function_that_uses_another_by_its_name_is_told_so(text: str, number: int) -> None:
    error = answer(f"/vjp?f={quote(text)}")[0]["error"]
    assert error["code"] == "output_used"
    assert f"function {number}" in error["message"]
    assert "output_used" in [refusal.code for refusal in read(with_function(DEFAULT, 0, text)).errors]


@pytest.mark.parametrize(
    "text", ["x = x - y; y = x*y + y", "S = -b*S*I; I = b*S*I - g*I", "x = r*cos(t), y = r*sin(t)"]
)
def test_a_name_on_the_left_that_is_a_variable_as_well_stays_one(text: str) -> None:
    assert answer(f"/vjp?f={quote(text)}")[1] == 0


@pytest.mark.parametrize(
    ("function", "en", "zh"),
    [
        ("atan(x,y,z)", "atan takes 1 argument, not 3.", "atan 需要 1 个参数，而不是 3 个。"),
        ("atan2(x)", "atan2 takes 2 arguments, not 1. ", "atan2 需要 2 个参数，而不是 1 个。"),
        ("clamp(x,1,2,3)", "clamp takes 2–3 arguments, not 4.", "clamp 需要 2–3 个参数，而不是 4 个。"),
    ],
)
def test_arguments_are_counted_as_people_count(function: str, en: str, zh: str) -> None:
    for lang, message in (("en", en), ("zh", zh)):
        assert answer(f"/vjp?f={function}&lang={lang}")[0]["error"]["message"] == message.strip()


SOFTMAX = [
    ("softmax(x, y)[0]", "exp(x)/(exp(x) + exp(y))"),
    ("2*torch.softmax([x, y], dim=0)[-1] + 1", "2*(exp(y)/(exp(x) + exp(y))) + 1"),
    ("log_softmax(x, y)[1] - softmin(x, y)[0]", "y - log(exp(x) + exp(y)) - exp(-x)/(exp(-x) + exp(-y))"),
    ("softmax(softmax(x, y)[0], y)[1]", "exp(y)/(exp(exp(x)/(exp(x) + exp(y))) + exp(y))"),
]


@pytest.mark.parametrize(("text", "meant"), SOFTMAX)
def test_an_entry_of_softmax_is_a_function(text: str, meant: str) -> None:
    (field,) = grammar.fields(text)
    assert grammar.parse(field.text) == grammar.parse(meant)


@pytest.mark.parametrize("text", ["softmax(x, y)[2]", "1 + softmax(x, y)", "softmax(x)"])
def test_a_softmax_that_is_no_number_is_told_so(text: str) -> None:
    assert [error.code for error in read(with_function(DEFAULT, 0, text)).errors] == ["several_outputs"]


def test_what_is_flat_between_its_jumps_is_said_beside_the_field() -> None:
    reading = read(with_function(DEFAULT, 0, "x1*floor(x2) + sign(x1)"))
    assert [(i, choice.code, choice.text) for i, choice in reading.choices] == [
        (0, "flat", "sign"),
        (0, "flat", "floor"),
    ]
    assert read(with_function(DEFAULT, 0, "x1 % 2 + relu(x2)")).choices == ()
