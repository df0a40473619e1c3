"""One card derived by SymPy: the code runs, and its numbers are the card's."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.calculus import worker
from core.code.sympy import card_source
from core.expression.tree import Node, number
from core.tensors.program import Input, Line, Program
from core.tensors.pullbacks import jacobian
from core.tensors.values import evaluate

LAYER = Program(
    (Input("x", (2, 2)), Input("W", (2, 2)), Input("b", (2,))),
    (Line("matmul", (0, 1), (2, 2)), Line("+", (3, 2), (2, 2), name="z"), Line("softmax", (4,), (2, 2), (("dim", 1),))),
)
LENGTH = (Line("matmul", (0, 0), ()), Line("sqrt", (1,), ()), Line("tanh", (0,), (2,)), Line("*", (2, 3), (2,)))
QUADRATIC = Program((Input("x", (2,)),), LENGTH)
CROSS = Program((Input("z", (2, 3)),), (Line("cross_entropy", (0,), (), (("targets", (0, 2)),)),))


@pytest.mark.parametrize(("program", "output", "wrt"), [(LAYER, 1, 1), (LAYER, 2, 2), (QUADRATIC, 1, 0), (CROSS, 0, 0)])
def test_what_sympy_derives_of_a_card_is_the_card(program: Program, output: int, wrt: int) -> None:
    shapes = program.shapes[: len(program.inputs)]
    point = [[_tree(3 * k + 2 * j - 1) for j in range(int(np.prod(shape)))] for k, shape in enumerate(shapes)]
    floats = [np.array(list(map(_value, trees))).reshape(shape) for trees, shape in zip(point, shapes, strict=True)]
    ran = worker.derivation(card_source(program, output, wrt, point))
    card = jacobian(program, evaluate(program, floats), wrt).reshape(-1, *program.shapes[wrt])[output]
    derived = [float(text) for text in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", ran.printed[-1].text)]
    assert derived == pytest.approx(card.ravel().tolist(), rel=1e-9, abs=1e-12)


def _tree(value: int) -> Node:
    quarter = Node("/", (number(abs(value)), number(4)))
    return Node("neg", (quarter,)) if value < 0 else quarter


def _value(tree: Node) -> float:
    return -_value(tree.args[0]) if tree.op == "neg" else float(tree.args[0].text) / 4
