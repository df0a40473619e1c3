"""What the functions and methods of PyTorch, NumPy, JAX, SymPy, TensorFlow and MATLAB mean here, one row each.

A function without a row is applied entry by entry, if the formula language knows it. Nothing is executed: rows build
nodes, or keep what is asked for as a Request.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce

from core.expression.tree import Node, number
from core.grammar.code.cell import Cell, Request
from core.grammar.code.expressions import ONE, ZERO, binary, call, dot, numeral, total
from core.grammar.code.tensors import (
    Tensor,
    axis,
    elementwise,
    filled,
    folded,
    item,
    joined,
    matmul,
    permuted,
    reshaped,
    scalar,
    stacked,
    tensor,
    transposed,
    written,
)
from core.grammar.code.unread import UnreadError
from core.grammar.code.values import (
    NOTHING,
    Flag,
    Function,
    Items,
    Jacobian,
    Made,
    Method,
    Named,
    Pairs,
    Text,
    Unreadable,
    Value,
)
from core.numbers.floats import evaluate

Arguments = list[Value]
Keywords = dict[str, Value]
Row = Callable[[Cell, Arguments, Keywords], Value]
MAX_RANGE = 64
LONGEST_SYMBOL = 24
IGNORED = frozenset(
    "dtype device requires_grad out name copy order inplace retain_graph create_graph allow_unused keepdim".split()
)


def apply(cell: Cell, function: Value, arguments: Arguments, keywords: Keywords) -> Value:
    """The value of a call. Raises UnreadError."""
    match function:
        case Function():
            return cell.invoke(cell, function, arguments, keywords)
        case Made(apply=made):
            return made(*arguments, **keywords)
        case Method(owner, name):
            return _library(cell, Named((name,)), [owner, *arguments], keywords)
        case Named(path):
            return _library(cell, function, arguments, keywords) if path else NOTHING
        case Tensor() if cell.matlab:
            return _element(cell, function, arguments)
        case Unreadable(name, line):
            raise UnreadError("needs_line", name=name, line=line)
    raise UnreadError("unknown_call", name="(…)")


def _library(cell: Cell, function: Named, arguments: Arguments, keywords: Keywords) -> Value:
    name = function.last.removesuffix("_") if function.last.endswith("_") and function.last != "_" else function.last
    if row := CALLS.get(function.last) or CALLS.get(name):
        try:
            return row(cell, arguments, {"": function, **keywords})
        except (IndexError, ValueError):  # a row takes the arguments that it needs
            raise UnreadError("arguments_missing", name=name) from None
    if name in ACTIVATIONS:
        return (
            Named((ACTIVATIONS[name],)) if not arguments else _entrywise(cell, ACTIVATIONS[name], arguments, keywords)
        )
    return _entrywise(cell, name, arguments, keywords)


def _entrywise(cell: Cell, name: str, arguments: Arguments, keywords: Keywords) -> Value:
    """A function of the formula language, applied to entry after entry."""
    given = {
        key: value
        for key, value in keywords.items()
        if key and key not in IGNORED and not isinstance(value, (Text, Flag))
    }
    known = [numeric(cell, argument) for argument in arguments if argument != NOTHING]
    known_keywords = {key: numeric(cell, value) for key, value in given.items() if value != NOTHING}
    if not known or None in known or None in known_keywords.values():
        _raise_unreadable(arguments)
        raise UnreadError("unknown_call", name=name)
    operands = [each for each in (*known, *known_keywords.values()) if each is not None]

    def operation(*nodes: Node) -> Node:
        return call(name, nodes[: len(known)], dict(zip(known_keywords, nodes[len(known) :], strict=True)))

    result = elementwise(operation, *operands)
    return replace(result, algebra=operands[0].algebra)


def _raise_unreadable(values: Sequence[Value]) -> None:
    for value in values:
        if isinstance(value, Unreadable):
            raise UnreadError("needs_line", name=value.name, line=value.line)


def numeric(cell: Cell, value: Value) -> Tensor | None:
    """The tensor that a value is, None for anything else."""
    match value:
        case Tensor():
            return value
        case Items():
            return stack_items(value)
    return None


def need(value: Value) -> Tensor:
    """The tensor that a value has to be."""
    match value:
        case Tensor():
            return value
        case Items():
            return stack_items(value)
        case Unreadable(name, line):
            raise UnreadError("needs_line", name=name, line=line)
        case Flag(value=truth):
            return scalar(ONE if truth else ZERO)
    raise UnreadError("not_numbers", name=value.last if isinstance(value, Named) else "")


def stack_items(value: Items) -> Tensor:
    """A list of numbers or of lists as one tensor."""
    if not value.items:
        raise UnreadError("empty_tensor")
    return stacked([need(part) for part in value.items])


def constant_of(name: Named) -> Value:
    """torch.pi, np.e, sp.E; any other name stays what it is."""
    match name.last:
        case "pi":
            return scalar(Node("constant", text="pi"))
        case "e" | "E":
            return scalar(Node("exp", (number(1),)))
        case "newaxis":
            return NOTHING
        case "inf" | "nan" | "oo":
            raise UnreadError("not_finite_number")
    return name


def assumed(cell: Cell, name: str) -> Tensor:
    """A vector or a matrix that has no value here: 1, 2, 3, … stand in it."""
    shape = cell.assumed[name]
    count = math.prod(shape)
    entries = tuple(number(k + 1) for k in range(count))
    cell.names[name] = bound = cell.bound(name, Tensor(shape, entries, grad=not name[:1].isupper()))
    cell.tell("", "assumed_shape", name=name, shape=written(shape))
    cell.by_entries = True
    assert isinstance(bound, Tensor)
    return bound


def _element(cell: Cell, owner: Tensor, arguments: Arguments) -> Value:
    """MATLAB's x(1) and A(2, 1), counted from 1."""
    places = [cell.whole(argument) - 1 for argument in arguments]
    if min(places, default=-1) < 0:
        raise UnreadError("bad_index", shape=written(owner.shape))
    if len(places) == 1 and len(owner.shape) == 2:
        owner = reshaped(transposed(owner), (-1,))
    return item(owner, places)


# ── Making tensors ───────────────────────────────────────────────────────────────────────────────────────


def _made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    made = need(arguments[0]) if arguments else need(keywords.get("data", NOTHING))
    wants = keywords.get("requires_grad") == Flag(True) or _is_tf_variable(keywords)
    return replace(made, grad=wants, factors=None)


def _is_tf_variable(keywords: Keywords) -> bool:
    function = keywords.get("", NOTHING)
    return isinstance(function, Named) and function.last in ("Variable", "Parameter") and function.path[0] != "Variable"


def _parameter(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return replace(need(arguments[0]), grad=keywords.get("requires_grad") != Flag(False), factors=None)


def _matrix(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """SymPy's: a list of numbers is a column."""
    if len(arguments) == 3:
        rows, columns = cell.whole(arguments[0]), cell.whole(arguments[1])
        return replace(reshaped(need(arguments[2]), (rows, columns)), algebra=True)
    whole = need(arguments[0])
    column = reshaped(whole, (-1, 1)) if len(whole.shape) < 2 else whole
    return replace(column, algebra=True, factors=None)


def _shape(cell: Cell, arguments: Sequence[Value], keywords: Keywords) -> tuple[int, ...]:
    given = [keywords[key] for key in ("size", "shape") if key in keywords] or arguments
    parts = given[0].items if len(given) == 1 and isinstance(given[0], Items) else given
    if len(parts) == 1 and isinstance(parts[0], Tensor) and parts[0].shape:
        parts = [scalar(node) for node in parts[0].entries]
    sides = tuple(cell.whole(part) for part in parts)
    if any(side < 0 for side in sides):
        raise UnreadError("needs_whole_number")
    return sides


def _filled(value: int) -> Row:
    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        if cell.matlab and len(arguments) == 1:
            arguments = [arguments[0], arguments[0]]
        return replace(
            filled(_shape(cell, arguments, keywords), value),
            grad=keywords.get("requires_grad") == Flag(True),
            algebra=cell.matlab,
        )

    return made


def _like(value: int) -> Row:
    return lambda cell, arguments, keywords: filled(need(arguments[0]).shape, value)


def _eye(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    rows, columns = (cell.whole(arguments[0]), cell.whole(arguments[min(1, len(arguments) - 1)]))
    zeros = replace(filled((rows, columns), 0), grad=keywords.get("requires_grad") == Flag(True))
    diagonal = {k * columns + k for k in range(min(rows, columns))}
    return replace(zeros, entries=tuple(ONE if at in diagonal else ZERO for at in range(len(zeros.entries))))


def _full(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    value = need(arguments[1] if len(arguments) > 1 else keywords.get("fill_value", NOTHING))
    return elementwise(lambda _, node: node, filled(_shape(cell, arguments[:1], keywords), 0), value)


def _range(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    numbers = [_plain(cell, argument) for argument in arguments]
    start, stop, step = ([0, *numbers, 1] if len(numbers) == 1 else [*numbers, 1])[:3]
    if not step or not 0 < (count := math.ceil((stop - start) / step)) <= MAX_RANGE:
        raise UnreadError("list_too_long", limit=MAX_RANGE)
    made = tensor((count,), [numeral(start + k * step) for k in range(count)])
    return replace(made, grad=keywords.get("requires_grad") == Flag(True))


def _linspace(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    start, stop = (_plain(cell, argument) for argument in arguments[:2])
    count = cell.whole(arguments[2] if len(arguments) > 2 else keywords.get("steps", keywords.get("num", NOTHING)))
    if not 1 < count <= MAX_RANGE:
        raise UnreadError("list_too_long", limit=MAX_RANGE)
    made = tensor((count,), [numeral(start + k * (stop - start) / (count - 1)) for k in range(count)])
    return replace(made, grad=keywords.get("requires_grad") == Flag(True))


def _plain(cell: Cell, value: Value) -> float:
    each = need(value)
    if len(each.entries) != 1:
        raise UnreadError("needs_number", name="")
    found = evaluate(cell.constant(each.entries[0]), {})
    if not math.isfinite(found) or abs(found) > 1e9:
        raise UnreadError("not_finite_number")
    return found


def _random(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """Random numbers are drawn by nobody here: 1, 2, 3, … stand for them."""
    function = keywords.get("", NOTHING)
    name = function.last if isinstance(function, Named) else ""
    if name in ("normal", "uniform"):  # jax.random.normal(key, (3,))
        arguments = [argument for argument in arguments if isinstance(argument, Items)]
    shape = need(arguments[0]).shape if name.endswith("_like") else _shape(cell, arguments, keywords)
    zeros = filled(shape, 0)
    cell.tell("", "random_values")
    counted = tuple(number(k + 1) for k in range(len(zeros.entries)))
    return replace(zeros, entries=counted, grad=keywords.get("requires_grad") == Flag(True))


def _key(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """The keys of jax.random, of which nothing is drawn."""
    count = cell.whole(arguments[1]) if len(arguments) > 1 else 2
    if not 0 < count <= MAX_RANGE:
        raise UnreadError("list_too_long", limit=MAX_RANGE)
    return Items((NOTHING,) * count)


def _symbols(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """sp.symbols('x y'), symbols("x1:4"), symbols(["r", "phi"])"""
    match arguments[0]:
        case Text(text):
            names = [name for part in text.replace(",", " ").split() for name in _ranged(part)]
        case Items(items):
            names = [part.text for part in items if isinstance(part, Text)]
        case _:
            names = []
    if not names or len(names) > MAX_RANGE or any(len(name) > LONGEST_SYMBOL for name in names):
        raise UnreadError("not_numbers", name="symbols")
    made = tuple(cell.free(name) for name in names)
    several = (
        len(made) > 1
        or isinstance(arguments[0], Items)
        or (isinstance(arguments[0], Text) and ":" in arguments[0].text)
    )
    return Items(made) if several else made[0]


def _ranged(text: str) -> list[str]:
    """x1:4 is x1, x2, x3; x:3 is x0, x1, x2."""
    head, colon, stop = text.partition(":")
    if not colon:
        return [text]
    letters = head.rstrip("0123456789")
    first = head[len(letters) :] or "0"
    if not (stop.isdigit() and first.isdigit() and len(stop) < 3 and len(first) < 3):
        raise UnreadError("not_numbers", name=text)
    return [f"{letters}{k}" for k in range(int(first), int(stop))]


def _syms(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """MATLAB's ``syms x y``: names without a value, whatever they were before."""
    for name in (argument.text for argument in arguments if isinstance(argument, Text)):
        cell.names[name] = cell.free(name)
    return NOTHING


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────


def _same(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return arguments[0] if arguments else NOTHING


def _nothing(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.tell("", "nothing_to_compute")
    return NOTHING


def _reshaped(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return reshaped(need(arguments[0]), _sides(cell, arguments[1:], keywords))


def _sides(cell: Cell, arguments: Sequence[Value], keywords: Keywords) -> tuple[int, ...]:
    given = [keywords[key] for key in ("shape", "newshape") if key in keywords] or arguments
    parts = given[0].items if len(given) == 1 and isinstance(given[0], Items) else given
    return tuple(cell.whole(part) for part in parts)


def _flat(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return reshaped(need(arguments[0]), (-1,))


def _squeezed(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    each = need(arguments[0])
    at = _axis(cell, arguments, keywords)
    kept = [side for place, side in enumerate(each.shape) if side != 1 or (at is not None and place != axis(each, at))]
    return reshaped(each, kept)


def _unsqueezed(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    each, at = need(arguments[0]), _axis(cell, arguments, keywords) or 0
    at = at % (len(each.shape) + 1)
    return reshaped(each, (*each.shape[:at], 1, *each.shape[at:]))


def _axis(cell: Cell, arguments: Arguments, keywords: Keywords) -> int | None:
    """The axis that is named, or comes second."""
    given = [keywords[key] for key in ("dim", "axis") if key in keywords] or arguments[1:2]
    return None if not given or given[0] == NOTHING else cell.whole(given[0])


def _permuted(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    each, axes = need(arguments[0]), [cell.whole(part) for part in _spread(arguments[1:])]
    if not axes:
        return transposed(each)
    if len(axes) == 2 and len(each.shape) >= 2:
        order = list(range(len(each.shape)))
        one, other = axis(each, axes[0]), axis(each, axes[1])
        order[one], order[other] = other, one
        function = keywords.get("", NOTHING)
        axes = order if isinstance(function, Named) and function.last != "permute" else axes
    return permuted(each, axes)


def _spread(arguments: Sequence[Value]) -> Sequence[Value]:
    return arguments[0].items if len(arguments) == 1 and isinstance(arguments[0], Items) else arguments


def _parts(value: Value) -> list[Tensor]:
    match value:
        case Items(items):
            return [need(part) for part in items]
        case Tensor(shape) if shape:
            return [item(value, [k]) for k in range(shape[0])]
    raise UnreadError("not_a_list")


def _stacked(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return stacked(_parts(arguments[0]), _axis(cell, arguments, keywords) or 0)


def _joined(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return joined(_parts(arguments[0]), _axis(cell, arguments, keywords) or 0)


def _side_by_side(flat: int, deep: int) -> Row:
    """hstack and its like: along ``flat`` for vectors, along ``deep`` for matrices."""

    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        parts = [part if part.shape else reshaped(part, (1,)) for part in _parts(arguments[0])]
        vectors = all(len(part.shape) == 1 for part in parts)
        if vectors and flat < 0:  # vstack: each a row
            return stacked(parts, 0)
        return joined(parts, flat if vectors else deep)

    return made


def _rows_of(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """MATLAB's [a b; c d]: rows of blocks."""
    rows = [joined([_as_block(part) for part in _parts(row)], 1) for row in unpacked_items(arguments[0])]
    return replace(joined(rows, 0), algebra=True)


def unpacked_items(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else (value,)


def _as_block(part: Tensor) -> Tensor:
    return part if len(part.shape) == 2 else reshaped(part, (1, -1))


def _diagonal(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    each = need(arguments[0])
    if len(each.shape) == 1:
        side = each.shape[0]
        zeros = filled((side, side), 0)
        return replace(
            zeros, entries=tuple(each.entries[k // side] if k % side == k // side else ZERO for k in range(side * side))
        )
    return tensor((min(each.shape),), [each.rows[k][k] for k in range(min(each.shape))])


# ── Sums and products ────────────────────────────────────────────────────────────────────────────────────


def _fold(fold: Callable[[Sequence[Node]], Node]) -> Row:
    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        cell.by_entries = True
        keep = Flag(True) in (keywords.get("keepdim"), keywords.get("keepdims"))
        return folded(need(arguments[0]), fold, _axis(cell, arguments, keywords), keep)

    return made


def _mean(nodes: Sequence[Node]) -> Node:
    return Node("/", (total(nodes), number(len(nodes)))) if len(nodes) > 1 else nodes[0]


def _product(nodes: Sequence[Node]) -> Node:
    return reduce(binary("*"), nodes)


def square(node: Node) -> Node:
    return Node("^", (node, number(2)))


def _length(nodes: Sequence[Node]) -> Node:
    return Node("sqrt", (total([square(node) for node in nodes]),))


def _norm(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.by_entries = True
    order = keywords.get("p", keywords.get("ord", arguments[1] if len(arguments) > 1 else NOTHING))
    if order == NOTHING or (isinstance(order, Text) and order.text == "fro"):
        return folded(need(arguments[0]), _length, _axis(cell, arguments[:1], keywords))
    if cell.whole(order) == 2:
        return folded(need(arguments[0]), _length, _axis(cell, arguments[:1], keywords))
    if cell.whole(order) == 1:
        return folded(need(arguments[0]), lambda nodes: total([Node("abs", (node,)) for node in nodes]), None)
    raise UnreadError("unknown_call", name="norm")


def _extreme(name: str) -> Row:
    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        tensors = [numeric(cell, argument) for argument in arguments]
        if len(tensors) > 1 and None not in tensors:
            return _entrywise(cell, name, arguments, {})
        return folded(need(arguments[0]), lambda nodes: call(name, nodes) if len(nodes) > 1 else nodes[0], None)

    return made


def _along(each: Tensor, at: int | None, change: Callable[[Sequence[Node]], Sequence[Node]]) -> Tensor:
    """``change`` of every line along an axis, the last if none is named."""
    if not each.shape:
        return tensor((), change(each.entries))
    at = axis(each, -1 if at is None else at)
    order = [*(other for other in range(len(each.shape)) if other != at), at]
    turned = permuted(each, order)
    changed = tensor(turned.shape, [node for row in turned.rows for node in change(row)])
    return permuted(changed, [order.index(place) for place in range(len(order))])


def _softmax(nodes: Sequence[Node]) -> Sequence[Node]:
    powers = [Node("exp", (node,)) for node in nodes]
    return [Node("/", (power, total(powers))) for power in powers]


def _log_softmax(nodes: Sequence[Node]) -> Sequence[Node]:
    return [Node("-", (node, _logsumexp(nodes))) for node in nodes]


def _logsumexp(nodes: Sequence[Node]) -> Node:
    return Node("log", (total([Node("exp", (node,)) for node in nodes]),))


def _lines(change: Callable[[Sequence[Node]], Sequence[Node]]) -> Row:
    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        cell.by_entries = True
        return _along(need(arguments[0]), _axis(cell, arguments, keywords), change)

    return made


def _matmul(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.by_entries = True
    return matmul(need(arguments[0]), need(arguments[1]), dot)


def _dot(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.by_entries = True
    one, other = need(arguments[0]), need(arguments[1])
    if (
        2 in (len(one.shape), len(other.shape))
        and len(one.entries) == len(other.entries)
        and min(*one.shape, *other.shape) == 1
    ):
        one, other = reshaped(one, (-1,)), reshaped(other, (-1,))
    return matmul(one, other, dot)


def _outer(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.by_entries = True
    one, other = need(arguments[0]), need(arguments[1])
    return elementwise(binary("*"), reshaped(one, (-1, 1)), reshaped(other, (1, -1)))


def _linear(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    cell.by_entries = True
    result = matmul(need(arguments[0]), transposed(need(arguments[1])), dot)
    bias = keywords.get("bias", arguments[2] if len(arguments) > 2 else NOTHING)
    return result if bias == NOTHING else elementwise(binary("+"), result, need(bias))


def _loss(each: Callable[[Node, Node], Node]) -> Row:
    """The mean of a loss of pairs; their sum with reduction="sum"."""

    def made(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
        losses = elementwise(each, need(arguments[0]), need(arguments[1]))
        match keywords.get("reduction"):
            case Text("sum"):
                return folded(losses, total, None)
            case Text("none"):
                return losses
        return folded(losses, _mean, None)

    return made


def _squared_difference(one: Node, other: Node) -> Node:
    return square(Node("-", (one, other)))


def _binary_cross_entropy(p: Node, target: Node) -> Node:
    one_minus = [Node("-", (ONE, each)) for each in (target, p)]
    hit = Node("*", (target, Node("log", (p,))))
    miss = Node("*", (one_minus[0], Node("log", (one_minus[1],))))
    return Node("neg", (Node("+", (hit, miss)),))


def _with_logits(logit: Node, target: Node) -> Node:
    return Node("-", (Node("softplus", (logit,)), Node("*", (target, logit))))


def _multiplied(op: str) -> Row:
    return lambda cell, arguments, keywords: elementwise(binary(op), need(arguments[0]), need(arguments[1]))


def _where(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    return elementwise(lambda *nodes: Node("where", nodes), *(need(argument) for argument in arguments[:3]))


# ── Python's own ─────────────────────────────────────────────────────────────────────────────────────────


def _count(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    match arguments[0]:
        case Items(items):
            return scalar(number(len(items)))
        case Tensor(shape) if shape:
            return scalar(number(shape[0]))
    raise UnreadError("not_a_list")


def _listed(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    match arguments[0] if arguments else Items(()):
        case Items() as items:
            return items
        case Tensor(shape) as each if shape:
            if each.algebra:
                return Items(tuple(map(scalar, each.entries)))
            return Items(tuple(item(each, [k]) for k in range(shape[0])))
    raise UnreadError("not_a_list")


def _zipped(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    lists = [_listed(cell, [argument], {}) for argument in arguments]
    return Items(
        tuple(Items(parts) for parts in zip(*(each.items for each in lists if isinstance(each, Items)), strict=False))
    )


def _dict(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    match arguments:
        case [Items(items)]:
            pairs = [part.items for part in items if isinstance(part, Items)]
            return Pairs(tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2))
    return Pairs(())


def _total_of(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """Python's sum of a list of tensors, and everybody's sum of a tensor."""
    match arguments[0]:
        case Items(items) if items and isinstance(keywords.get(""), Named) and len(keywords[""].path) == 1:  # type: ignore[union-attr]
            return reduce(partial(elementwise, binary("+")), [need(part) for part in items])
    return _fold(total)(cell, arguments, keywords)


# ── What is asked for ────────────────────────────────────────────────────────────────────────────────────


def _ask(
    cell: Cell, kind: str, outputs: Tensor, inputs: tuple[str, ...] | None, cotangent: Value = NOTHING
) -> Jacobian:
    """Keeps a request. The cotangent has the shape of the outputs."""
    weights = None
    if cotangent != NOTHING:
        given = need(cotangent)
        if len(given.entries) == 1 and len(outputs.entries) > 1:
            given = elementwise(lambda _, node: node, outputs, given)
        if len(given.entries) != len(outputs.entries):
            raise UnreadError("wrong_cotangent", expected=len(outputs.entries), count=len(given.entries))
        weights = tuple(cell.constant(node) for node in given.entries)
    keys = tuple(node.text for node in outputs.entries)
    factors = outputs.factors or cell.products.get(keys)
    cell.requests.append(Request(kind, outputs.entries, inputs, weights, cell.line, factors))
    cell.tell("", f"asks_{kind}")
    return Jacobian(outputs.entries, inputs or (), len(cell.requests) - 1)


def _backward(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    outputs = need(arguments[0])
    weights = keywords.get("gradient", keywords.get("grad_tensors", arguments[1] if len(arguments) > 1 else NOTHING))
    if isinstance(weights, Items) and len(weights.items) == 1:
        weights = weights.items[0]
    _ask(cell, "backward", outputs, None, weights)
    return NOTHING


def _keys(value: Value) -> tuple[str, ...]:
    """The symbols that a tensor, or a list of them, consists of."""
    parts = value.items if isinstance(value, Items) else (value,)
    entries = [node for part in parts for node in need(part).entries]
    if any(node.op != "name" for node in entries):
        raise UnreadError("not_an_input")
    return tuple(dict.fromkeys(node.text for node in entries))


def outputs_of(value: Value) -> Tensor:
    """What a function returns, several values one after the other."""
    if isinstance(value, Items):
        parts = [reshaped(need(part), (-1,)) for part in value.items]
        return joined(parts, 0)
    return need(value)


def _autograd_grad(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """torch.autograd.grad(y, x, v) asks; jax.grad(f) waits for the point."""
    if arguments and isinstance(arguments[0], (Function, Made, Named)):
        return _pending(cell, arguments[0], "backward", keywords)
    if len(arguments) + len(keywords.keys() & {"outputs", "inputs"}) < 2:
        raise UnreadError("not_numbers", name="grad")
    outputs = outputs_of(keywords.get("outputs", arguments[0] if arguments else NOTHING))
    inputs = _keys(keywords.get("inputs", arguments[1] if len(arguments) > 1 else NOTHING))
    weights = keywords.get("grad_outputs", arguments[2] if len(arguments) > 2 else NOTHING)
    if isinstance(weights, Items) and len(weights.items) == 1:
        weights = weights.items[0]
    _ask(cell, "backward", outputs, inputs, weights)
    return Items((NOTHING,))


def _jacobian(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """jacobian(f, x), jax.jacobian(f)(x), F.jacobian([x, y]), jacobian([…], [x, y])"""
    match arguments:
        case [Function() | Made() | Named() as function]:
            return _pending(cell, function, "jacobian", keywords)
        case [Function() | Made() | Named() as function, point, *_]:
            inputs = _inputs(function, point)
            return _asked_at(cell, function, "jacobian", list(inputs), tuple(range(len(inputs))))
        case [outputs, inputs, *_]:
            return _ask(cell, "jacobian", outputs_of(outputs), _keys(inputs))
    if cell.matlab and arguments:
        return _ask(cell, "jacobian", outputs_of(arguments[0]), None)
    raise UnreadError("not_numbers", name="jacobian")


def _inputs(function: Value, point: Value) -> tuple[Value, ...]:
    """A tuple of tensors is one for each parameter of the function."""
    if not isinstance(point, Items):
        return (point,)
    takes = len(function.parameters) if isinstance(function, Function) else 1
    return point.items if _is_list_of_tensors(point) or takes == len(point.items) > 1 else (point,)


def _is_list_of_tensors(value: Items) -> bool:
    return all(isinstance(part, Tensor) and part.entries and part.entries[0].op == "name" for part in value.items)


def _pending(cell: Cell, function: Value, kind: str, keywords: Keywords) -> Made:
    places = keywords.get("argnums", NOTHING)
    chosen = (0,) if places == NOTHING else tuple(cell.whole(part) for part in unpacked_items(places))
    return Made(lambda *given, **_: _asked_at(cell, function, kind, list(given), chosen))


def _asked_at(
    cell: Cell, function: Value, kind: str, given: Arguments, chosen: tuple[int, ...], weights: Value = NOTHING
) -> Jacobian:
    """The request for the derivatives of a function at a point: the arguments become variables."""
    outputs, inputs = _applied(cell, function, given, chosen)
    return _ask(cell, kind, outputs, inputs, weights)


def _applied(cell: Cell, function: Value, given: Arguments, chosen: tuple[int, ...]) -> tuple[Tensor, tuple[str, ...]]:
    names = function.parameters if isinstance(function, Function) else ()
    variables: Arguments = []
    for place, value in enumerate(given):
        name = names[place] if place < len(names) else "x"
        variables.append(cell.variables(name, need(value)) if place in chosen else value)
    if not variables or max(chosen) >= len(variables):
        raise UnreadError("arguments", name="f", count=max(chosen) + 1, given=len(given))
    outputs = outputs_of(apply(cell, function, variables, {}))
    return outputs, tuple(key for place in chosen for key in _keys(variables[place]))


def _vjp(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """functional.vjp(f, x, v) asks; y, vjp_fn = jax.vjp(f, x) waits for v."""
    path = ".".join(keywords[""].path) if isinstance(keywords.get(""), Named) else ""  # type: ignore[union-attr]
    if not arguments:
        raise UnreadError("not_numbers", name="vjp")
    function, *given = arguments
    if "functional" in path or "v" in keywords:
        weights = keywords.get("v", given[1] if len(given) > 1 else NOTHING)
        inputs = _inputs(function, given[0]) if given else ()
        _asked_at(cell, function, "backward", list(inputs), tuple(range(len(inputs))), weights)
        return Items((NOTHING, NOTHING))
    outputs, keys = _applied(cell, function, list(given), tuple(range(len(given))))

    def pulled(*weights: Value, **_: Value) -> Value:
        each = weights[0] if weights else NOTHING
        if isinstance(each, Items) and len(each.items) == 1:
            each = each.items[0]
        _ask(cell, "backward", outputs, keys, each)
        return Items((NOTHING,) * max(1, len(given)))

    return Items((outputs, Made(pulled)))


def _jvp(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    if len(arguments) < 2:
        raise UnreadError("not_numbers", name="jvp")
    inputs = unpacked_items(arguments[1])
    _asked_at(cell, arguments[0], "jacobian", list(inputs), tuple(range(len(inputs))))
    cell.tell("", "forward_mode")
    return Items((NOTHING, NOTHING))


def _derivative(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """diff(f, x), gradient(f, [x, y]), tape.gradient(y, x)"""
    if len(arguments) < 2:
        if arguments and isinstance(arguments[0], Tensor):
            return _ask(cell, "jacobian", arguments[0], None)
        raise UnreadError("not_numbers", name="diff")
    if any(isinstance(part, Tensor) and part.entries[0].op == "number" for part in arguments[2:]) or len(arguments) > 2:
        raise UnreadError("second_derivative")
    kind = "backward" if isinstance(keywords.get(""), Named) and "GradientTape" in keywords[""].path else "jacobian"  # type: ignore[union-attr]
    weights = keywords.get("output_gradients", NOTHING)
    return _ask(cell, kind, outputs_of(arguments[0]), _keys(arguments[1]), weights)


def _second(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    raise UnreadError("second_derivative")


def _subs(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """Numbers put in for symbols are the point."""
    owner, *given = arguments
    for name, value in _replacements(given):
        for symbol, node in zip(need(name).entries, need(value).entries, strict=False):
            if symbol.op != "name":
                raise UnreadError("not_an_input")
            known = cell.symbols[symbol.text]
            if known.value is None and known.definition is None:
                cell.symbols[symbol.text] = replace(known, value=cell.constant(node))
    cell.tell("", "point_given")
    return owner


def _replacements(given: Arguments) -> list[tuple[Value, Value]]:
    match given:
        case [Pairs(pairs)]:
            return list(pairs)
        case [Items(items)]:
            return [
                (part.items[0], part.items[1]) for part in items if isinstance(part, Items) and len(part.items) == 2
            ]
        case [name, value]:
            if isinstance(name, Items) and isinstance(value, Items):
                return list(zip(name.items, value.items, strict=False))
            return [(name, value)]
    raise UnreadError("not_numbers", name="subs")


def _inner(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """jit(f) is f."""
    return arguments[0] if arguments else Made(lambda *given, **_: given[0] if given else NOTHING)


def _wants_gradient(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    owner = need(arguments[0])
    if any(node.op == "name" for node in owner.entries):
        cell.want_gradient(owner)
        return owner
    return replace(owner, grad=True)


def _quotient(cell: Cell, arguments: Arguments, keywords: Keywords) -> Value:
    """sp.Rational(1, 3)"""
    if len(arguments) == 1:
        return need(arguments[0])
    return elementwise(binary("/"), need(arguments[0]), need(arguments[1]))


def _rows(names: str, row: Row) -> dict[str, Row]:
    return dict.fromkeys(names.split(), row)


ACTIVATIONS = {
    **{"ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus", "GELU": "gelu", "SiLU": "silu"},
    **{"ELU": "elu", "LeakyReLU": "leaky_relu", "Softmax": "softmax", "MSELoss": "mse_loss", "L1Loss": "l1_loss"},
    **{"BCELoss": "binary_cross_entropy", "Identity": "identity"},
}
CALLS: dict[str, Row] = {
    **_rows(
        "tensor Tensor FloatTensor DoubleTensor as_tensor array asarray matrix mat constant Variable convert_to_tensor",
        _made,
    ),
    **_rows("Parameter", _parameter),
    **_rows("Matrix ImmutableMatrix MutableDenseMatrix Vector", _matrix),
    **_rows("zeros empty", _filled(0)),
    **_rows("ones", _filled(1)),
    **_rows("zeros_like empty_like", _like(0)),
    **_rows("ones_like", _like(1)),
    **_rows("eye identity_matrix", _eye),
    **_rows("full", _full),
    **_rows("arange range", _range),
    **_rows("linspace", _linspace),
    **_rows("rand randn randint_like rand_like randn_like random standard_normal", _random),
    **_rows("normal uniform", _random),
    **_rows("split", _key),
    **_rows("PRNGKey key default_rng", _nothing),
    **_rows("symbols Symbol var", _symbols),
    **_rows("syms", _syms),
    **_rows("view reshape resize", _reshaped),
    **_rows("flatten ravel", _flat),
    **_rows("squeeze", _squeezed),
    **_rows("unsqueeze expand_dims", _unsqueezed),
    **_rows("t transpose permute swapaxes", _permuted),
    **_rows("stack", _stacked),
    **_rows("cat concat concatenate", _joined),
    **_rows("hstack", _side_by_side(0, 1)),
    **_rows("vstack row_stack", _side_by_side(-1, 0)),
    **_rows("matlab_rows", _rows_of),
    **_rows("diag", _diagonal),
    **_rows(
        "numpy clone detach float double half to cuda cpu contiguous item tolist copy astype type evalf simplify", _same
    ),
    **_rows("expand factor trigsimp doit Integer Float S N int sympify vpa identity squeeze_ stop_gradient", _same),
    **_rows(
        "print pprint display disp latex init_printing set_default_dtype manual_seed zero_grad step retain_grad",
        _nothing,
    ),
    **_rows("watch set_printoptions seed show plot figure update enable_x64 lambdify isinstance format", _nothing),
    **_rows("sum reduce_sum", _total_of),
    **_rows("mean reduce_mean average", _fold(_mean)),
    **_rows("prod reduce_prod", _fold(_product)),
    **_rows("logsumexp reduce_logsumexp", _fold(_logsumexp)),
    **_rows("norm", _norm),
    **_rows("max amax reduce_max", _extreme("max")),
    **_rows("min amin reduce_min", _extreme("min")),
    **_rows("softmax", _lines(_softmax)),
    **_rows("log_softmax", _lines(_log_softmax)),
    **_rows("matmul mm mv bmm", _matmul),
    **_rows("dot inner vdot", _dot),
    **_rows("outer ger", _outer),
    **_rows("linear", _linear),
    **_rows("mse_loss", _loss(_squared_difference)),
    **_rows("l1_loss", _loss(lambda p, q: Node("abs", (Node("-", (p, q)),)))),
    **_rows("binary_cross_entropy", _loss(_binary_cross_entropy)),
    **_rows("binary_cross_entropy_with_logits", _loss(_with_logits)),
    **_rows("add", _multiplied("+")),
    **_rows("sub subtract", _multiplied("-")),
    **_rows("mul multiply times", _multiplied("*")),
    **_rows("div divide true_divide rdivide", _multiplied("/")),
    **_rows("pow power float_power", _multiplied("^")),
    **_rows("where", _where),
    **_rows("len", _count),
    **_rows("list tuple flatten_list", _listed),
    **_rows("zip", _zipped),
    **_rows("dict", _dict),
    **_rows("backward", _backward),
    **_rows("grad value_and_grad grad_and_value", _autograd_grad),
    **_rows("jacobian jacrev jacfwd", _jacobian),
    **_rows("vjp", _vjp),
    **_rows("jvp", _jvp),
    **_rows("diff gradient Derivative", _derivative),
    **_rows("hessian", _second),
    **_rows("subs", _subs),
    **_rows("jit function compile", _inner),
    **_rows("requires_grad", _wants_gradient),
    **_rows("Rational Fraction", _quotient),
}
