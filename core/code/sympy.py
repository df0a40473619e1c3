"""The derivation as SymPy code: what a reader could paste into a notebook. No SymPy in here: this is text.

The inputs are the elements of one list, so the code holds numbers, operators, ``x[0]`` and SymPy's own names; a
reader's names occur only as the texts that SymPy prints. ``core.calculus.worker`` runs exactly this.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from core.code.transcript import Vocabulary
from core.expression.operations import FUNCTIONS
from core.expression.text import to_text
from core.expression.tree import LEAVES, WEIGHT_LETTERS, Node, free_letter
from core.numbers.floats import evaluate
from core.numbers.precise import value
from core.tensors.letters import entries, full
from core.tensors.program import Program

# op -> SymPy; {0}, {1}, … are the arguments
OPERATIONS: dict[str, str] = {
    **{name: operation.sympy for name, operation in FUNCTIONS.items()},
    "==": "sp.Eq({0}, {1})",
    "!=": "sp.Ne({0}, {1})",
}
POWER_OF_ZERO = "sp.Piecewise((0, {0} > 0), (1, sp.Eq({0}, 0)))"  # SymPy's own slope of 0**x is 0*log(0), which is nan
CONSTANTS = {"pi": "sp.pi"}

ALGEBRAIC = ("neg", "+", "-", "*", "/", "sqrt", "abs", "relu", "max", "min", "where")  # they keep rationals rational
MAX_BITS = 4000  # of a number that SymPy writes out: 1,200 digits
DIGITS = 30  # of a coordinate in their place: powers of it lose a few

MATMUL_NAMES = ("a", "b", "c", "at_a", "at_b", "at_v", "element", "weight", "a_grad", "b_grad")

VOCABULARY = Vocabulary(
    modules={"sympy": "sp"},
    names=frozenset({"sp", "print", "x", "y", "J", "v", "vJ", "at", "at_x", "dict", "zip", *MATMUL_NAMES}),
    attributes=frozenset(
        {
            *"N symbols Matrix jacobian subs zeros T diff Rational".split(),
            *(name for text in (*OPERATIONS.values(), *CONSTANTS.values()) for name in re.findall(r"sp\.(\w+)", text)),
        }
    ),
    keywords=frozenset({"real"}),
    builtins=("dict", "zip"),
    texts=True,
)


def vector_source(
    outputs: Sequence[Node], inputs: Sequence[str], point: Sequence[Node], cotangent: Sequence[Node]
) -> str:
    """The complete listing: the Jacobian, vᵀJ with symbolic weights, both substituted.

    ``point`` and ``cotangent`` are the numbers as they were read (trees without names).
    """
    numbers = coordinates(outputs, inputs, point)
    places = {name: f"x[{j}]" for j, name in enumerate(inputs)}
    rows = "".join(f"    {expression(node, places)},\n" for node in outputs)
    letter = free_letter(WEIGHT_LETTERS, inputs)
    weights = ", ".join(f'"{letter}{i + 1}"' for i in range(len(outputs)))
    return f"""\
import sympy as sp

x = sp.symbols([{", ".join(f'"{name}"' for name in inputs)}], real=True)
y = sp.Matrix([
{rows}])
J = y.jacobian(x)
print(J)

v = sp.symbols([{weights}])
vJ = sp.Matrix([v]) * J
print(vJ)

at = dict(zip(x, {numbers}))
at_v = dict(zip(v, {constant_list(cotangent)}))
print(J.subs(at))
print(vJ.subs(at).subs(at_v))
"""


def matmul_source(a: Sequence[Sequence[Node]], b: Sequence[Sequence[Node]], v: Sequence[Sequence[Node]]) -> str:
    """The complete listing for c = a·b: each ∂c_ij/∂b and ∂c_ij/∂a, their sums weighted by v, all substituted.

    The matrices hold the numbers as they were read (trees without names): a (m, k), b (k, n), v (m, n).
    """
    matrices = {"a": a, "b": b, "v": v}
    letters = "".join(_letters(letter, matrix) for letter, matrix in matrices.items())
    numbers = "".join(
        f"at_{letter} = dict(zip({letter}, {constant_list([entry for row in matrix for entry in row])}))\n"
        for letter, matrix in matrices.items()
    )
    return f"""\
import sympy as sp

{letters}c = a * b
print(c)

{numbers}
b_grad = sp.zeros({len(b)}, {len(b[0])})
for element, weight in zip(c, v):        # dC/dB, one small matrix for each element of c
    print(element.diff(b))
    print(element.diff(b).subs(at_a))
    b_grad = b_grad + weight * element.diff(b)
print(b_grad)
print(b_grad == a.T * v)
print(b_grad.subs(at_a).subs(at_v))

a_grad = sp.zeros({len(a)}, {len(a[0])})
for element, weight in zip(c, v):        # dC/dA, in the same way
    print(element.diff(a))
    print(element.diff(a).subs(at_b))
    a_grad = a_grad + weight * element.diff(a)
print(a_grad)
print(a_grad == v * b.T)
print(a_grad.subs(at_b).subs(at_v))
"""


def card_source(program: Program, output: int, wrt: int, point: Sequence[Sequence[Node]]) -> str:
    """The complete listing for one card: one output of a program, counted row by row, by every entry of an input.

    ``point`` holds the numbers of every input as they were read (trees without names), row by row. It prints the output
    in the entries of the inputs, its derivatives, and these at the point, exactly and as decimals. Raises ProblemError
    where the output is too long to be written out.
    """
    names = [entries(value.name, value.shape) for value in program.inputs]
    others = [k for k in range(len(names)) if k != wrt]
    letters = {"x": names[wrt]} | ({"a": [name for k in others for name in names[k]]} if others else {})
    numbers = {"x": point[wrt], "a": [tree for k in others for tree in point[k]]}
    places = {name: f"{letter}[{j}]" for letter, found in letters.items() for j, name in enumerate(found)}
    symbols = "".join(
        f"{letter} = sp.symbols([{', '.join(_quoted(name) for name in found)}], real=True)\n"
        for letter, found in letters.items()
    )
    known = "".join(f"at_{letter} = dict(zip({letter}, {constant_list(numbers[letter])}))\n" for letter in letters)
    return f"""\
import sympy as sp

{symbols}
y = {expression(full(program, output), places)}
print(y)

J = sp.Matrix([y]).jacobian(x)           # one card, its entries row by row
print(J)

{known}J = J{"".join(f".subs(at_{letter})" for letter in letters)}
print(J)
print(sp.N(J))
"""


def _quoted(name: str) -> str:
    return f'"{name}"'


def _letters(letter: str, matrix: Sequence[Sequence[Node]]) -> str:
    """``a = sp.Matrix([sp.symbols(["a11", "a12"]), sp.symbols(["a21", "a22"])])``"""
    names = [[f'"{letter}{i + 1}{j + 1}"' for j in range(len(row))] for i, row in enumerate(matrix)]
    rows = ", ".join(f"sp.symbols([{', '.join(row)}])" for row in names)
    return f"{letter} = sp.Matrix([{rows}])\n"


def constant_list(numbers: Sequence[Node], digits: int | None = None) -> str:
    """Constants as a list that SymPy reads, with ``digits`` as decimals."""
    texts = [expression(node, {}) for node in numbers]
    return f"[{', '.join(texts if digits is None else (f'sp.N({text}, {digits})' for text in texts))}]"


def coordinates(outputs: Sequence[Node], inputs: Sequence[str], point: Sequence[Node]) -> str:
    """A point as a list that SymPy reads: exactly, or as decimals where a power would be thousands of digits long."""
    places = dict(zip(inputs, point, strict=True))
    long = max((_bits(node, places) for node in outputs), default=0.0) > MAX_BITS
    return constant_list(point, DIGITS if long else None)


def _bits(node: Node, places: Mapping[str, Node]) -> float:
    """About how many bits SymPy needs for the value of a tree, where that is a rational or the root of one."""
    if node.op == "name":
        return _bits(places[node.text], {})
    if node.op == "number":
        q = Fraction(node.text)
        return q.numerator.bit_length() + q.denominator.bit_length()
    bits = [_bits(arg, places) for arg in node.args]
    if node.op == "^":
        exponent = evaluate(node.args[1], {name: value(tree) for name, tree in places.items()})
        return max(bits[0] * abs(exponent), bits[1]) if math.isfinite(exponent) else 0.0
    return sum(bits) if node.op in ALGEBRAIC else 0.0


def expression(node: Node, places: Mapping[str, str]) -> str:
    """The SymPy expression of a tree; ``places`` says where a variable stands ({"rho": "x[0]"})."""
    return to_text(_spelled(node, places)).replace("^", "**")


def _spelled(node: Node, places: Mapping[str, str]) -> Node:
    """The tree with leaves and calls already in SymPy's spelling, for ``to_text`` to put together."""
    if node.op in LEAVES:
        return _leaf(
            {"number": _number, "name": places.__getitem__, "constant": CONSTANTS.__getitem__}[node.op](node.text)
        )
    if node.op == "/" and all(arg.op == "number" and arg.text.isdigit() for arg in node.args):
        return _leaf(f"sp.Rational({int(node.args[0].text)}, {int(node.args[1].text)})")  # 1/3 is a float in Python
    args = tuple(_spelled(arg, places) for arg in node.args)
    if node.op == "^" and node.args[0].op == "number" and not Fraction(node.args[0].text):
        return _leaf(POWER_OF_ZERO.format(to_text(args[1])))
    if node.op not in OPERATIONS:
        return replace(node, args=args)
    texts = [to_text(arg) for arg in args]
    return _leaf(OPERATIONS[node.op].format(*texts, all=", ".join(texts)))


def _leaf(text: str) -> Node:
    return Node("name", text=text)


def _number(text: str) -> str:
    """A whole number as it is, anything else as the exact rational that SymPy should compute with."""
    q = Fraction(text)
    return str(q.numerator) if q.denominator == 1 else f"sp.Rational({q.numerator}, {q.denominator})"
