"""Entries in other places: reshape, cat and stack, triangles and masks, kernels that move over a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from core.grammar.refusal import Refusal, clip
from core.grammar.tensors.builder import Value
from core.grammar.tensors.rows.call import Call, Row, Rows, is_none
from core.grammar.tensors.rows.constants import identity
from core.grammar.tensors.term import Term
from core.tensors.program import Shape
from core.tensors.shapes import ShapeError, broadcast, written


def _transpose(call: Call) -> Value:
    return call.typist.member(Term("member", (call.given["x"],), "T", (), call.term.span))


def _reshape(call: Call) -> Value:
    value, sides = call.tensor("x"), call.sides()
    open_sides = sides.count(-1)
    known = prod(side for side in sides if side != -1)
    if open_sides == 1 and known > 0:
        sides[sides.index(-1)] = prod(value.shape) // known
    if min(sides, default=1) < 1:
        raise Refusal("unexpected", call.span, found=clip(call.typist.echo(call.term)))
    return call.reshaped(value, sides)


def _flatten(call: Call) -> Value:
    value = call.tensor("x")
    if call.dim(value.shape) == 1:
        return value
    return call.reshaped(value, (prod(value.shape),))


def _squeeze(call: Call) -> Value:
    value = call.tensor("x")
    dim = call.dim(value.shape)
    kept = [side for at, side in enumerate(value.shape) if side != 1 or (dim is not None and at != dim)]
    return call.reshaped(value, kept)


def _unsqueeze(call: Call) -> Value:
    value = call.tensor("x")
    at = call.typist.dimension(call.given["dim"], value.shape, new=True)
    return call.reshaped(value, (*value.shape[:at], 1, *value.shape[at:]))


def _parts(call: Call) -> list[Value]:
    term = call.given["x"]
    if term.kind != "list" or not term.args:
        raise Refusal("unexpected", call.typist.place(term), found=clip(call.typist.echo(term)))
    return [call.typist.number(call.typist.one(each), call.term) for each in term.args]


def _joined(op: str, dim: int, parts: Sequence[Value], call: Call) -> Value:
    try:
        return call.emit(op, *parts, dim=dim)
    except ShapeError as error:
        at = next((at for at, part in enumerate(parts) if not _alike(part.shape, parts[0].shape, op, dim)), -1)
        raise call.typist.misfit(error, (parts[0], parts[at]), (), call.span) from None


def _alike(one: Shape, other: Shape, op: str, dim: int) -> bool:
    if op == "stack":
        return one == other
    return len(one) == len(other) and (*one[:dim], *one[dim + 1 :]) == (*other[:dim], *other[dim + 1 :])


def _cat(call: Call) -> Value:
    parts = _parts(call)
    dim = call.typist.dimension(call.given["dim"], parts[0].shape) if call.has("dim") else 0
    return _joined("cat", dim, parts, call)


def _stack(call: Call) -> Value:
    parts = _parts(call)
    dim = call.typist.dimension(call.given["dim"], parts[0].shape, new=True) if call.has("dim") else 0
    return _joined("stack", dim, parts, call)


def _beside(of_vectors: tuple[str, int], of_matrices: tuple[str, int]) -> Row:
    """hstack, vstack, column_stack: what is done with vectors, and what with matrices."""

    def row(call: Call) -> Value:
        parts = _parts(call)
        op, dim = of_vectors
        parts = [part if part.shape else call.reshaped(part, (1,)) for part in parts]
        if any(len(part.shape) == 2 for part in parts):
            op, dim = of_matrices
            parts = [_as_matrix(part, of_vectors, call) for part in parts]
        return _joined(op, dim, parts, call)

    return row


def _as_matrix(part: Value, of_vectors: tuple[str, int], call: Call) -> Value:
    """Beside matrices a vector is a row to vstack and a column to column_stack."""
    if len(part.shape) == 2 or of_vectors[0] == "cat":
        return part
    return call.reshaped(part, (1, prod(part.shape)) if of_vectors[1] == 0 else (prod(part.shape), 1))


def _diagonal(call: Call) -> Value:
    value = call.tensor("x")
    if len(value.shape) == 1:
        return call.entrywise("*", value, identity(value.shape[0], value.shape[0]))
    if len(value.shape) != 2:
        raise ShapeError("matrix_expected", shape=written(value.shape))
    across = Term("number", text=str(int(value.shape[0] <= value.shape[1])))
    return call.typist.defined("diagonal(x, eye, dim)", (value, identity(*value.shape), across), call.term)


def _triangle(op: str) -> Row:
    return lambda call: call.emit(op, call.tensor("x"), diagonal=call.integer("diagonal", 0))


def _masked(call: Call) -> Value:
    value, mask, fill = call.tensor("x"), call.value("mask"), call.value("fill")
    if not mask.mask:
        raise call.typist.mask_expected(call.given["mask"], "masked_fill")
    try:
        broadcast((value.shape, mask.shape))
    except ShapeError as error:
        raise call.typist.misfit(error, (value, mask), (), call.span) from None
    if mask.shape != value.shape:
        call.typist.remark_stretched(value, mask, call.span)
    if fill.shape or not fill.is_constant or mask.shape != value.shape:
        return call.typist.entrywise("where", (mask, fill, value), call.span)
    return call.emit("masked_fill", value, mask, value=fill.entries[0])


def _convolution(op: str) -> Row:
    def row(call: Call) -> Value:
        given = {name: _bare(call.given[name]) for name in ("x", "y")}
        is_batch = given["x"] is not call.given["x"] and given["y"] is not call.given["y"]  # F.conv2d(x[None, None], …)
        if is_batch:
            call = call._replace(given={**call.given, **given})
        value, kernel = call.tensor("x"), call.tensor("y")
        call.only("stride", 1)
        try:
            result = call.emit(op, value, kernel, padding=_padding(call, kernel.shape))
        except ShapeError as error:
            raise call.typist.misfit(error, (value, kernel), (), call.span) from None
        whole = call.entrywise("+", result, call.tensor("b")) if call.has("b") else result
        return replace(whole, batch=is_batch)

    return row


def _bare(term: Term) -> Term:
    """x of x[None, None]: torch's convolutions have a batch and channels, here of one."""
    places = term.args[1:]
    is_batch = term.kind == "index" and len(places) == 2 and all(map(is_none, places))
    return term.args[0] if is_batch else term


def _padding(call: Call, kernel: Shape) -> str:
    """ "same" keeps the size; a number does so where it is half of what the kernel takes away."""
    if not call.has("padding"):
        return "valid"
    term = call.given["padding"]
    word = term.text.strip("'\"") if term.kind == "string" else ""
    if word in ("valid", "same"):
        return word
    width = call.typist.integer(term) if term.kind != "string" else -1
    if width and any(side != 2 * width + 1 for side in kernel):
        raise Refusal("unexpected", call.typist.place(term), found=clip(call.typist.echo(term)))
    return "same" if width else "valid"


ROWS: Rows = {
    "transpose": ("x *", 1, _transpose),
    "reshape": ("x *", 1, _reshape),
    "flatten": ("x dim", 1, _flatten),
    "squeeze": ("x dim", 1, _squeeze),
    "unsqueeze": ("x dim", 2, _unsqueeze),
    "cat": ("x dim", 1, _cat),
    "stack": ("x dim", 1, _stack),
    "hstack": ("x", 1, _beside(("cat", 0), ("cat", 1))),
    "vstack": ("x", 1, _beside(("stack", 0), ("cat", 0))),
    "column_stack": ("x", 1, _beside(("stack", 1), ("cat", 1))),
    "diag": ("x", 1, _diagonal),
    "tril": ("x diagonal", 1, _triangle("tril")),
    "triu": ("x diagonal", 1, _triangle("triu")),
    "masked_fill": ("x mask fill", 3, _masked),
    "conv1d": ("x y b stride padding", 2, _convolution("conv1d")),
    "conv2d": ("x y b stride padding", 2, _convolution("conv2d")),
}
