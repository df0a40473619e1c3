"""Along a dimension: sums, norms, largest entries, softmax, variances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, prod

from core.expression.tree import number
from core.grammar.refusal import Refusal
from core.grammar.tensors.builder import Value, constant
from core.grammar.tensors.rows.call import NOTHING, Call, Row, Rows, is_none, unexpected
from core.grammar.tensors.term import Term
from core.tensors.program import Option


def _reduction(op: str) -> Row:
    def row(call: Call) -> Value:
        value = call.tensor("x")
        return call.emit(op, value, dim=call.dim(value.shape), keepdim=call.flag("keepdim"))

    return row


def _along(op: str) -> Row:
    """softmax and log_softmax, over the last dimension unless told otherwise."""

    def row(call: Call) -> Value:
        value = call.tensor("x")
        return call.emit(op, value, dim=call.last(value.shape))

    return row


def _extreme(name: str, op: str) -> Row:
    """max(x), x.max(dim=1), max(x, y); max(x, 0) is entry by entry, where torch.max(x, 0) goes along a dimension."""

    def row(call: Call) -> Value:
        operands = [call.given[name] for name in ("x", "dim", "keepdim") if name in call.given and not call.named(name)]
        along = call.named("dim", "axis") or (len(operands) == 2 and (call.is_method or bool(call.module)))
        if len(operands) > 1 and not (along and _is_written_out(call, operands[1])):
            values = [call.typist.number(call.typist.one(each), call.term) for each in (*operands, *call.rest)]
            if len(values) == 2 and not call.is_method and _is_dimension(values):
                call.typist.ask_extreme(name, call.term)
            return call.typist.applied(name, values, call.term)
        value = call.tensor("x")
        pair = along and not call.named("axis", "keepdims")
        dim = call.dim(value.shape)
        return replace(call.emit(op, value, dim=dim, keepdim=call.flag("keepdim"), first=pair), pair=pair)

    return row


def _is_written_out(call: Call, term: Term) -> bool:
    number = term.args[0] if term.kind == "neg" else term
    return number.kind in ("number", "list") or call.named("dim", "axis") or is_none(term)


def _is_dimension(values: Sequence[Value]) -> bool:
    """Could the second of two values be a dimension of the first, as in torch.max(x, 0)?"""
    node = values[1].node
    return node is not None and node.op == "number" and node.text in ("0", "1")[: len(values[0].shape)]


def _shared(op: str) -> Row:
    """amax and amin: a tie is shared evenly."""

    def row(call: Call) -> Value:
        value = call.tensor("x")
        return call.emit(op, value, dim=call.dim(value.shape), keepdim=call.flag("keepdim"), first=False)

    return row


def _norm(call: Call) -> Value:
    """The 2-norm of a vector or of all entries (Frobenius); sums of sizes and the largest size are told in others."""
    value, order = call.tensor("x"), _order(call)
    options: dict[str, Option] = {"dim": call.dim(value.shape), "keepdim": call.flag("keepdim")}
    if order == 2:
        return call.emit("norm", value, **options)
    sizes = call.entrywise("abs", value)
    return call.emit("sum", sizes, **options) if order == 1 else call.emit("max_over", sizes, **options, first=False)


def _order(call: Call) -> float:
    if not call.has("p"):
        return 2
    term = call.given["p"]
    word = term.text.strip("'\"") if term.kind == "string" else ""
    if word in ("fro", "inf"):
        return 2 if word == "fro" else inf
    if call.value("p").entries == (inf,):
        return inf
    order = call.typist.integer(term)
    is_spectral = len(call.value("x").shape) == 2 and "linalg" in call.module and not call.has("dim")
    if order not in (1, 2) or is_spectral:
        raise unexpected(call, "p")
    return order


def _variance(call: Call) -> Value:
    """torch's has n - 1 in it, NumPy's n."""
    value = call.tensor("x")
    dim, keepdim = call.dim(value.shape), call.flag("keepdim")
    biased = call.module in ("np", "numpy", "jnp") or not call.flag("unbiased", default=True)
    count = prod(value.shape) if dim is None else value.shape[dim]
    divisor = count - call.integer("correction", 0 if biased else 1)
    if divisor < 1:
        raise Refusal("division_by_zero", call.span, expression=f"{count} - {count - divisor}")
    along = NOTHING if dim is None else Term("number", text=str(dim))
    kept = Term("keyword", text=str(keepdim))
    return call.typist.defined("var(x, n, dim, keepdim)", (value, constant(number(divisor)), along, kept), call.term)


def _deviation(call: Call) -> Value:
    return call.entrywise("sqrt", _variance(call))


def _normalized(call: Call) -> Value:
    value = call.tensor("x")
    if call.has("normalized_shape") and call.numbers((call.given["normalized_shape"],)) != [*value.shape[-1:]]:
        raise unexpected(call, "normalized_shape")
    worth = call.typist.builder.worth(call.value("eps")) if call.has("eps") else None
    result = call.emit("layer_norm", value, eps=worth.value if worth else 1e-5)
    for name, op in (("W", "*"), ("b", "+")):
        if call.has(name):
            result = call.entrywise(op, result, call.tensor(name))
    return result


def _with_dim(head: str, *names: str) -> Row:
    """A definition along a dimension, the last one unless another is told."""

    def row(call: Call) -> Value:
        values = [call.tensor(name) for name in names]
        call.only("p", 2)
        dim = Term("number", text=str(call.last(values[0].shape)))
        return call.typist.defined(head, (*values, dim), call.term)

    return row


ROWS: Rows = {
    **{op: ("x dim keepdim", 1, _reduction(op)) for op in ("sum", "mean", "prod", "logsumexp")},
    **{name: ("x dim", 1, _along(name)) for name in ("softmax", "log_softmax")},
    "max": ("x dim keepdim *", 1, _extreme("max", "max_over")),
    "min": ("x dim keepdim *", 1, _extreme("min", "min_over")),
    "amax": ("x dim keepdim", 1, _shared("max_over")),
    "amin": ("x dim keepdim", 1, _shared("min_over")),
    "norm": ("x p dim keepdim", 1, _norm),
    "var": ("x dim unbiased keepdim correction", 1, _variance),
    "std": ("x dim unbiased keepdim correction", 1, _deviation),
    "layer_norm": ("x normalized_shape W b eps", 1, _normalized),
    "softmin": ("x dim", 1, _with_dim("softmin(x, dim)", "x")),
    "normalize": ("x p dim", 1, _with_dim("normalize(x, dim)", "x")),
    "cosine_similarity": ("x y dim", 2, _with_dim("cosine_similarity(x, y, dim)", "x", "y")),
}
