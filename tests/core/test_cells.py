"""Pasted cells: each case of tests/cases/brought.json, our own exports, and a line for every kind of thing said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from core import address as share
from core import export
from core.__main__ import answer
from core.brought import UNDERSTOOD, bring
from core.grammar.code import read
from core.kinds import complete, explain, subject
from core.kinds.tensor.problem import TensorProblem
from core.wording import examples

CASES = json.loads((Path(__file__).parents[1] / "cases" / "brought.json").read_text(encoding="utf-8"))
PASTED = [case for case in CASES if case["into"] == "paste box"]
CODE = [case for case in PASTED if case["id"].startswith(("code", "const"))]
TENSORS = [case for case in PASTED if case["id"].startswith("ten")]


def address(text: str) -> str:
    """The address of the first problem that a text can be."""
    brought = read(text)
    assert brought.candidates, [(line.text, told) for line, told in brought.lines]
    return brought.candidates[0].address


def codes(text: str) -> dict[int, str]:
    return {line.number: told.code for line, told in read(text).lines}


# ── The cases ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", CODE, ids=lambda case: case["id"])
def test_a_cell_that_somebody_brought_is_read_as_meant(case):
    found_at = address(case["text"])
    found = share.decode(found_at)
    assert not found.errors
    query = dict(parameter.split("=") for parameter in found_at.partition("?")[2].split("&"))
    if "constants" in case:
        assert query["with"] == ",".join(f"{name}:{value}" for name, value in case["constants"].items())
    if "at" in case:  # the case gives its own point
        assert {name.partition(":")[0] for name in query["at"].split(",")} == set(case["at"])
        query["at"] = ",".join(f"{name}:{value}" for name, value in case["at"].items())
    described, _ = answer(f"/{found.page}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert "error" not in described
    assert found.page == case["page"]
    if found.page == "tensor":
        assert described["wrt"] == case.get("wrt", "x")
        assert described["grad"] == case.get("grad", described["grad"])
        return
    for key in ("jacobian_at", "vjp"):
        if key in case:
            assert described[key] == pytest.approx(case[key]) if key == "vjp" else _close(described[key], case[key])
    if "v" in case:
        assert described["cotangent"] == case["v"]
    if "grad" in case:
        assert described["vjp"] == case["grad"]
    if "grads" in case:
        for wrt, grad in case["grads"].items():
            assert answer(address(case["text"]).replace("&wrt=b", f"&wrt={wrt}"))[0]["grad"] == grad


def _close(found, wanted):
    return [pytest.approx(row, abs=1e-9) for row in wanted] == found


def numbers(tensor: Any) -> str:
    """1,2;3,4"""
    rows = tensor if isinstance(tensor[0], list) else [tensor]
    return ";".join(",".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("case", TENSORS, ids=lambda case: case["id"])
def test_a_program_in_matrices_is_read_as_one_with_its_derivatives(case):
    brought = read(case["text"])
    assert (len(brought.candidates) > 1) == (case["must"] == "ask")
    assert "assumed_matrix" in {told.code for _, told in brought.lines}
    first = brought.candidates[0]
    assert (first.kind, share.decode(first.address).page) == ("tensor", case["page"])
    assert explain(share.decode(first.address).problem)  # with shapes that fit and small numbers
    given = "".join(f"&{name}={numbers(tensor)}" for name, tensor in case["inputs"].items())
    described, code = answer(f"{first.address}{given}&wrt={case['wrt']}")
    assert code == 0, described
    if "grad" in case:
        assert described["grad"] == case["grad"]
    for row, expected in zip(described["derivatives"], case.get("jacobian_at", ()), strict=False):
        assert row == pytest.approx(expected, abs=1e-9)
    assert "jacobian_at" not in case or len(described["derivatives"]) == len(case["jacobian_at"])


def test_letters_beside_one_another_are_a_product_of_matrices_or_of_numbers():
    first, other, entries = read("A x").candidates
    assert first.address == "/tensor?f=A%20x"
    assert (other.address, other.kind) == ("/vjp?f=A*x&at=A:1,x:1", "scalars")
    assert (entries.address, entries.kind) == ("/tensor?f=A*x", "instead")


WHOLE = [
    (
        "x = torch.tensor([[1., 2.], [3., 4.]])\nW = nn.Parameter(torch.tensor([[1., 0.], [0., 1.]]))\n"
        "b = torch.tensor([1., -1.], requires_grad=True)\nz = x @ W + b\nz.backward(torch.ones_like(z))\nprint(b.grad)",
        "/tensor?f=z=x@W+b&x=1,2;3,4&W=1,0;0,1&b=1,-1&wrt=b",
    ),
    ("layer_norm(x)", "/tensor?f=layer_norm(x)"),
    ("||x||^2", "/tensor?f=||x||^2"),
    (r"$x^\top A x$", r"/tensor?f=x^\top A x"),
    ("z = x @ W + b\nh = relu(z)\nloss = mean((h - t)^2)", "/tensor?f=z=x@W+b;h=relu(z);loss=mean((h-t)^2)"),
    (
        "W_1 = torch.randn(2, 2, requires_grad=True)\nx = torch.ones(2)\n(W_1 @ x).sum().backward()",
        "/tensor?f=(W_1@x).sum()&W1=1,2;3,4&x=1,1&wrt=W1",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), WHOLE)
def test_a_cell_with_matrices_is_a_program_with_its_numbers(text, wanted):
    found = address(text)
    assert unquote(found) == wanted
    assert explain(share.decode(found).problem)


ENTRIES = [
    ("a = np.array([1., 2.])\nc = (a*a).sum()\nc.backward()", "/vjp?f=a1*a1%2Ba2*a2&at=a1:1,a2:2"),
    (
        "x = torch.ones(2, requires_grad=True)\ny = x*3\ny.mean().backward()",
        "/chain?f=x1*3;x2*3&g=(y1%2By2)/2&at=x1:1,x2:1",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), ENTRIES)
def test_entry_by_entry_it_is_offered_as_well(text, wanted):
    assert wanted in [each.address for each in read(text).candidates]


SCALARS = ["x*y + 2", "max(x, y)", "sum(x, y)", "x^2 + A*y", "y = frobnicate(W @ x)\nz = t*2", "|x|", "2 x"]


@pytest.mark.parametrize("text", SCALARS)
def test_what_is_about_single_numbers_stays_so(text):
    assert {each.kind for each in read(text).candidates} & {"tensor"} == set()


def test_a_word_that_could_be_two_is_said_and_the_other_reading_is_a_choice():
    brought = bring("y = x + v*cos(theta)*dt\nx = 0, v = 2, theta = 1")
    assert share.encode(brought.problem) == "/vjp?f=x%2Bv*cos(theta)*dt&at=dt:1&with=theta:1,v:2,x:0"
    assert (brought.lines[0].code, brought.lines[0].facts["other"]) == ("could_mean", "d*t")
    assert brought.lines[0].understood
    (choice,) = brought.choices
    assert (choice.kind, choice.text, choice.taken, choice.other) == ("instead", "dt", "dt", "d*t")
    assert share.encode(choice.problem).endswith("&at=d:1,t:1&with=theta:1,v:2,x:0")


# ── Our own files ────────────────────────────────────────────────────────────────────────────────────────

OF_CELLS = [example for example in examples() if not example.address.startswith("/tensor")]  # no cell leads there yet


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
@pytest.mark.parametrize("example", OF_CELLS, ids=lambda example: example.id)
def test_what_we_export_pastes_back_to_the_link_it_came_from(example, suffix):
    problem = complete(share.decode(example.address).problem)
    text = export.export(subject(explain(problem)), suffix, export.Options())[0].decode()
    without_link = re.sub(r"/(?:vjp|chain|matmul|tensor)\?[^\s\">]+", "…", text)
    assert without_link != text
    again = complete(share.decode(address(without_link)).problem)
    if isinstance(problem, TensorProblem):  # its lines are spelled as torch spells them, and ln 2 is 0.693…
        assert isinstance(again, TensorProblem)
        assert (dict(again.inputs).keys(), again.wrt) == (dict(problem.inputs).keys(), problem.wrt)
        one, other = (answer(share.encode(each))[0] for each in (problem, again))
        for key in ("value", "grad", "derivatives"):
            np.testing.assert_allclose(other[key], one[key], rtol=1e-9, atol=1e-12)
    else:
        assert share.encode(again) == share.encode(problem)


# ── What else is understood ──────────────────────────────────────────────────────────────────────────────

READ = [
    ("x = torch.tensor(2., requires_grad=True)\ny = x**3\ny.backward()", "/vjp?f=x^3&at=x:2"),
    ("import jax\njax.grad(lambda x: jnp.tanh(x)*x)(2.0)", "/vjp?f=tanh(x)*x&at=x:2"),
    ("def f(x, y):\n    return x*y\njax.grad(f, argnums=1)(2., 3.)", "/vjp?f=2*y&at=y:3"),
    ("y, pull = jax.vjp(lambda a: jnp.sin(a), 0.5)\npull(2.0)", "/vjp?f=sin(a)&at=a:0.5&v=2"),
    ("f = lambda x: (x[0]*x[1], x[0])\njacobian(f, torch.tensor([1., 2.]))", "/vjp?f=x1*x2;x1&at=x1:1,x2:2"),
    ("x, y = symbols('x y')\ndiff(x**2*y, x)\ndiff(x**2*y, y)", "/vjp?f=x^2*y&at=x:1,y:1"),
    ("x = symbols('x')\n(x**2).diff(x).subs(x, 3)", "/vjp?f=x^2&at=x:3"),
    ("x1 = tf.Variable(3.0)\nwith tf.GradientTape() as t:\n    y = x1**2\nt.gradient(y, x1)", "/vjp?f=x1^2&at=x1:3"),
    ("f = @(x) [x(1)^2; x(1)*x(2)]", "/vjp?f=x1^2;x1*x2&at=x1:1,x2:1"),
    ("syms x y\nf = x.^2.*y;\ngradient(f, [x, y])", "/vjp?f=x^2*y&at=x:1,y:1"),
    ("In [1]: x = 2.0\nIn [2]: y = 3*x\nOut[2]: 6.0", "/vjp?f=3*x&at=x:2"),
    (
        "a = np.array([1., 2.])\nb = np.hstack([a, a[:1]])\nc = (b*b).sum()",
        "/tensor?f=b%3Dnp.hstack(%5Ba,a%5B:1%5D%5D);c%3D(b*b).sum()&a=1,2",
    ),
    ("y = 3x + 2\nz = y^2", "/chain?f=3*x%2B2&g=y1^2&at=x:1"),
    ("def f(x):\n    a, b = x\n    return a*b", "/vjp?f=x1*x2&at=x1:1,x2:1"),
    ("x = torch.randn(2, requires_grad=True)\ny = [x[i]**2 for i in range(2)]\ntorch.stack(y).backward(x)", "/vjp"),
    ("u = x + y\nw = x*y", "/vjp?f=x%2By;x*y&at=x:1,y:1"),
    ("from sympy.abc import rho\nMatrix([rho, rho**2]).jacobian([rho])", "/vjp?f=rho;rho^2&at=rho:1"),
    ("def f(x, y):\n    return x.exp() + 3*y\np = (torch.rand(2), torch.rand(2))\njacobian(f, p)", "/vjp"),
    (
        "from jax import random\nkey, k = random.split(key)\nW = random.normal(k, (2,))\ngrad(lambda W: W @ W)(W)",
        "/vjp",
    ),
    ("$$f(x,y) = \\begin{bmatrix} x^2 y \\\\ 5x \\end{bmatrix}$$", "/vjp?f=x^2*y;5*x&at=x:1,y:1"),
    ("dS/dt = -b*S\nb = 0.5", "/vjp?f=-b*S&at=S:1&with=b:0.5"),
    (
        "x = torch.ones(2, requires_grad=True)\ny = x*3\nx.grad.zero_()\ny.mean().backward()",
        "/tensor?f=y%3Dx*3;y.mean()&x=1,1&wrt=x",
    ),
    ("k = 3\nx = torch.tensor(2., requires_grad=True)\ny = k*x**k\ny.backward()", "/vjp?f=k*x^k&at=x:2&with=k:3"),
    ("lr = 0.1\ny = lr*x\nz = y**2 + lr", "/chain?f=lr*x&g=y1^2%2Blr&at=x:1&with=lr:0.1"),
    ("y1 = 7\nu = y1*x\nw = u**2*y1", "/chain?f=7*x&g=7*y1^2&at=x:1"),  # y1 is a name of ours there
    ("a = 2\nb = 2*a\nf = b*x + a", "/vjp?f=b*x%2Ba&at=x:1&with=a:2,b:2*2"),
    ("def g(x):\n    return x*2\n\ndef f(x):\n    return g(x)**2", "/vjp?f=(x*2)^2&at=x:1"),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_reads(text, wanted):
    found = address(text)
    assert found == wanted if "?" in wanted else found.startswith(wanted + "?")


SAYS = [
    ("import os\ny = x**2", 1, "import"),
    ("y = x*2\nfor i in range(3):\n    y = y*2", 2, "loop"),
    ("y = x*2\nif x > 0:\n    y = 1", 2, "branch"),
    ("class Net(nn.Module):\n    pass\ny = x*2", 1, "statement"),
    ("x = torch.tensor(2., requires_grad=True)\ny = x**2\ny.backward()\nx -= 0.1*x.grad", 4, "no_number_yet"),
    ("y = frobnicate(x)\nz = x*2", 1, "unknown_call"),
    ("y = frobnicate(x)\nz = y*2", 2, "needs_line"),
    ("x = torch.zeros(9, 9)\ny = t*2", 1, "tensor_too_large"),
    ("a = torch.ones(2, 3) @ torch.ones(2, 3)\ny = t*2", 1, "shapes_do_not_fit"),
    ("x = torch.tensor([1., 2.], requires_grad=True)\n(x*2).backward(torch.ones(3))", 2, "wrong_cotangent"),
    ("x = symbols('x')\ndiff(x**3, x, 2)\ny = x**3", 2, "second_derivative"),
    ("exec('import os')\ny = x*2", 1, "unknown_call"),
    ("__import__('os').system('touch PWNED')\ny = x*2", 1, "unknown_call"),
    ("y = torch.sin(" + "(" * 60 + "x" + ")" * 60 + ")\nz = x", 1, "too_deep_here"),
    ("def f(x):\n    return f(x)\nz = f(t)", 2, "too_deep_here"),
    ("y = torch.tensor([1e400])*x", 1, "not_finite_number"),
    ("Consider the function\ny = x*2", 1, "prose"),
]


@pytest.mark.parametrize(("text", "line", "code"), SAYS)
def test_says_of_a_line_why_it_was_not_read(text, line, code):
    assert codes(text)[line] == code
    assert code not in UNDERSTOOD


def test_a_loop_leaves_what_it_would_change_as_it_was_and_the_rest_goes_on():
    text = next(case["text"] for case in PASTED if case["id"] == "code-9")
    assert codes(text)[3] == "loop"
    program, entries = (each.address for each in read(text).candidates)
    assert program == "/tensor?f=y%3Dx*2&x=1,2,3&v=0.1,1,0.0001&wrt=x"
    assert entries == "/vjp?f=x1*2;x2*2;x3*2&at=x1:1,x2:2,x3:3&v=0.1,1,0.0001"


def test_a_text_without_a_function_is_refused_with_its_lines():
    brought = bring("import os\nos.system('true')")
    assert brought.problem is None
    assert brought.refusal.code == "nothing_to_show"
    assert [line.understood for line in brought.lines] == [False, False]


def test_the_process_answers_what_the_reader_reads():
    text = next(case["text"] for case in PASTED if case["id"] == "code-5")
    brought = bring(text)
    assert share.encode(brought.problem) == share.encode(complete(share.decode(address(text)).problem))
    assert [(choice.taken, choice.kind) for choice in brought.choices] == [("tensor", "chain"), ("tensor", "vjp")]
    assert brought.notes == ()


def test_classes_of_samples_are_written_where_they_are_used() -> None:
    cell = """
logits = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3]], requires_grad=True)
target = torch.tensor([0, 2])
loss = F.cross_entropy(logits, target)
loss.backward()
"""
    brought = bring(cell)
    assert isinstance(brought.problem, TensorProblem)
    assert brought.problem.function == "loss=F.cross_entropy(logits,[0,2])"
    assert brought.lines[-1].code == "asks_backward"
