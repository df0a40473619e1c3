"""Small tensors of expressions: what a cell computes, entry by entry, with nothing evaluated but shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod

from core.expression.tree import Node, number
from core.grammar.code.unread import UnreadError

MAX_TENSOR = 64  # entries: an 8 × 8 matrix
MAX_AXES = 4
Shape = tuple[int, ...]
Operation = Callable[..., Node]


@dataclass(frozen=True)
class Tensor:
    """Entries row by row; ``factors`` are the two matrices whose product it is, ``grad``: it asks for a gradient.

    With ``algebra`` a ``*`` between two multiplies as matrices do, as in SymPy and MATLAB.
    """

    shape: Shape
    entries: tuple[Node, ...]
    factors: tuple[Tensor, Tensor] | None = None
    grad: bool = False
    algebra: bool = False

    @property
    def rows(self) -> tuple[tuple[Node, ...], ...]:
        """The entries of a matrix, of a vector as one row."""
        width = self.shape[-1] if self.shape else 1
        return tuple(self.entries[at : at + width] for at in range(0, len(self.entries), width))


def scalar(node: Node) -> Tensor:
    return Tensor((), (node,))


def tensor(shape: Sequence[int], entries: Iterable[Node]) -> Tensor:
    """A tensor, refused where it is larger than anybody could read."""
    checked(shape)
    return Tensor(tuple(shape), tuple(entries))


def checked(shape: Sequence[int]) -> None:
    """Raises UnreadError for shapes beyond the limits, before an entry is made."""
    if prod(shape) > MAX_TENSOR or len(shape) > MAX_AXES:
        raise UnreadError("tensor_too_large", shape=written(shape), limit=MAX_TENSOR)
    if not all(shape):
        raise UnreadError("empty_tensor")


def written(shape: Sequence[int]) -> str:
    return "×".join(str(min(side, 10**6)) for side in shape) or "()"


def filled(shape: Sequence[int], value: int) -> Tensor:
    checked(shape)
    return tensor(shape, [number(value)] * prod(shape))


def elementwise(operation: Operation, *operands: Tensor) -> Tensor:
    """``operation`` on entry after entry, shapes broadcast as in NumPy."""
    shape = reduce(_broadcast, (each.shape for each in operands))
    checked(shape)
    spread = [_spread(each, shape) for each in operands]
    return Tensor(shape, tuple(operation(*nodes) for nodes in zip(*spread, strict=True)))


def _broadcast(one: Shape, other: Shape) -> Shape:
    length = max(len(one), len(other))
    sides = list(zip((1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other, strict=True))
    if any(p != q and 1 not in (p, q) for p, q in sides):
        raise UnreadError("shapes_do_not_fit", one=written(one), other=written(other))
    return tuple(map(max, sides))


def _spread(each: Tensor, shape: Shape) -> tuple[Node, ...]:
    if each.shape == shape:
        return each.entries
    lacking = len(shape) - len(each.shape)

    def source(place: Sequence[int]) -> int:
        return _offset(each.shape, [at * (side > 1) for at, side in zip(place[lacking:], each.shape, strict=True)])

    return tuple(each.entries[source(place)] for place in places(shape))


def places(shape: Sequence[int]) -> Iterable[tuple[int, ...]]:
    return product(*map(range, shape))


def _offset(shape: Sequence[int], place: Sequence[int]) -> int:
    return reduce(lambda offset, axis: offset * axis[0] + axis[1], zip(shape, place, strict=True), 0)


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────


def reshaped(each: Tensor, shape: Sequence[int]) -> Tensor:
    """The same entries in another shape, of which one side may be -1."""
    known = prod(side for side in shape if side != -1)
    sides = tuple(len(each.entries) // max(known, 1) if side == -1 else side for side in shape)
    if prod(sides) != len(each.entries) or list(shape).count(-1) > 1 or any(side < 1 for side in sides):
        raise UnreadError("shapes_do_not_fit", one=written(each.shape), other=written(map(abs, shape)))  # type: ignore[arg-type]
    return tensor(sides, each.entries)


def permuted(each: Tensor, axes: Sequence[int]) -> Tensor:
    """The axes in another order, as ``permute`` and ``transpose``."""
    axes = [axis(each, at) for at in axes]
    if sorted(axes) != list(range(len(each.shape))):
        raise UnreadError("bad_axis")
    shape = [each.shape[at] for at in axes]
    back = [axes.index(at) for at in range(len(axes))]
    return tensor(shape, (each.entries[_offset(each.shape, [place[at] for at in back])] for place in places(shape)))


def transposed(each: Tensor) -> Tensor:
    return permuted(each, range(len(each.shape))[::-1])


def axis(each: Tensor, at: int) -> int:
    """An axis, counted from the end where it is negative."""
    if not -len(each.shape) <= at < len(each.shape):
        raise UnreadError("bad_axis")
    return at % len(each.shape)


Index = int | slice | None


def item(each: Tensor, index: Sequence[Index]) -> Tensor:
    """What stands at an index of numbers, slices and None (a new axis)."""
    shape, chosen = _chosen(each, index)
    return tensor(shape, (each.entries[at] for at in chosen))


def with_item(each: Tensor, index: Sequence[Index], new: Tensor) -> Tensor:
    """The tensor with what stands at an index replaced."""
    shape, chosen = _chosen(each, index)
    if _broadcast(new.shape, shape) != shape:
        raise UnreadError("shapes_do_not_fit", one=written(new.shape), other=written(shape))
    entries = list(each.entries)
    for at, node in zip(chosen, _spread(new, shape), strict=True):
        entries[at] = node
    return Tensor(each.shape, tuple(entries))


def _chosen(each: Tensor, index: Sequence[Index]) -> tuple[Shape, list[int]]:
    """The shape of what an index takes, and the places of its entries."""
    taken = sum(part is not None for part in index)
    if taken > len(each.shape):
        raise UnreadError("bad_index", shape=written(each.shape))
    parts = [*index, *[slice(None)] * (len(each.shape) - taken)]
    shape: list[int] = []
    ranges: list[Sequence[int]] = []
    sides = iter(each.shape)
    for part in parts:
        if part is None:
            shape.append(1)
            continue
        side = next(sides)
        if isinstance(part, slice):
            ranges.append(range(side)[part])
            shape.append(len(ranges[-1]))
        elif -side <= part < side:
            ranges.append([part % side])
        else:
            raise UnreadError("bad_index", shape=written(each.shape))
    checked(shape)
    return tuple(shape), [_offset(each.shape, place) for place in product(*ranges)]


def stacked(parts: Sequence[Tensor], at: int = 0) -> Tensor:
    """Tensors of one shape along a new axis."""
    if not parts or any(part.shape != parts[0].shape for part in parts):
        raise UnreadError("ragged_list")
    new = [reshaped(part, (*part.shape[:at], 1, *part.shape[at:])) for part in parts]
    return joined(new, at)


def joined(parts: Sequence[Tensor], at: int = 0) -> Tensor:
    """Tensors one after the other along an axis they have."""
    if not parts or not parts[0].shape:
        raise UnreadError("bad_axis")
    at = axis(parts[0], at)
    first = [permuted(part, _front(part, at)) for part in parts]
    if any(part.shape[1:] != first[0].shape[1:] for part in first):
        raise UnreadError("ragged_list")
    shape = (sum(part.shape[0] for part in first), *first[0].shape[1:])
    whole = tensor(shape, (node for part in first for node in part.entries))
    return permuted(whole, [*range(1, at + 1), 0, *range(at + 1, len(shape))])


def _front(each: Tensor, at: int) -> list[int]:
    """The order of axes with the axis ``at`` first."""
    return [axis(each, at), *(other for other in range(len(each.shape)) if other != axis(each, at))]


# ── Sums and products ────────────────────────────────────────────────────────────────────────────────────


def folded(each: Tensor, fold: Callable[[Sequence[Node]], Node], at: int | None, keep: bool = False) -> Tensor:
    """``fold`` of all entries, or of those along one axis."""
    if at is None:
        return reshaped(scalar(fold(each.entries)), (1,) * len(each.shape)) if keep else scalar(fold(each.entries))
    at = axis(each, at)
    turned = permuted(each, [*(other for other in range(len(each.shape)) if other != at), at])
    shape = (*each.shape[:at], 1, *each.shape[at + 1 :]) if keep else (*each.shape[:at], *each.shape[at + 1 :])
    return tensor(shape, map(fold, turned.rows))


def matmul(one: Tensor, other: Tensor, dot: Callable[[Sequence[Node], Sequence[Node]], Node]) -> Tensor:
    """The product of vectors and matrices, as ``@`` has it; ``dot`` multiplies a row with a column."""
    if not (1 <= len(one.shape) <= 2 and 1 <= len(other.shape) <= 2) or one.shape[-1] != other.shape[0]:
        raise UnreadError("shapes_do_not_fit", one=written(one.shape), other=written(other.shape))
    columns = transposed(other).rows
    shape = (*one.shape[:-1], *other.shape[1:])
    checked(shape)
    whole = tensor(shape, (dot(row, column) for row in one.rows for column in columns))
    factors = (one, other) if len(shape) == 2 else None
    return Tensor(whole.shape, whole.entries, factors)
