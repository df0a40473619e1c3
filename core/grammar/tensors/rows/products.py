"""Products, the rest of algebra, and losses."""

from __future__ import annotations

from math import prod

from core.expression.tree import number
from core.grammar.refusal import Refusal, clip
from core.grammar.tensors.builder import ONE, ZERO, Value, constant
from core.grammar.tensors.rows.call import Call, Row, Rows, unexpected
from core.tensors.program import Shape
from core.tensors.shapes import ShapeError, broadcast, written


def _plain(op: str, *names: str) -> Row:
    """An operation that has no options."""
    return lambda call: call.emit(op, *(call.tensor(name) for name in names))


def _pair(op: str) -> Row:
    """An operation on two operands, told of as an operator is."""

    def row(call: Call) -> Value:
        left, right = call.tensor("x"), call.tensor("y")
        try:
            return call.emit(op, left, right)
        except ShapeError as error:
            raise call.typist.misfit(error, (left, right), (), call.span) from None

    return row


def _dot(call: Call) -> Value:
    """torch.dot is of vectors; NumPy's, and what people write without saying whose it is, of matrices too."""
    is_of_vectors = len(call.tensor("x").shape) == len(call.tensor("y").shape) == 1 or call.module.startswith("torch")
    return _pair("dot" if is_of_vectors else "matmul")(call)


def _loss(head: str) -> Row:
    """A mean over entries that is told in others."""

    def row(call: Call) -> Value:
        left, right = call.tensor("x"), call.tensor("y")
        return _summed(call, call.told(head, left, right), prod(broadcast((left.shape, right.shape))))

    return row


def _summed(call: Call, mean: Value, count: int) -> Value:
    """A loss as it is, or with reduction="sum" the sum that it is the mean of."""
    if not call.has("reduction"):
        return mean
    word = call.given["reduction"].text.strip("'\"")
    if word not in ("mean", "sum"):
        raise unexpected(call, "reduction")
    return call.entrywise("*", constant(number(count)), mean) if word == "sum" else mean


def _linear(call: Call) -> Value:
    names = ("x", "W", "b") if call.has("b") else ("x", "W")
    return call.told(f"linear({', '.join(names)})", *map(call.tensor, names))


def _attention(call: Call) -> Value:
    values = [call.tensor(name) for name in ("q", "k", "u")]
    call.only("dropout_p", 0)
    if call.flag("is_causal"):
        return call.told("attention(q, k, u, causal)", *values, constant(ONE))
    if not call.has("attn_mask"):
        return call.told("attention(q, k, u)", *values)
    mask = call.value("attn_mask")
    return call.told(f"attention(q, k, u, {'kept' if mask.mask else 'added'})", *values, mask)


def _squared_error(call: Call) -> Value:
    left, right = call.tensor("x"), call.tensor("y")
    if left.shape != right.shape:
        call.typist.remark_stretched(left, right, call.span)
    mean = _pair("mse")(call)
    return _summed(call, mean, prod(broadcast((left.shape, right.shape))))


def _cross_entropy(call: Call) -> Value:
    """Of classes that are written out, or of probabilities in the shape of z."""
    value = call.tensor("x")
    targets = _classes(call, value.shape)
    if targets is None:
        mean = call.told("cross_entropy(x, y)", value, call.tensor("y"))
    else:
        mean = call.emit("cross_entropy", value, targets=targets)
    return _summed(call, mean, prod(value.shape[:-1]))


def _classes(call: Call, shape: Shape) -> tuple[int, ...] | None:
    """The targets as whole numbers, None where they are probabilities."""
    targets = call.value("y")
    if targets.is_constant and len(targets.shape) < max(len(shape), 1):
        return tuple(call.typist.whole(constant(entry), call.given["y"]) for entry in targets.entries)
    if targets.shape != shape:
        name = clip(call.typist.echo(call.term).partition("(")[0])
        raise Refusal("targets_expected", call.typist.place(call.given["y"]), name=name)
    return None


def _likelihood(call: Call) -> Value:
    value = call.tensor("x")
    targets = _classes(call, value.shape) or ()
    *rows, classes = value.shape or (1,)
    if len(targets) != prod(rows):
        raise ShapeError("wrong_target_count", shape=written(value.shape), rows=prod(rows), count=len(targets))
    if wrong := [target for target in targets if not 0 <= target < classes]:
        raise ShapeError("no_such_class", target=wrong[0], last=classes - 1)
    entries = tuple(ONE if target == at else ZERO for target in targets for at in range(classes))
    return _summed(call, call.told("nll_loss(x, y)", value, Value(value.shape, entries=entries)), prod(rows))


ROWS: Rows = {
    "matmul": ("x y", 2, _pair("matmul")),
    "dot": ("x y", 2, _dot),
    "outer": ("x y", 2, _pair("outer")),
    "trace": ("x", 1, _plain("trace", "x")),
    "det": ("x", 1, _plain("det", "x")),
    "inverse": ("x", 1, _plain("inverse", "x")),
    "linear": ("x W b", 2, _linear),
    "attention": ("q k u attn_mask dropout_p is_causal", 3, _attention),
    "mse_loss": ("x y reduction", 2, _squared_error),
    "cross_entropy": ("x y reduction", 2, _cross_entropy),
    "nll_loss": ("x y reduction", 2, _likelihood),
    **{
        name: ("x y reduction", 2, _loss(f"{name}(x, y)"))
        for name in ("l1_loss", "smooth_l1_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
    },
}
