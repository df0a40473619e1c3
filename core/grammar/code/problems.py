"""Definitions and a request → the problem that the page shows, and the others that it could be."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core import grammar
from core.code.torch import CHAIN_VECTORS
from core.expression.text import to_text
from core.expression.tree import Node, substituted, walk
from core.grammar.choice import Choice
from core.grammar.code.calls import outputs_of
from core.grammar.code.cell import Cell, Request, Symbol, names_in
from core.grammar.code.expressions import ONE, ZERO, dot, negative, operations, total
from core.grammar.code.tensors import Tensor
from core.grammar.code.unread import UnreadError
from core.grammar.code.values import Function, Value
from core.parameters import FUNCTIONS, link, written_matrix, written_point
from core.problem import MAX_ENTRIES, MAX_OUTPUTS, MAX_SIDE, Matrix, ProblemError

ROUNDING = 1e-15  # a few units in the last place: libraries round pi/6 differently
FINITE = frozenset(("name", "number", "constant", "neg", "+", "-", "*"))  # of finite numbers: never infinite or nan
OUTPUTS = {f"{letter}{k + 1}" for letter in CHAIN_VECTORS[1:] for k in range(MAX_OUTPUTS)}  # names of ours on a chain
MOST_CONSTANTS = 16  # with letters of their own
MOST_DEFINITIONS = 400  # put into one another
Texts = tuple[str, ...]
Parameters = dict[str, str]  # of an address


@dataclass(frozen=True)
class Candidate:
    """A problem that the cell can be, as its address; ``kind`` is a key of the words ``pasted_as``."""

    address: str
    kind: str
    line: int = 0
    at_ones: bool = False  # a variable has no value, and stands at 1
    choice: Choice | None = None  # the word that is read otherwise


def candidates(cell: Cell, request: Request, grads: Sequence[str] = ()) -> list[Candidate]:
    """The problems that a request can be shown as, the likeliest first. Raises ProblemError where there is none.

    ``grads`` are the names whose ``.grad`` the cell looks at, as often as it does.
    """
    if product := _product(cell, request, grads):
        return [Candidate(link("matmul", product), "matmul", request.line)]
    variables = _variables(cell, request)
    found: list[Candidate] = []
    refusal: ProblemError | None = None
    for kind, build in (("chain", _chain), ("vjp", _vector)):
        try:
            texts = build(cell, request, variables)
        except ProblemError as error:
            refusal = error
        else:
            if texts is not None:
                found.append(Candidate(link(kind, texts), kind, request.line, _lacks_value(cell, request, variables)))
    if not found and refusal:
        raise refusal
    return found


def _lacks_value(cell: Cell, request: Request, variables: tuple[str, ...]) -> bool:
    leaves = _with_free(cell, request.outputs, variables)
    return any(cell.symbols[key].value is cell.symbols[key].definition is None for key in leaves)


def requests(cell: Cell) -> list[Request]:
    """What the cell asks, the first gradient first; partial derivatives of one function are one Jacobian."""
    merged: list[Request] = []
    for request in cell.requests:
        last = merged[-1] if merged else None
        partial = last and last.kind == request.kind == "jacobian" and last.outputs == request.outputs
        if last and partial and last.inputs and request.inputs:
            merged[-1] = replace(last, inputs=tuple(dict.fromkeys((*last.inputs, *request.inputs))))
        else:
            merged.append(request)
    first = next((at for at, request in enumerate(merged) if request.kind == "backward"), 0)
    return [*merged[first : first + 1], *merged[:first], *merged[first + 1 :]]


def unasked(cell: Cell) -> Request | None:
    """The request of a cell that asks for nothing: what is computed and used no further."""
    last = [value for value in cell.names.values() if isinstance(value, Function)]
    defined = [symbol.key for symbol in cell.symbols.values() if symbol.definition is not None]
    shown = [node for each in cell.shown for node in each.entries if node.op not in ("number", "constant")]
    if not defined and not any(node.op != "name" for node in shown):
        if last:
            return _of_function(cell, _outermost(last))
        if not shown:
            return None
    used = {key for symbol in cell.symbols.values() if symbol.definition for key in names_in(symbol.definition)}
    used |= {key for node in shown if node.op != "name" for key in names_in(node)}
    current = {node.text for value in cell.names.values() if isinstance(value, Tensor) for node in value.entries}
    sinks = [Node("name", text=key) for key in defined if key not in used and key in current]
    fresh = [node for node in dict.fromkeys(shown) if node.op != "name"]
    outputs = tuple(dict.fromkeys([*sinks, *fresh])) or tuple(dict.fromkeys(shown))
    return Request("jacobian", outputs, None, None, 0) if outputs else None


def _outermost(functions: Sequence[Function]) -> Function:
    """The first function that no other one uses."""
    bodies = [part for each in functions for part in (each.body if isinstance(each.body, tuple) else (each.body,))]
    used = {node.id for part in bodies for node in ast.walk(part) if isinstance(node, ast.Name)}
    return next((each for each in functions if each.name not in used), functions[0])


def _of_function(cell: Cell, function: Function) -> Request | None:
    """``def f(x)`` that nobody calls: at a point of the size that its indices say."""
    given: list[Value] = []
    keys: list[str] = []
    for name in function.parameters:
        size = _size(function, name)
        symbols = [cell.symbol(name)] if size == 0 else [cell.symbol(f"{name}{k + 1}") for k in range(size)]
        group = tuple(symbol.key for symbol in symbols)
        for key in group:
            cell.symbols[key] = replace(cell.symbols[key], group=group)
        shape = () if size == 0 else (size,)
        given.append(Tensor(shape, tuple(Node("name", text=key) for key in group)))
        keys += group
    try:
        outputs = outputs_of(cell.invoke(cell, function, given, {}))
    except UnreadError as error:
        cell.unread(error, at=function.numbers[0] if function.numbers else None)
        return None
    return Request("jacobian", outputs.entries, tuple(keys), None, function.numbers[0] if function.numbers else 0)


def _size(function: Function, name: str) -> int:
    """The length of the vector that a parameter is, 0 for a number."""
    body = function.body if isinstance(function.body, tuple) else (function.body,)
    size = 0
    for node in (inner for part in body for inner in ast.walk(part)):
        match node:
            case ast.Subscript(value=ast.Name(id=found), slice=ast.Constant(value=int(at))) if found == name:
                size = max(size, at + 1, -at)
            case ast.Call(func=ast.Name(id=found), args=[ast.Constant(value=int(at))]) if found == name:
                size = max(size, at)
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Name(id=found)) if found == name:
                size = max(size, len(parts))
    return min(size, MAX_ENTRIES)


# ── Variables and constants ──────────────────────────────────────────────────────────────────────────────


def _leaves(cell: Cell, nodes: Iterable[Node], stop: frozenset[str] = frozenset()) -> list[str]:
    """The keys of the data and the free names that nodes are made of, in the order in which they came."""
    seen: set[str] = set()
    todo = [key for node in nodes for key in names_in(node)]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        definition = cell.symbols[key].definition
        if definition is not None and key not in stop:
            todo += names_in(definition)
    return [key for key, symbol in cell.symbols.items() if key in seen and (symbol.definition is None or key in stop)]


def _variables(cell: Cell, request: Request) -> tuple[str, ...]:
    """What the derivatives are by: as asked; else what wants a gradient; else what has no value; else all data."""
    if request.inputs is not None:
        return request.inputs
    leaves = _leaves(cell, request.outputs)
    symbols = [cell.symbols[key] for key in leaves]
    wanted = [symbol for symbol in symbols if symbol.grad] or (
        [symbol for symbol in cell.symbols.values() if symbol.grad and symbol.definition is None]
    )
    if wanted and request.kind == "backward":
        return _whole_groups(cell, wanted)
    free = [symbol for symbol in symbols if symbol.value is None]
    return _whole_groups(cell, [symbol for symbol in symbols if symbol.grad] or free or symbols)


def _whole_groups(cell: Cell, symbols: Iterable[Symbol]) -> tuple[str, ...]:
    keys = [key for symbol in symbols for key in (symbol.group or (symbol.key,))]
    order = list(cell.symbols)
    return tuple(sorted(dict.fromkeys(keys), key=order.index))


def _inlined(node: Node, values: dict[str, Node]) -> Node:
    """The tree with numbers put in for names, without the zeros and ones that this leaves behind."""
    if node.op == "name":
        return values.get(node.text, node)
    if not node.args:
        return node
    args = tuple(_inlined(arg, values) for arg in node.args)
    if all(new is old for new, old in zip(args, node.args, strict=True)):
        return node
    plain = {"+": lambda p, q: total([p, q]), "*": lambda p, q: dot([p], [q])}
    if node.op in plain and any(arg.op == "number" or (arg.op == "neg" and arg.args[0].op == "number") for arg in args):
        return plain[node.op](*args) if _is_safe(node.op, args) else Node(node.op, args)
    if node.op == "+":
        return total(args)
    if node.op == "-" and args[1] == ZERO:
        return args[0]
    if node.op == "neg":
        return negative(args[0]) if args[0] != ZERO else ZERO
    return Node(node.op, args, node.text)


def _is_safe(op: str, args: Sequence[Node]) -> bool:
    """0 times something that may be infinite stays as it is."""
    return op == "+" or ZERO not in args or all(part.op in FINITE for arg in args for part in walk(arg))


def _expanded(cell: Cell, node: Node, stop: frozenset[str]) -> Node:
    """The tree with all definitions put in, but for those of ``stop``. Raises ProblemError where it gets too long."""
    for _ in range(MOST_DEFINITIONS):
        new = {
            key: definition
            for key in set(names_in(node)) - stop
            if (definition := cell.symbols[key].definition) is not None
        }
        if not new:
            return node
        if operations(node, grammar.MAX_OPERATIONS) > grammar.MAX_OPERATIONS:
            break
        node = substituted(node, new)
    raise ProblemError("composition_too_large", field="f", limit=grammar.MAX_OPERATIONS)


@dataclass(frozen=True)
class _Names:
    """How symbols are called in the problem, each by a name of its own that the address can hold."""

    by_key: dict[str, str]

    def text(self, node: Node) -> str:
        renamed = substituted(node, {key: Node("name", text=name) for key, name in self.by_key.items()})
        text = to_text(renamed, spaces=False)
        if len(text) > grammar.MAX_LENGTH or operations(node, grammar.MAX_OPERATIONS) > grammar.MAX_OPERATIONS:
            raise ProblemError("composition_too_large", field="f", limit=grammar.MAX_OPERATIONS)
        if grammar.parse(text, list(self.by_key.values())) != renamed:  # e, where it is a name and a number at once
            raise ProblemError("reserved_name", field="f", name="e")
        return text


def _named(cell: Cell, keys: Sequence[str], letters: Mapping[str, str]) -> _Names:
    """Names for the variables, beside those of the constants."""
    by_key = dict(letters)
    for key in keys:
        by_key[key] = _name(cell.symbols[key].name, set(by_key.values()))
    return _Names(by_key)


def _letters(cell: Cell, constants: Mapping[str, Node], variables: Sequence[str]) -> dict[str, str]:
    """Constants that keep their names, by key: single numbers whose names are free. Of others the values are put in."""
    taken = {cell.symbols[key].name for key in variables} | OUTPUTS
    letters: dict[str, str] = {}
    for key in filter(constants.__contains__, cell.symbols):
        symbol = cell.symbols[key]
        if len(symbol.group) < 2 and symbol.name not in taken and _can_be_constant(symbol.name, constants[key]):
            letters[key] = symbol.name
            taken.add(symbol.name)
    return letters if len(letters) <= MOST_CONSTANTS else {}


def _can_be_constant(name: str, value: Node) -> bool:
    try:
        grammar.constant(to_text(value, spaces=False), field="with")
        return grammar.variable(name, field="with") == name
    except ProblemError:
        return False


def _name(wanted: str, taken: set[str]) -> str:
    """The name, or one like it: without what no name can have, else x1, x2, …"""
    for candidate in (wanted, wanted.replace("_", ""), f"{wanted[:1]}{len(taken) + 1}"):
        try:
            name = grammar.variable(candidate, field="at")
        except ProblemError:
            continue
        if name not in taken:
            return name
    count = 1
    while f"x{count}" in taken:
        count += 1
    return f"x{count}"


def _value(cell: Cell, key: str) -> Node:
    """The number at which a variable stands; 1 where none is given."""
    symbol = cell.symbols[key]
    if symbol.value is not None:
        return _exactly(cell, symbol.value)
    if symbol.definition is None:
        return ONE
    return _exactly(cell, cell.constant(_expanded(cell, symbol.definition, frozenset())))


def value_as_text(cell: Cell, node: Node) -> str:
    """The number that an entry of a tensor of data is, as an address writes it. Raises UnreadError."""
    return to_text(_exactly(cell, cell.constant(node)), spaces=False)


def _exactly(cell: Cell, node: Node) -> Node:
    """A decimal that the text also writes exactly, as pi/6 for 0.5235987755982988, in that form."""
    bare = node.args[0] if node.op == "neg" else node
    if bare.op != "number":
        return node
    value = grammar.value(node)
    return next((exact for known, exact in cell.exact.items() if math.isclose(known, value, rel_tol=ROUNDING)), node)


def _point(cell: Cell, variables: Sequence[str], named: _Names) -> tuple[tuple[str, str], ...]:
    return tuple((named.by_key[key], to_text(_value(cell, key), spaces=False)) for key in variables)


def cotangent_of(cell: Cell, request: Request) -> Texts | None:
    if request.cotangent is None:
        return None
    return tuple(to_text(_exactly(cell, node), spaces=False) for node in request.cotangent)


def _data(cell: Cell, nodes: Iterable[Node], variables: Sequence[str]) -> dict[str, Node]:
    """The values of what is constant: data, and what is computed of data alone."""
    changing = set(variables)
    for key, symbol in cell.symbols.items():  # in the order in which they were made
        if symbol.definition is None:
            changing |= {key} if symbol.value is None else set()
        elif changing.intersection(names_in(symbol.definition)):
            changing.add(key)
    todo, values = [key for node in nodes for key in names_in(node)], dict[str, Node]()
    seen: set[str] = set()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        if key not in changing:
            values[key] = _value(cell, key)
        elif (definition := cell.symbols[key].definition) is not None and key not in variables:
            todo += names_in(definition)
    return values


# ── Problems ─────────────────────────────────────────────────────────────────────────────────────────────


def _vector(cell: Cell, request: Request, variables: tuple[str, ...]) -> Parameters:
    stop = frozenset(variables)
    constants = _data(cell, request.outputs, variables)
    kept = stop | constants.keys()
    letters = _letters(cell, constants, variables)
    outputs = [_inlined(_expanded(cell, node, kept), _without(constants, letters)) for node in request.outputs]
    variables = _with_free(cell, outputs, variables)
    _refuse_size(len(outputs), len(variables))
    named = _named(cell, variables, letters)
    functions = {"f": ";".join(map(named.text, outputs))}
    return functions | _numbers(cell, request, variables, named, _used(letters, constants, outputs))


def _without(constants: Mapping[str, Node], letters: Mapping[str, str]) -> dict[str, Node]:
    return {key: node for key, node in constants.items() if key not in letters}


def _used(letters: Mapping[str, str], constants: Mapping[str, Node], nodes: Iterable[Node]) -> dict[str, Node]:
    """The constants that keep their names and occur, with their values."""
    used = {key for node in nodes for key in names_in(node)}
    return {name: constants[key] for key, name in letters.items() if key in used}


def _numbers(
    cell: Cell, request: Request, variables: Sequence[str], named: _Names, constants: Mapping[str, Node]
) -> Parameters:
    """The point, the constants and v."""
    fixed = tuple((name, to_text(node, spaces=False)) for name, node in constants.items())
    return {
        "at": written_point(_point(cell, variables, named)),
        "with": written_point(fixed),
        "v": ",".join(cotangent_of(cell, request) or ()),
    }


def _with_free(cell: Cell, nodes: Iterable[Node], variables: tuple[str, ...]) -> tuple[str, ...]:
    """Names that have no value are variables too."""
    leaves = _leaves(cell, nodes, frozenset(variables))
    more = [key for key in leaves if key not in variables and cell.symbols[key].value is None]
    return (*variables, *more)


def _refuse_size(rows: int, columns: int) -> None:
    if rows > MAX_OUTPUTS:
        raise ProblemError("too_many_outputs", field="f", count=rows, limit=MAX_OUTPUTS)
    if rows * columns > MAX_ENTRIES or columns > MAX_ENTRIES:
        raise ProblemError("too_many_entries", field="f", rows=rows, columns=columns, limit=MAX_ENTRIES)
    if not columns:
        raise ProblemError("no_variables", field="f")


def _chain(cell: Cell, request: Request, variables: tuple[str, ...]) -> Parameters | None:
    """Stage after stage, where each uses the names of the one before and no others; None where it is not so."""
    stop = frozenset(variables)
    constants = _data(cell, request.outputs, variables)
    stages = [_defined(cell, request.outputs, stop)]
    names: list[tuple[str, ...]] = []
    while True:
        used = [key for node in stages[0] for key in names_in(node) if key not in constants]
        inner = [key for key in used if key not in stop and cell.symbols[key].definition]
        if not inner:
            break
        if len(inner) < len(used) or len(stages) == len(FUNCTIONS):
            return None
        group = _whole_groups(cell, [cell.symbols[key] for key in inner])
        keys = tuple(key for key in group if cell.symbols[key].definition)
        names.insert(0, keys)
        stages.insert(0, _defined(cell, [Node("name", text=key) for key in keys], stop))
    if len(stages) < 2 or max(map(len, stages)) > MAX_OUTPUTS:
        return None
    variables = _with_free(cell, stages[0], variables)
    _refuse_size(len(stages[0]), len(variables))
    letters = _letters(cell, constants, variables)
    named, put_in = _named(cell, variables, letters), _without(constants, letters)
    written = [[_inlined(node, put_in) for node in stage] for stage in stages]
    texts = [map(named.text, written[0])]
    for letter, keys, stage in zip(CHAIN_VECTORS[1:], names, written[1:], strict=False):
        called = _Names({**letters, **{key: f"{letter}{k + 1}" for k, key in enumerate(keys)}})
        texts.append(map(called.text, stage))
    functions = dict(zip(FUNCTIONS, map(";".join, texts), strict=False))
    fixed = _used(letters, constants, [node for stage in written for node in stage])
    return functions | _numbers(cell, request, variables, named, fixed)


def _defined(cell: Cell, nodes: Iterable[Node], stop: frozenset[str]) -> tuple[Node, ...]:
    """What the names of a stage stand for; names that only stand for one another are looked through."""
    found = []
    for node in nodes:
        while node.op == "name" and node.text not in stop and (inner := cell.symbols[node.text].definition) is not None:
            node = inner
        found.append(node)
    return tuple(found)


def _product(cell: Cell, request: Request, grads: Sequence[str]) -> Parameters | None:
    """c = a @ b of two matrices that are data."""
    factors, cotangent = request.factors or _summed(cell, request), request.cotangent
    if factors is None:
        return None
    if any(len(each.shape) != 2 or max(each.shape) > MAX_SIDE for each in factors):
        return None
    keys = [{node.text for node in each.entries if node.op == "name"} for each in factors]
    wanted = set(request.inputs) if request.inputs else {key for key, symbol in cell.symbols.items() if symbol.grad}
    wrt = [letter for letter, own in zip("ab", keys, strict=True) if own & wanted] or ["b"]
    try:
        matrices = [_matrix(cell, each) for each in factors]
    except UnreadError:
        return None
    width = factors[1].shape[1]
    v = None
    if cotangent and request.factors:
        texts = cotangent_of(cell, request) or ()
        v = tuple(texts[at : at + width] for at in range(0, len(texts), width))
    chosen = wrt[0] if len(wrt) == 1 else _looked_at(cell, factors, grads)
    written = dict(zip("abv", map(written_matrix, (*matrices, v)), strict=True))
    return written | {"wrt": "a" if chosen == "a" else "b"}


def _looked_at(cell: Cell, factors: tuple[Tensor, Tensor], grads: Sequence[str]) -> str:
    """The factor whose .grad the cell looks at more often."""
    counts = []
    for each in factors:
        own = set(each.entries)
        counts.append(
            sum(isinstance(value := cell.names.get(name), Tensor) and set(value.entries) == own for name in grads)
        )
    return "a" if counts[0] > counts[1] else "b"


def _summed(cell: Cell, request: Request) -> tuple[Tensor, Tensor] | None:
    """The factors of c where all that is asked for is c.sum()."""
    if len(request.outputs) != 1 or request.cotangent is not None:
        return None
    (node,) = _defined(cell, request.outputs, frozenset())
    for keys, factors in cell.products.items():
        if node == total([Node("name", text=key) for key in keys]):
            return factors
    return None


def _matrix(cell: Cell, each: Tensor) -> Matrix:
    return tuple(tuple(value_as_text(cell, node) for node in row) for row in each.rows)
