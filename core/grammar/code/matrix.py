"""A matrix that a line of code makes: torch.ones(2, 3), np.eye(2), torch.arange(6.).view(2, 3), 2*[1 2; 3 4]'."""

from __future__ import annotations

import ast
import re

from core.expression.text import to_text
from core.expression.tree import Node
from core.grammar.code import matlab, python
from core.grammar.code.expressions import value_of
from core.grammar.code.interpreter import evaluate, new_cell, tensor_of
from core.grammar.code.tensors import Tensor
from core.grammar.code.unread import UnreadError
from core.numbers.exact import value_of as number_of
from core.numbers.notation import exact_node
from core.problem import Matrix, ProblemError

MAX_TEXT = 4_000  # characters; the server itself looks at these
LIBRARY = re.compile(r"\b(?:torch|np|numpy|jnp|tf|nn|sp|sympy|tensor|array|Matrix|Tensor|Variable)\b|\[\s{0,8}\[")
HAS_CODE = re.compile(r"\w\s{0,4}\(|\.\s{0,2}T\b|[\])]\s{0,4}['*]|[*/]\s{0,4}[\[A-Za-z]|\^|-\s{0,4}\[")


def of_code(text: str) -> Matrix | None:
    """The matrix that one statement makes, None where it makes none. Raises ProblemError for several of them."""
    if len(text) > MAX_TEXT or not HAS_CODE.search(text):
        return None
    try:
        made = _made(text)
        return _matrix(made)
    except UnreadError:
        return None


def _made(text: str) -> Tensor:
    cell = new_cell()
    is_python = LIBRARY.search(text) is not None
    cell.matlab = not is_python
    statements = python.parse(text.strip()) if is_python else matlab.parse(text)
    match statements:
        case [ast.Assign(value=value)] | [ast.Expr(value=value)] | [ast.AnnAssign(value=ast.expr() as value)]:
            pass
        case _:
            raise UnreadError("not_python")
    match value:
        case ast.Call(func=ast.Attribute(attr="backward"), args=[weights]):
            value = weights
        case ast.Call(func=ast.Attribute(attr="backward"), keywords=[ast.keyword(arg="gradient", value=weights)]):
            value = weights
    if any(isinstance(node, ast.BinOp) and _is_list(node) for node in ast.walk(value)):
        raise UnreadError("not_numbers", name="")  # Python repeats a list, and a reader rather means the factor
    made = tensor_of(evaluate(cell, value))
    if any(told.code == "random_values" for told in cell.told.values()):
        raise UnreadError("needs_number", name="")
    return made


def _is_list(node: ast.BinOp) -> bool:
    return isinstance(node.left, (ast.List, ast.Tuple)) or isinstance(node.right, (ast.List, ast.Tuple))


def _matrix(made: Tensor) -> Matrix:
    shape = made.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) > 2:
        raise ProblemError("several_matrices", count=shape[0])
    width = shape[-1] if shape else 1
    texts = [_text(node) for node in made.entries]
    return tuple(tuple(texts[at : at + width]) for at in range(0, len(texts), width))


def _text(node: Node) -> str:
    """A number as it could be typed: computed, where that leaves a short exact number."""
    if value_of(node) is None:
        raise UnreadError("needs_number", name="")
    number = number_of(node)
    exact = exact_node(number)
    if exact is None and abs(number.value) > 1e300:
        raise UnreadError("not_finite_number")
    return to_text(exact if exact is not None else node, spaces=False)
