"""``python -m core explain``: the contract other programs build on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import answer

ROOT = Path(__file__).parents[2]
TEXT = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"


def test_a_vector_problem_is_answered_with_every_promised_key():
    described, code = answer(TEXT)
    assert code == 0
    assert described["inputs"] == ["x1", "x2"]
    assert described["outputs"] == ["2*x1 + x2^2", "x1^2 + 2*x2^3"]
    assert described["primal"] == [1, 2]
    assert described["cotangent"] == [2, 1]
    assert described["jacobian"] == [["2", "2*x2"], ["2*x1", "6*x2^2"]]
    assert described["jacobian_at"] == [[2, 4], [2, 24]]
    assert described["weighted_rows"] == [[4, 8], [2, 24]]
    assert described["vjp"] == [6, 32]
    assert described["checks"]["torch"] == {"vjp": [6, 32], "agrees": True}
    assert described["checks"]["finite_difference"]["agrees"] is True
    assert described["notes"] == []


def test_a_matrix_product_is_answered_with_every_promised_key():
    described, code = answer("/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=2,0,1;1,1,1&wrt=b")
    assert code == 0
    assert described["c"] == [[9, 12, 15], [19, 26, 33]]
    assert described["derivatives"][1][2] == [[0, 0, 3], [0, 0, 4]]
    assert described["contributions"][0][0] == [[2, 0, 0], [4, 0, 0]]
    assert described["grad"] == [[5, 3, 4], [8, 4, 6]]
    assert described["wrt"] == "b"
    assert described["checks"]["torch"] == {"grad": [[5, 3, 4], [8, 4, 6]], "agrees": True}


def test_a_chain_is_answered_with_both_jacobians():
    described, code = answer("/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2")
    assert code == 0
    assert described["jacobian_inner"] == [["2*x1", "1"], ["x2^2", "2*x1*x2"]]
    assert described["jacobian_outer"] == [["y2", "y1"], ["1", "2*y2"]]
    assert described["jacobian_inner_at"] == [[2, 1], [4, 4]]
    assert described["jacobian_outer_at"] == [[4, 3], [1, 8]]
    assert described["middle_cotangent"] == [6, 19]
    assert described["vjp"] == [88, 82]
    assert described["checks"]["torch"]["agrees"] is True


def test_a_note_says_which_derivative_it_is_about():
    described, _ = answer("/vjp?f=x^2;abs(x)&at=x:0")
    assert [note["message"].partition(": ")[0] for note in described["notes"]] == ["∂y₂/∂x"]


def test_infinity_and_nan_are_strings():
    described, _ = answer("/vjp?f=sqrt(x);log(x)*0&at=x:0")
    assert described["jacobian_at"][0] == ["inf"]
    json.dumps(described, allow_nan=False)


@pytest.mark.parametrize(
    ("address", "code", "field", "index", "span"),
    [
        ("/vjp?f=2*x1;sinn(x1)&at=x1:1", "unknown_function", "f", 1, [0, 4]),
        ("/vjp?f=x1&at=x1:abc", "not_a_number", "at", 0, [0, 3]),
        ("/vjp?f=x1;x2&v=1,2,3", "wrong_length", "v", None, [0, 5]),
        ("/matmul?a=1,q&b=1;2", "not_a_number", "a", 1, [0, 1]),
        ("/vjp?f=x^2&at=x", "not_a_point", "at", 0, [0, 1]),
        ("/elsewhere", "unknown_page", "address", None, [0, 10]),
    ],
)
def test_a_bad_problem_says_what_where_and_what_to_do(address, code, field, index, span):
    described, exit_code = answer(address)
    error = described["error"]
    assert exit_code == 2
    assert (error["code"], error["field"], error["index"], error["span"]) == (code, field, index, span)
    assert error["message"]


def test_a_message_is_in_the_language_of_the_address():
    english, _ = answer("/vjp?f=x%2B&lang=en")
    chinese, _ = answer("/vjp?f=x%2B&lang=zh")
    assert english["error"]["message"] != chinese["error"]["message"]


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_prints_one_object_and_exits_with_0():
    done = run("explain", TEXT, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["vjp"] == [6, 32]


def test_a_bad_problem_exits_with_2():
    done = run("explain", "/vjp?f=2*", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "unfinished"


def test_standard_input_is_answered_line_by_line_and_a_bad_line_does_not_stop_the_rest():
    done = run("explain", "-", "--json", given=f"/vjp?f=x^2&at=x:3\n/vjp?f=)(\n\n{TEXT}\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in a for a in answers] == [False, True, True, False]
    assert answers[0]["vjp"] == [6]
    assert answers[3]["vjp"] == [6, 32]
    assert done.returncode == 0


OTHERS = [
    ("/vjp?f=x%2Bv*dt", "dt", "dt", "d*t", "/vjp?f=x%2Bv*d*t&at=d:1,t:1,v:1,x:1"),
    ("/vjp?f=x;a*e^2&v=1,2", "e", "2.718…", "e", "/vjp?f=x;a*e^2&at=a:1,e:1,x:1&v=1,2"),
    ("/chain?f=2pir^2&g=y1^2", "pir", "pi*r", "pir", "/chain?f=2*pir^2&g=y1^2&at=pir:1"),
]


@pytest.mark.parametrize(("address", "text", "taken", "other", "instead"), OTHERS)
def test_explain_says_what_a_text_could_mean_as_well(
    address: str, text: str, taken: str, other: str, instead: str
) -> None:
    found, _ = answer(address)
    assert found["choices"] == [{"text": text, "taken": taken, "other": other, "address": instead}]
    assert found["address"] != instead
    assert answer(instead)[0]["address"] == instead


CELL = "x = torch.tensor([3., 1.], requires_grad=True)\nfor i in x:\n    pass\ny = x[0]*x[1]\ny.backward()"


def test_read_answers_the_link_and_each_line_of_what_was_pasted():
    done = run("read", "-", given=CELL)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["address"] == "/vjp?f=x1*x2&at=x1:3,x2:1"
    assert [line["line"] for line in told["lines"]] == [1, 2, 3, 4, 5]
    assert set(told["lines"][0]) == {"line", "text", "read", "code", "message"}
    assert told["lines"][1]["code"] == "loop"
    assert told["lines"][3]["read"] == "y = x1*x2"
    assert told["choices"] == []


def test_read_answers_a_line_for_each_line_of_standard_input():
    texts = ["x + v*cos(theta)*dt", "import os", "y = 2t\nz = y^2"]
    done = run("read", "-", "--lines", given="".join(json.dumps(text) + "\n" for text in texts))
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert set(first["choices"][0]) == {"text", "taken", "other", "address"}
    assert second["error"]["code"] == "nothing_to_show"
    assert third["address"].startswith("/chain?")


def test_read_of_a_matrix_and_of_what_cannot_be_read():
    assert json.loads(run("read", "--matrix", "-", given="torch.ones(2, 1)").stdout) == {"matrix": [["1"], ["1"]]}
    refused = run("read", "--matrix", "-", given="1 2\n3")
    assert refused.returncode == 2
    assert json.loads(refused.stdout)["error"]["code"] == "ragged"
    assert run("read", "-", given="import os").returncode == 2
