"""What each function and method of matrices means, one row each; all others are applied entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf, prod
from typing import TYPE_CHECKING, NamedTuple

from core.expression.tree import Node, number
from core.grammar.definitions import ARITY, KEYWORDS
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.spelling import close
from core.grammar.tensors.builder import ONE, ZERO, Value, constant, filled
from core.grammar.tensors.spelling import FUNCTIONS, INSTEAD, REFUSED
from core.grammar.tensors.term import Term
from core.problem import Span
from core.tensors.program import Option, Shape
from core.tensors.shapes import MAX_RANK, MAX_SIDE, ShapeError, broadcast, written

if TYPE_CHECKING:
    from core.grammar.tensors.typist import Typist

IGNORED = frozenset(("dtype", "device", "requires_grad", "out", "copy", "inplace", "dropout_p"))
# what an argument is also called
SYNONYMS = {
    "axis": "dim", "axis1": "dim", "dim0": "dim", "keepdims": "keepdim", "ddof": "correction", "ord": "p",
    **dict.fromkeys(("input", "self", "a", "tensors", "arrays", "mat1"), "x"),
    **dict.fromkeys(("other", "target", "targets", "vec2", "b", "mat2", "tensor2"), "y"),
    "weight": "W", "bias": "b", "query": "q", "key": "k", "value": "u", "fill_value": "fill", "k": "diagonal",
}  # fmt: skip
_NOTHING = Term("keyword", text="None")
_WHOLE = Term("slice", (_NOTHING, _NOTHING))
Row = Callable[["Call"], Value]


class Call(NamedTuple):
    """A call with its arguments in their places: what was given by name or by place, and what else."""

    typist: Typist
    term: Term
    given: Mapping[str, Term]
    rest: tuple[Term, ...]

    @property
    def span(self) -> Span:
        return self.typist.place(self.term)

    @property
    def is_method(self) -> bool:
        return self.term.kind == "method"

    @property
    def module(self) -> str:
        """torch or np, as it is written before the function."""
        return "" if self.is_method else self.typist.echo(self.term).partition("(")[0].rpartition(".")[0]

    def named(self, *words: str) -> bool:
        """Was an argument given by one of these names?"""
        return any(word in words for word, _ in self.term.named)

    def has(self, name: str) -> bool:
        return name in self.given and not _is_none(self.given[name])

    def value(self, name: str) -> Value:
        return self.typist.one(self.given[name])

    def tensor(self, name: str) -> Value:
        """The value of an argument, a mask as numbers."""
        return self.typist.number(self.value(name), self.term)

    def integer(self, name: str, default: int) -> int:
        return self.typist.integer(self.given[name]) if self.has(name) else default

    def flag(self, name: str, default: bool = False) -> bool:
        if name not in self.given:
            return default
        term = self.given[name]
        return bool(self.typist.integer(term)) if term.kind != "keyword" else term.text == "True"

    def dim(self, shape: Shape, default: int | None = None) -> int | None:
        """Which dimension, counted from 0; None for all of them."""
        if not self.has("dim"):
            return default if shape else None
        term = self.given["dim"]
        dims = {self.typist.dimension(each, shape) for each in (term.args if term.kind == "list" else (term,))}
        if not shape or len(dims) == len(shape) > 1:
            return None
        if len(dims) != 1:
            raise Refusal("unexpected", self.typist.place(term), found=clip(self.typist.echo(term)))
        return dims.pop()

    def last(self, shape: Shape) -> int:
        """A dimension, the last one unless another is told."""
        if not shape:
            raise ShapeError("vector_expected", shape=written(shape))
        return self.dim(shape, len(shape) - 1) or 0

    def emit(self, op: str, *args: Value, **options: Option) -> Value:
        return self.typist.builder.emit(op, args, self.span, **options)

    def entrywise(self, op: str, *args: Value) -> Value:
        return self.typist.entrywise(op, args, self.span)

    def told(self, head: str, *args: Value) -> Value:
        """What a function of core.grammar.tensors.definitions says."""
        return self.typist.defined(head, args, self.term)

    def reshaped(self, value: Value, shape: Sequence[int]) -> Value:
        """The same entries in another shape; of a constant, another constant."""
        if value.is_constant and prod(shape) == prod(value.shape) and len(shape) <= MAX_RANK:
            return replace(value, shape=tuple(shape))
        return self.emit("reshape", value, shape=tuple(shape))


def _unexpected(call: Call, name: str) -> Refusal:
    term = call.given[name]
    return Refusal("unexpected", call.typist.place(term), found=clip(call.typist.echo(term)))


def _is_none(term: Term) -> bool:
    return term.kind == "keyword" and term.text == "None"


# ── Along a dimension ────────────────────────────────────────────────────────────────────────────────────


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
    if term.kind in ("number", "neg"):
        return call.typist.one(term).node is not None
    return term.kind == "list" or call.named("dim", "axis") or _is_none(term)


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
        raise _unexpected(call, "p")
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
    along = _NOTHING if dim is None else Term("number", text=str(dim))
    kept = Term("keyword", text=str(keepdim))
    return call.typist.defined("var(x, n, dim, keepdim)", (value, constant(number(divisor)), along, kept), call.term)


def _deviation(call: Call) -> Value:
    return call.entrywise("sqrt", _variance(call))


def _normalized(call: Call) -> Value:
    value = call.tensor("x")
    if call.has("normalized_shape") and _numbers(call, (call.given["normalized_shape"],)) != [*value.shape[-1:]]:
        raise _unexpected(call, "normalized_shape")
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
        dim = Term("number", text=str(call.last(values[0].shape)))
        return call.typist.defined(head, (*values, dim), call.term)

    return row


# ── Products and losses ──────────────────────────────────────────────────────────────────────────────────


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
        raise _unexpected(call, "reduction")
    return call.entrywise("*", constant(number(count)), mean) if word == "sum" else mean


def _linear(call: Call) -> Value:
    names = ("x", "W", "b") if call.has("b") else ("x", "W")
    return call.told(f"linear({', '.join(names)})", *map(call.tensor, names))


def _attention(call: Call) -> Value:
    values = [call.tensor(name) for name in ("q", "k", "u")]
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


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────


def _transpose(call: Call) -> Value:
    return call.typist.member(Term("member", (call.given["x"],), "T", (), call.term.span))


def _sides(call: Call) -> list[int]:
    """A shape that is written out as (2, 3) or 2, 3."""
    return _numbers(call, call.rest)


def _numbers(call: Call, terms: Sequence[Term]) -> list[int]:
    if len(terms) == 1 and terms[0].kind == "list":
        terms = terms[0].args
    if len(terms) == 1 and call.typist.one(terms[0]).shape:  # zeros(x.shape)
        nodes = [constant(entry) for entry in call.typist.one(terms[0]).entries]
        return [call.typist.whole(node, terms[0]) for node in nodes]
    return [call.typist.integer(term) for term in terms]


def _reshape(call: Call) -> Value:
    value, sides = call.tensor("x"), _sides(call)
    open_sides = sides.count(-1)
    known = prod(side for side in sides if side != -1)
    if open_sides == 1 and known > 0:
        sides[sides.index(-1)] = prod(value.shape) // known
    if min(sides, default=1) < 1:
        raise Refusal("unexpected", call.span, found=clip(call.typist.echo(call.term)))
    return call.reshaped(value, sides)


def _flatten(call: Call) -> Value:
    value = call.tensor("x")
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
        return call.entrywise("*", value, _identity(value.shape[0], value.shape[0]))
    if len(value.shape) != 2:
        raise ShapeError("matrix_expected", shape=written(value.shape))
    across = Term("number", text=str(int(value.shape[0] <= value.shape[1])))
    return call.typist.defined("diagonal(x, eye, dim)", (value, _identity(*value.shape), across), call.term)


def _triangle(op: str) -> Row:
    return lambda call: call.emit(op, call.tensor("x"), diagonal=call.integer("diagonal", 0))


def _masked(call: Call) -> Value:
    value, mask, fill = call.tensor("x"), call.value("mask"), call.value("fill")
    if not mask.mask:
        raise mask_expected(call.typist, call.given["mask"], "masked_fill")
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
        value, kernel = call.tensor("x"), call.tensor("y")
        if call.integer("stride", 1) != 1:
            raise _unexpected(call, "stride")
        try:
            result = call.emit(op, value, kernel, padding=_padding(call, kernel.shape))
        except ShapeError as error:
            raise call.typist.misfit(error, (value, kernel), (), call.span) from None
        return call.entrywise("+", result, call.tensor("b")) if call.has("b") else result

    return row


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


# ── Constants ────────────────────────────────────────────────────────────────────────────────────────────


def _literal(call: Call) -> Value:
    """torch.tensor([[1, 2], [3, 4]])"""
    return call.value("x")


def _float(call: Call) -> Value:
    """float("-inf"), x.float()"""
    term = call.given["x"]
    if term.kind != "string":
        return call.tensor("x")
    word = term.text.strip("'\" ").lower()
    if word.lstrip("+-") not in ("inf", "infinity"):
        raise Refusal("not_finite", call.typist.place(term), expression=clip(term.text))
    return constant(-inf if word[0] == "-" else inf)


def _filled(entry: Node) -> Row:
    return lambda call: _constant(call, _sides(call), entry)


def _like(entry: Node) -> Row:
    return lambda call: filled(call.value("x").shape, entry)


def _full(call: Call) -> Value:
    term = call.given["x"]
    sides = [call.typist.integer(each) for each in (term.args if term.kind == "list" else (term,))]
    return _constant(call, sides, call.value("fill").entries[0])


def _full_like(call: Call) -> Value:
    return filled(call.value("x").shape, call.value("fill").entries[0])


def _constant(call: Call, sides: Sequence[int], entry: Node | float) -> Value:
    if len(sides) > MAX_RANK:
        raise Refusal("too_many_dimensions", call.span, shape=clip(written(sides)), limit=MAX_RANK)
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise Refusal("tensor_too_large", call.span, shape=clip(written(sides)), limit=MAX_SIDE)
    return filled(tuple(sides), entry)


def _eye(call: Call) -> Value:
    rows = call.integer("x", 1)
    columns = call.integer("y", rows)
    _constant(call, (rows, columns), ZERO)
    return _identity(rows, columns)


def _identity(rows: int, columns: int) -> Value:
    entries = tuple(ONE if row == column else ZERO for row in range(rows) for column in range(columns))
    return Value((rows, columns), entries=entries)


def _range(call: Call) -> Value:
    numbers = range(*(call.typist.integer(term) for term in call.rest[:3])) if _steps(call) else range(0)
    _constant(call, (len(numbers),), ZERO)
    return Value((len(numbers),), entries=tuple(map(number, numbers)))


def _steps(call: Call) -> bool:
    return 1 <= len(call.rest) <= 3 and (len(call.rest) < 3 or call.typist.integer(call.rest[2]) != 0)


def _size(call: Call) -> Value:
    shape = call.value("x").shape
    if call.has("dim"):
        return constant(number(shape[call.typist.dimension(call.given["dim"], shape)] if shape else 1))
    return Value((len(shape),), entries=tuple(map(number, shape)))


def _count(call: Call) -> Value:
    return constant(number(prod(call.value("x").shape)))


def _length(call: Call) -> Value:
    return constant(number((call.value("x").shape or (1,))[0]))


def _connective(sign: str) -> Row:
    def row(call: Call) -> Value:
        names = ("x", "y") if sign != "~" else ("x",)
        terms = tuple(call.given[name] for name in names)
        return call.typist.logic(sign, [call.typist.one(term) for term in terms], replace(call.term, args=terms))

    return row


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────

# our name -> its parameters, how many of them must be given, what it means; * takes all that follow
ROWS: dict[str, tuple[str, int, Row]] = {
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
    # products
    "matmul": ("x y", 2, _pair("matmul")),
    "dot": ("x y", 2, _dot),
    "outer": ("x y", 2, _pair("outer")),
    "trace": ("x", 1, _plain("trace", "x")),
    "det": ("x", 1, _plain("det", "x")),
    "inverse": ("x", 1, _plain("inverse", "x")),
    "linear": ("x W b", 2, _linear),
    "attention": ("q k u attn_mask dropout_p is_causal", 3, _attention),
    "conv1d": ("x y b stride padding", 2, _convolution("conv1d")),
    "conv2d": ("x y b stride padding", 2, _convolution("conv2d")),
    # losses
    "mse_loss": ("x y reduction", 2, _squared_error),
    "cross_entropy": ("x y reduction", 2, _cross_entropy),
    "nll_loss": ("x y reduction", 2, _likelihood),
    **{
        name: ("x y reduction", 2, _loss(f"{name}(x, y)"))
        for name in ("l1_loss", "smooth_l1_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
    },
    # shapes
    "transpose": ("x *", 1, _transpose),
    "reshape": ("x *", 1, _reshape),
    "flatten": ("x start_dim", 1, _flatten),
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
    # constants
    "tensor": ("x", 1, _literal),
    "same": ("x", 1, _literal),
    "float": ("x", 1, _float),
    "zeros": ("*", 0, _filled(ZERO)),
    "ones": ("*", 0, _filled(ONE)),
    "full": ("x fill", 2, _full),
    "zeros_like": ("x", 1, _like(ZERO)),
    "ones_like": ("x", 1, _like(ONE)),
    "full_like": ("x fill", 2, _full_like),
    "eye": ("x y", 1, _eye),
    "arange": ("*", 0, _range),
    "size": ("x dim", 1, _size),
    "numel": ("x", 1, _count),
    "len": ("x", 1, _length),
    # conditions
    "logical_and": ("x y", 2, _connective("&")),
    "logical_or": ("x y", 2, _connective("or")),
    "logical_not": ("x", 1, _connective("~")),
}


def call(typist: Typist, term: Term) -> Value:
    """The value of a function or method with its arguments. Raises Refusal and ShapeError."""
    row = ROWS.get(term.text)
    if row is None:
        return _entrywise(typist, term)
    parameters, least, mean = row
    return mean(_bound(typist, term, parameters, least))


def _bound(typist: Typist, term: Term, parameters: str, least: int) -> Call:
    """The arguments of a call in their places."""
    names = parameters.replace("*", "").split()
    given = dict(zip(names, term.args, strict=False))
    rest = term.args[len(names) :]
    for word, value in term.named:
        name = word if word in names else SYNONYMS.get(word, word)
        if name in names and name not in given:
            given[name] = value
        elif word == "size" and "*" in parameters:
            rest = (value,)
        elif word not in IGNORED:
            raise _no_such_option(typist, word, value)
    if (rest and "*" not in parameters) or not set(names[:least]) <= given.keys():
        raise _wrong_count(typist, term, least, len(names))
    return Call(typist, term, given, rest)


def _no_such_option(typist: Typist, word: str, value: Term) -> Refusal:
    start, end = typist.place(value)
    named = typist.text.lower().rfind(word, 0, start)
    return Refusal("unexpected", (named if named >= 0 and not typist.span else start, end), found=clip(f"{word}="))


def _wrong_count(typist: Typist, term: Term, least: int, most: int) -> Refusal:
    facts: dict[str, str | int] = {"least": least, "most": most, "given": len(term.args) + len(term.named)}
    return Refusal("wrong_argument_count", typist.place(term), name=term.text, **facts)


def _entrywise(typist: Typist, term: Term) -> Value:
    """relu(x), x.exp(), clamp(x, min=0)"""
    name, places = term.text, dict(enumerate(term.args))
    for word, value in term.named:
        place = KEYWORDS.get(name, {}).get(word)
        if place is not None and place not in places:
            places[place] = value
        elif word not in IGNORED:
            raise _no_such_option(typist, word, value)
    if name == "clamp" and places.keys() == {0, 2}:
        name, places = "clamp_max", {0: places[0], 1: places[2]}
    least, most = ARITY[name]
    if not least <= len(places) <= most:
        raise _wrong_count(typist, term, least, most)
    args = [typist.one(places[at]) for at in sorted(places)]
    if name == "where" and not args[0].mask:
        raise mask_expected(typist, places[0], "where")
    return typist.applied(name, args, term)


def mask_expected(typist: Typist, mask: Term, name: str) -> Refusal:
    fixes = () if typist.span else (replaced(typist.text, mask.span, f"({typist.echo(mask)}) != 0"),)
    return Refusal("mask_expected", typist.place(mask), fixes, name=name)


def unknown(term: Term, span: Span, text: str) -> Refusal:
    """x.foo()"""
    word = term.text.lower()
    if word in INSTEAD:
        return Refusal("write_instead", span, name=clip(term.text), instead=INSTEAD[word])
    if word in REFUSED:
        return Refusal("unsupported_function", span, name=clip(term.text))
    start = term.args[0].whole[1]
    fixes = tuple(text[:start] + text[start:].replace(term.text, name, 1) for name in close(word, FUNCTIONS))
    return Refusal("unknown_function", span, fixes, name=clip(term.text))


def selected(typist: Typist, value: Value, places: Sequence[Term], term: Term) -> Value:
    """x[0], x[:, 1], x[None, 1:]"""
    lacking = len(value.shape) - sum(not _is_none(place) for place in places)
    if lacking < 0:
        last = max(len(value.shape), 1) - 1
        raise Refusal(
            "no_such_dimension", typist.place(term), dim=len(places) - 1, shape=written(value.shape), last=last
        )
    sides = iter(value.shape)
    places = [*places, *[_WHOLE] * lacking]
    at = tuple(None if _is_none(place) else _taken(typist, place, next(sides), value.shape) for place in places)
    if value.is_constant and len(value.shape) == 1 and isinstance(at[0], int) and len(at) == 1:
        return constant(value.entries[at[0]])  # x.shape[0], which may be a side or a divisor
    return typist.builder.emit("select", (typist.number(value, term),), typist.place(term), at=at)


def _taken(typist: Typist, place: Term, side: int, shape: Shape) -> int | tuple[int, int, int]:
    """A place counted from 0, or the start, end and step of a slice."""
    if place.kind != "slice":
        at = typist.integer(place)
        if not -side <= at < side:
            raise Refusal("no_such_place", typist.place(place), place=at, shape=written(shape))
        return at % side
    start, stop, step = (None if _is_none(part) else typist.integer(part) for part in (*place.args, _NOTHING)[:3])
    if step is not None and step < 1:
        raise Refusal("unexpected", typist.place(place), found=clip(typist.echo(place)))
    return slice(start, stop, step).indices(side)
