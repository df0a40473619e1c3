"""Every reason for which a text is refused is true: the same text without what the reason names is accepted."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

from core.__main__ import answer, read_matrix, read_text
from core.grammar import parse
from core.kinds import read
from core.kinds.chain.problem import DEFAULT as CHAIN
from core.kinds.chain.reading import ChainReading
from core.kinds.vector.edits import Draft, with_choice, with_function
from core.kinds.vector.problem import DEFAULT as VECTOR
from core.kinds.vector.reading import Reading
from core.problem import ProblemError

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "core" / "wording" / "content" / "en" / "errors.toml"

# code -> an address that is refused for it, and one that differs only by what the reason names
ADDRESSES = {
    # limits
    "empty": ("/vjp?f=x;;y&at=x:1,y:1", "/vjp?f=x;y;y&at=x:1,y:1"),
    "empty_entry": ("/vjp?f=x;x&v=2,", "/vjp?f=x;x&v=2,1"),
    "too_long": (f"/vjp?f=x+{' ' * 500}y", f"/vjp?f=x+{' ' * 490}y"),
    "too_deep": (f"/vjp?f={'(' * 26}x{')' * 26}", f"/vjp?f={'(' * 24}x{')' * 24}"),
    "too_many_operations": (f"/vjp?f={'x+' * 151}x", f"/vjp?f={'x+' * 149}x"),
    "too_many_bars": (f"/vjp?f={'|x|+' * 21}x", f"/vjp?f={'|x|+' * 19}x"),
    "number_too_long": (f"/vjp?f=x+{'1' * 31}", f"/vjp?f=x+{'1' * 30}"),
    "number_out_of_range": ("/vjp?f=x+1e100", "/vjp?f=x+1e99"),
    "number_too_small": ("/vjp?f=x+1e-400", "/vjp?f=x+1e-40"),
    "number_too_large": ("/vjp?f=x+1.000000001^99", "/vjp?f=x+1.01^9"),
    "exponent_too_large": ("/vjp?f=(x^12)^12", "/vjp?f=(x^12)^8"),
    # characters and words
    "bad_character": ("/vjp?f=x~y", "/vjp?f=x-y"),
    "not_allowed": ("/vjp?f=x.detach()", "/vjp?f=x.exp()"),
    "unknown_name": (f"/vjp?f={'x' * 25}", f"/vjp?f={'x' * 24}"),
    "undeclared_name": ("/vjp?f=x*y&at=x:1", "/vjp?f=x*y&at=x:1,y:1"),
    "not_a_number": ("/vjp?f=x&at=x:y", "/vjp?f=x&at=x:2"),
    "reserved_name": ("/vjp?f=lambda*x", "/vjp?f=lam*x"),
    "bad_name": ("/vjp?f=x&at=x:1,2y:1", "/vjp?f=x&at=x:1,y2:1"),
    "mixed_indexing": ("/vjp?f=x[0]+x1", "/vjp?f=x[0]+x[1]"),
    "not_a_vector": ("/vjp?f=x[0]&at=x:1", "/vjp?f=x[0]&at=x1:1"),
    "ambiguous": ("/vjp?f=1/xy", "/vjp?f=1/(xy)"),
    # functions
    "unknown_function": ("/vjp?f=frobnicate(x)", "/vjp?f=sin(x)"),
    "unsupported_function": ("/vjp?f=conj(x)", "/vjp?f=exp(x)"),
    "needs_more": ("/vjp?f=sum(x)", "/vjp?f=sum(x, y)"),
    "several_outputs": ("/vjp?f=1+softmax(x, y)", "/vjp?f=1+softmax(x, y)[0]"),
    "function_of": ("/vjp?f=y(x)^2", "/vjp?f=y^2"),
    "matrices": ("/vjp?f=x@y", "/vjp?f=x*y"),
    "wrong_argument_count": ("/vjp?f=atan(x, y, z)", "/vjp?f=atan(x)"),
    "singular": ("/tensor?f=inv(A)&A=1,2;2,4", "/tensor?f=inv(A)&A=1,2;2,5"),
    "missing_brackets": ("/vjp?f=sin x", "/vjp?f=sin(x)"),
    "condition_expected": ("/vjp?f=where(x, 1, x)", "/vjp?f=where(x > 0, 1, x)"),
    # structure
    "unexpected": ("/vjp?f=max(x,,y)", "/vjp?f=max(x,y)"),
    "unfinished": ("/vjp?f=x+", "/vjp?f=x+1"),
    "unbalanced": ("/vjp?f=(x+1", "/vjp?f=(x+1)"),
    "missing_operator": ("/vjp?f=x 2", "/vjp?f=x*2"),
    "comparison_outside_where": ("/vjp?f=x > 0", "/vjp?f=where(x > 0, x, 0)"),
    "one_comparison": ("/vjp?f=where(0 < x < 1, x, 0)", "/vjp?f=where(0 < x, where(x < 1, x, 0), 0)"),
    "equation": ("/vjp?f=x^2+y^2=1", "/vjp?f=x^2+y^2-1"),
    # values
    "not_finite": ("/vjp?f=x+log(0)", "/vjp?f=x+log(1)"),
    "division_by_zero": ("/vjp?f=x/(1-1)", "/vjp?f=x/(1+1)"),
    "no_real_value": ("/vjp?f=x+sqrt(-1)", "/vjp?f=x+sqrt(1)"),
    "result_too_large": (
        f"/vjp?f={'*'.join(f'sin(x+{k})' for k in range(25))}",
        f"/vjp?f={'*'.join(f'sin(x+{k})' for k in range(5))}",
    ),
    # problems
    "too_many_outputs": (f"/vjp?f={';'.join('x' * 9)}", f"/vjp?f={';'.join('x' * 8)}"),
    "too_many_entries": (
        f"/vjp?f={';'.join(['x+y'] * 8)}&at=" + ",".join(f"x{k}:1" for k in range(7)) + ",x:1,y:1",
        f"/vjp?f={';'.join(['x+y'] * 8)}&at=" + ",".join(f"x{k}:1" for k in range(6)) + ",x:1,y:1",
    ),
    "no_variables": ("/vjp?f=2", "/vjp?f=2&at=x:1"),
    "wrong_length": ("/vjp?f=x;x^2&v=1", "/vjp?f=x;x^2&v=1,1"),
    "composition_too_large": (
        f"/chain?f={'+'.join(['x'] * 60)}&g={'+'.join(['y1'] * 90)}",
        f"/chain?f={'+'.join(['x'] * 6)}&g={'+'.join(['y1'] * 90)}",
    ),
    "twice": ("/vjp?f=x&at=x:1,x:2", "/vjp?f=x&at=x:1,y:2"),
    "too_long_together": (
        "/vjp?f=" + ";".join("+".join(f"alongerandlongernametwo{k}^{i}" for k in range(8)) for i in range(2, 10)),
        "/vjp?f=" + ";".join("+".join(f"alongerandlongernametwo{k}^{i}" for k in range(8)) for i in range(2, 6)),
    ),
    "empty_coordinate": ("/vjp?f=x&at=x:1,,y:1", "/vjp?f=x&at=x:1,y:1"),
    "not_a_point": ("/vjp?f=x&at=x", "/vjp?f=x&at=x:1"),
    "output_used": ("/vjp?f=u = x^2;w = u+x", "/vjp?f=u = x^2;w = x^2+x"),
    "not_a_choice": ("/matmul?wrt=c", "/matmul?wrt=a"),
    "unknown_page": ("/vpj?f=x", "/vjp?f=x"),
    "not_an_output": ("/chain?f=x&g=y1*z", "/chain?f=x&g=y1*y1"),
    "no_stage": ("/chain?f=x&g=y1&k=w1", "/chain?f=x&g=y1&h=z1&k=w1"),
    "shapes_differ": ("/matmul?a=1,2;3,4&b=1,2", "/matmul?a=1,2;3,4&b=1,2;3,4"),
    "wrong_shape": ("/matmul?a=1&b=1&v=1,1", "/matmul?a=1&b=1&v=1"),
    "ragged": ("/matmul?a=1,2;3&b=1;1", "/matmul?a=1,2;3,4&b=1;1"),
    "too_large": (f"/matmul?a={';'.join('1' * 9)}&b=1", f"/matmul?a={';'.join('1' * 8)}&b=1"),
}
FORMULAS = {"two_functions": ("x*y, x", "x*y - x")}  # of a single formula; a field is taken apart
TEXTS = {
    "nothing_to_show": ("import os", "import os\ny = 2*x"),
    "too_many_lines": ("y = 2*x\n" * 401, "y = 2*x\n" * 399),
}
LATEX = r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"
MATRICES = {
    "no_matrix": (" ", "1"),
    "not_a_matrix": ("[[1, 2]] and [[3, 4]]", "[[1, 2]]"),
    "several_matrices": (LATEX * 2, LATEX),
    "inverse": (LATEX + "^{-1}", LATEX),
}
# what a server or an export has to say, which is about no text
ELSEWHERE = {
    *("suggestion", "failure", "too_slow", "busy", "too_many_pictures", "many_exports", "one_export", "many_of_yours"),
    *("worker_died", "no_workers", "not_computed", "bad_host"),
    "empty_tensor",  # of tensors; of a pasted line it is said in words of its own
}


def escaped(address: str) -> str:
    path, _, query = address.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return f"{path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, _, value in pairs)


@pytest.mark.parametrize("code", ADDRESSES)
def test_what_is_refused_for_a_reason_is_accepted_without_it(code: str) -> None:
    refused, accepted = (answer(escaped(address))[0] for address in ADDRESSES[code])
    assert refused.get("error", {}).get("code") == code
    assert "error" not in accepted, accepted["error"]


@pytest.mark.parametrize("code", FORMULAS)
def test_a_formula_is_accepted_without_the_reason_for_which_it_is_refused(code: str) -> None:
    refused, accepted = FORMULAS[code]
    with pytest.raises(ProblemError) as caught:
        parse(refused)
    assert caught.value.code == code
    assert parse(accepted)


@pytest.mark.parametrize("code", TEXTS)
def test_a_pasted_text_is_accepted_without_the_reason_for_which_it_is_refused(code: str) -> None:
    refused, accepted = (read_text(text, "en")[0] for text in TEXTS[code])
    assert refused.get("error", {}).get("code") == code
    assert "address" in accepted


@pytest.mark.parametrize("code", MATRICES)
def test_a_pasted_matrix_is_accepted_without_the_reason_for_which_it_is_refused(code: str) -> None:
    refused, accepted = (read_matrix(text, "en")[0] for text in MATRICES[code])
    assert refused.get("error", {}).get("code") == code
    assert "matrix" in accepted


def test_every_reason_there_is_has_its_opposite() -> None:
    said = set(tomllib.loads(WORDS.read_text(encoding="utf-8"))["errors"])
    assert said - of_tensors(said) == {*ADDRESSES, *FORMULAS, *TEXTS, *MATRICES, *ELSEWHERE} - of_tensors(said)


def of_tensors(codes: set[str]) -> set[str]:
    """Those that only the language of tensors has, which is tested in tests/core/tensors."""
    modules = {
        file: file.read_text(encoding="utf-8") for file in (ROOT / "core").rglob("*.py") if file.name != "refusal.py"
    }
    places = {code: [file for file, text in modules.items() if f'"{code}"' in text] for code in codes}
    return {code for code, files in places.items() if files and all("tensor" in str(file) for file in files)}


CASES = Path(__file__).parents[1] / "cases"


def texts_of_cases() -> list[str]:
    """Every text of a function in the cases that we have."""
    texts: list[str] = []
    for name, key in (("brought", "text"), ("found", "text"), ("inputs", "input"), ("readings", "input")):
        cases = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
        texts += [case[key] for case in cases if case.get("into", "function field") == "function field"]
    return texts


@pytest.mark.parametrize("draft", [VECTOR, CHAIN], ids=["vjp", "chain"])
def test_everything_that_is_offered_for_any_of_our_texts_is_accepted_and_means_what_it_says(draft: Draft) -> None:
    offered = 0
    for text in texts_of_cases():
        problem = with_function(draft, 0, text)
        reading = first_stage(problem)
        suggestions = [
            (error.index or 0, str(error.facts["suggestion"]))
            for error in reading.errors
            if "suggestion" in error.facts
        ]
        for i, suggestion in suggestions:
            taken = first_stage(with_function(problem, i, suggestion))
            assert i not in [error.index for error in taken.errors], (text, suggestion)
        for i, choice in reading.choices:
            if choice.instead:
                other = first_stage(with_choice(problem, i, choice))
                assert i not in [error.index for error in other.errors], (text, choice)
                assert other.outputs != reading.outputs, (text, choice)
                assert not choice.name or choice.name in other.inputs, (text, choice)
        offered += len(suggestions) + len(reading.choices)
    assert offered > 40


def first_stage(problem: Draft) -> Reading:
    reading = read(problem)
    return reading.stages[0] if isinstance(reading, ChainReading) else reading
