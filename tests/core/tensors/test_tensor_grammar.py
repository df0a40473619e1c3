"""Text -> a program in matrices: what is read, with which shapes, and what is refused, where and why."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.expression.text import to_text
from core.expression.tree import Node
from core.grammar.tensors import CODES, Meaning, names, read
from core.problem import ProblemError
from core.tensors.program import Program, Shape

SHAPES: dict[str, Shape] = {
    **{"a": (), "b": (2,), "c": (3,), "x": (2,), "y": (2,), "z": (3,), "t": (2, 2)},
    **{"A": (2, 2), "B": (2, 2), "W": (2, 3), "X": (3, 2), "K": (2, 1)},
}


def reading(text: str, shapes: Mapping[str, Shape] = SHAPES) -> Meaning:
    return read(text, {name: shapes[name] for name in names(text)})


def spelled(program: Program) -> str:
    """A program as nested calls: softmax((x @ W) + b)."""
    told = [value.name for value in program.inputs]
    for line in program.lines:
        args = [told[at] for at in line.args]
        options = [
            f"{name}={_option(value)}" for name, value in line.options if value is not None and value is not False
        ]
        told.append(_constant(line.told) if line.op == "constant" else f"{line.op}({', '.join([*args, *options])})")
    return told[-1]


def _constant(options: Mapping[str, object]) -> str:
    return (
        "[" + " ".join(_option(entry) for entry in options["entries"]) + "]"
        if options["shape"]
        else _option(options["entries"][0])
    )


def _option(value: object) -> str:
    return to_text(value, spaces=False) if isinstance(value, Node) else str(value).replace(" ", "")


READS = {
    # products
    "A @ x": ("matmul(A, x)", (2,)),
    "x @ W": ("matmul(x, W)", (3,)),
    "x @ y": ("matmul(x, y)", ()),
    "A x": ("matmul(A, x)", (2,)),
    "x^T A x": ("matmul(matmul(x, A), x)", ()),
    "2A": ("*(2, A)", (2, 2)),
    "a A": ("*(a, A)", (2, 2)),
    "A * x": ("*(A, x)", (2, 2)),
    "0.5 * x @ A @ x - b @ x": ("-(matmul(matmul(*(0.5, x), A), x), matmul(b, x))", ()),
    # arithmetic, entry by entry
    "softmax(x@W + c)": ("softmax(+(matmul(x, W), c), dim=0)", (3,)),
    "-A/2 + 1": ("+(/(neg(A), 2), 1)", (2, 2)),
    "A^2": ("^(A, 2)", (2, 2)),
    "A^-1": ("inverse(A)", (2, 2)),
    "relu(A) + exp(-x)": ("+(relu(A), exp(neg(x)))", (2, 2)),
    "sin(2*pi)*x": ("*(sin(2*pi), x)", (2,)),
    "log2(x)": ("/(log(x), log(2))", (2,)),
    # over entries
    "sum(A)": ("sum(A)", ()),
    "A.sum(dim=1)": ("sum(A, dim=1)", (2,)),
    "torch.mean(W, 0, keepdim=True)": ("mean(W, dim=0, keepdim=True)", (1, 3)),
    "np.sum(A, axis=-1)": ("sum(A, dim=1)", (2,)),
    "F.softmax(A, dim=0)": ("softmax(A, dim=0)", (2, 2)),
    "(x + 1).mean()": ("mean(+(x, 1))", ()),
    "x / x.norm()": ("/(x, norm(x))", (2,)),
    "||x||^2": ("^(norm(x), 2)", ()),
    "max(0, x)": ("max(0, x)", (2,)),
    "x.max()": ("max_over(x)", ()),
    # lines
    "h = relu(A x); sum(h)": ("sum(relu(matmul(A, x)))", ()),
    "h = x + 1\nh = h * 2  # twice\nreturn h.": ("*(+(x, 1), 2)", (2,)),
}


@pytest.mark.parametrize("text", READS)
def test_a_text_is_read_as_it_is_meant(text: str) -> None:
    program = reading(text).program
    assert (spelled(program), program.output) == READS[text]


# code, the text at fault, facts, suggestion
REFUSES = {
    "W @ A": ("inner_sizes_differ", "W @ A", {"left_shape": "2×3", "right_shape": "2×2", "inner": 3}, "W.T @ A"),
    "2 * (W @ A)": ("inner_sizes_differ", "W @ A", {"left": "W", "right": "A"}, "2 * (W.T @ A)"),
    "a @ x": ("scalar_operand", "a @ x", {"left_shape": "()"}, "a * x"),
    "W + x": ("no_broadcast", "W + x", {"left_shape": "2×3", "right_shape": "(2,)"}, "W + x[:, None]"),
    "W.T + A": ("no_broadcast", "W.T + A", {"left_shape": "3×2"}, None),
    "W^-1": ("not_square", "W^-1", {"shape": "2×3"}, None),
    "A.sum(dim=2)": ("no_such_dimension", "2", {"dim": 2, "last": 1}, None),
    "softmx(x)": ("unknown_function", "softmx", {}, "softmax(x)"),
    "sum(A": ("unbalanced", "(", {}, "sum(A)"),
    "x / 0": ("division_by_zero", "x / 0", {}, None),
    "": ("empty", "", {}, None),
}


@pytest.mark.parametrize("text", REFUSES)
def test_a_text_is_refused_with_its_reason_its_place_and_the_shapes(text: str) -> None:
    code, at, facts, suggestion = REFUSES[text]
    error = refusal(text)
    assert error.code == code
    assert error.span is not None
    assert text[slice(*error.span)] == at
    assert facts.items() <= error.facts.items()
    assert error.facts.get("suggestion") == suggestion


def refusal(text: str, shapes: Mapping[str, Shape] = SHAPES) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        reading(text, shapes)
    error = caught.value
    assert set(error.facts) - {"suggestion"} == set(CODES[error.code])
    if fix := error.facts.get("suggestion"):
        reading(str(fix), shapes)
    return error


def test_every_line_is_told_with_its_shape() -> None:
    meaning = reading("h = x@W + c\nsum(h)")
    assert [(told.name, told.shape) for told in meaning.told] == [("h", (3,)), ("", ())]


def test_names_are_told_in_the_order_in_which_they_appear() -> None:
    assert names("z = x@W + b; h = relu(z); mean((h - t)^2)") == ("x", "W", "b", "t")


def test_a_product_without_a_sign_is_asked_about() -> None:
    (choice,) = reading("A x").choices
    assert (choice.text, choice.taken, choice.other, choice.instead) == ("A x", "A @ x", "A * x", "A * x")
    assert reading("x^T A x").choices == ()


def test_a_vector_beside_a_column_is_remarked_upon() -> None:
    (remark,) = reading("x + K").remarks
    assert (remark.code, dict(remark.facts)["shape"]) == ("stretched", "2×2")
