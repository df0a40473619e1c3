"""Statements and expressions of a syntax tree, each by its row of a table; what has no row is not read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core.expression.tree import Node
from core.grammar.code import calls
from core.grammar.code.cell import Cell
from core.grammar.code.expressions import ONE, ZERO, binary, call, dot, negative, numeral
from core.grammar.code.tensors import (
    Index,
    Tensor,
    elementwise,
    item,
    matmul,
    scalar,
    transposed,
    with_item,
)
from core.grammar.code.unread import UnreadError
from core.grammar.code.values import NOTHING, Flag, Function, Items, Method, Named, Pairs, Text, Unreadable, Value

MAX_CALLS = 8  # of functions inside one another
MAX_ITEMS = 256  # of a list
MAX_TOLD = 16  # entries of a tensor that a line says were read
LIBRARIES = frozenset(
    "torch nn F func functional autograd random linalg jax jnp lax np numpy onp math sp sympy tf tensorflow".split()
)
IMPORTED = frozenset(
    "torch numpy jax sympy math tensorflow autograd functools typing matplotlib scipy __future__ mpmath IPython".split()
)


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────


def run(cell: Cell, body: Sequence[ast.stmt]) -> Value | None:
    """The statements in their order; the value of a ``return`` ends them. Those that cannot be read are told of."""
    for statement in body:
        cell.line = line_of(cell, statement)
        try:
            returned = STATEMENTS.get(type(statement), _unknown_statement)(cell, statement)
        except UnreadError as error:
            if isinstance(statement, ast.Return):
                raise
            cell.unread(error)
            _lose(cell, statement)
        else:
            if returned is not None:
                return returned
    return None


def line_of(cell: Cell, node: ast.stmt) -> int:
    return cell.numbers[min(node.lineno, len(cell.numbers)) - 1] if cell.numbers else node.lineno


def _lose(cell: Cell, statement: ast.AST, keep: bool = False) -> list[str]:
    """The names that a statement would have given: unreadable now, or with ``keep`` what they were before."""
    stored = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    defined = [node for node in ast.walk(statement) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    lost = sorted({node.id for node in stored} | {node.name for node in defined})
    for name in lost:
        if not (keep and name in cell.names):
            cell.names[name] = Unreadable(name, cell.line)
    return lost


def _unknown_statement(cell: Cell, statement: ast.stmt) -> None:
    raise UnreadError("statement", what=type(statement).__name__.lower())


def _assign(cell: Cell, statement: ast.Assign) -> None:
    value = evaluate(cell, statement.value)
    for target in statement.targets:
        _give(cell, target, value)


def _annotated(cell: Cell, statement: ast.AnnAssign) -> None:
    if statement.value is not None:
        _give(cell, statement.target, evaluate(cell, statement.value))


def _augmented(cell: Cell, statement: ast.AugAssign) -> None:
    load = ast.copy_location(ast.Name(getattr(statement.target, "id", ""), ast.Load()), statement)
    left: ast.expr = load
    if isinstance(statement.target, ast.Subscript):
        left = ast.copy_location(ast.Subscript(statement.target.value, statement.target.slice, ast.Load()), statement)
    _give(
        cell,
        statement.target,
        evaluate(cell, ast.copy_location(ast.BinOp(left, statement.op, statement.value), statement)),
    )


def _give(cell: Cell, target: ast.expr, value: Value) -> None:
    """A value for a name, for several, for an entry."""
    match target:
        case ast.Name(id=name):
            _name(cell, name, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            values = unpacked(value)
            if len(values) != len(parts) or any(isinstance(part, ast.Starred) for part in parts):
                raise UnreadError("unpacking", count=len(parts), given=len(values))
            for part, each in zip(parts, values, strict=True):
                _give(cell, part, each)
        case ast.Subscript(value=ast.Name(id=name)):
            old = cell.names.get(name, NOTHING)
            if not isinstance(old, Tensor):
                raise _no_tensor(old, name)
            _name(cell, name, with_item(old, index(cell, target.slice), tensor_of(value)))
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            owner = cell.names.get(name)
            if attribute == "requires_grad" and isinstance(owner, Tensor):
                cell.want_gradient(owner)
            elif attribute != "grad":
                raise UnreadError("assignment")
        case _:
            raise UnreadError("assignment")


def _name(cell: Cell, name: str, value: Value) -> None:
    cell.names[name] = bound = cell.bound(name, value)
    if not (isinstance(bound, Tensor) and isinstance(value, Tensor)):
        return
    fresh = [
        f"{cell.symbols[node.text].name} = {cell.shown_as(before)}"
        for node, before in zip(bound.entries[:MAX_TOLD], value.entries, strict=False)
        if node.op == "name" and before.op != "name"
    ]
    cell.tell(", ".join(fresh or [f"{name} = {', '.join(map(cell.shown_as, bound.entries[:MAX_TOLD]))}"]))


def unpacked(value: Value) -> tuple[Value, ...]:
    """The parts of a list, or of a tensor along its first axis."""
    match value:
        case Items(items):
            return items
        case Tensor(shape) if shape:
            return tuple(item(value, [k]) for k in range(shape[0]))
    raise _no_tensor(value, "")


def _expression(cell: Cell, statement: ast.Expr) -> None:
    if isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
        return
    value = evaluate(cell, statement.value)
    if isinstance(value, Items):
        parts = [part for part in value.items if isinstance(part, Tensor)]
    else:
        parts = [value] if isinstance(value, Tensor) else []
    for part in parts:
        cell.tell(", ".join(map(cell.shown_as, part.entries)))
        cell.shown.append(part)


def _return(cell: Cell, statement: ast.Return) -> Value:
    value = evaluate(cell, statement.value) if statement.value else NOTHING
    parts = value.items if isinstance(value, Items) else (value,)
    cell.tell(", ".join(cell.shown_as(node) for part in parts if isinstance(part, Tensor) for node in part.entries))
    return value


def _define(cell: Cell, statement: ast.FunctionDef) -> None:
    if statement.args.vararg or statement.args.kwarg:
        raise UnreadError("arguments_unnamed", name=statement.name)
    cell.names[statement.name] = _function(cell, statement.name, statement.args, tuple(statement.body))
    cell.tell("", "function_defined", name=statement.name)


def _function(cell: Cell, name: str, args: ast.arguments, body: tuple[ast.stmt, ...] | ast.expr) -> Function:
    positional = [*args.posonlyargs, *args.args]
    late = positional[len(positional) - len(args.defaults) :]
    defaults = {arg.arg: default for arg, default in zip(late, args.defaults, strict=True)}
    defaults |= {arg.arg: default for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default}
    names = tuple(arg.arg for arg in [*positional, *args.kwonlyargs])
    return Function(name, names, body, cell.names, defaults, cell.numbers)


def _import(cell: Cell, statement: ast.Import | ast.ImportFrom) -> None:
    modules = [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        modules = [statement.module or "."]
    unknown = [module for module in modules if module.partition(".")[0] not in IMPORTED]
    if unknown:
        raise UnreadError("import", name=unknown[0])
    for alias in statement.names:
        name = alias.asname or alias.name.partition(".")[0]
        if modules[0] == "sympy.abc":
            cell.names[name] = cell.free(alias.name)
        elif name != "*":
            cell.names[name] = Named(
                (modules[0], alias.name) if isinstance(statement, ast.ImportFrom) else (alias.name,)
            )
    cell.tell("", "nothing_to_compute")


def _with(cell: Cell, statement: ast.With) -> Value | None:
    """``with torch.no_grad():`` and ``with tf.GradientTape() as tape:`` are what stands in them."""
    for each in statement.items:
        if isinstance(each.optional_vars, ast.Name):
            cell.names[each.optional_vars.id] = Named(("GradientTape",))
    cell.tell("", "nothing_to_compute")
    return run(cell, statement.body)


def _if(cell: Cell, statement: ast.If) -> Value | None:
    match statement.test:
        case ast.Compare(left=ast.Name(id="__name__")):
            return run(cell, statement.body)
    _not_run(cell, statement, "branch")
    return None


def _loop(cell: Cell, statement: ast.stmt) -> None:
    _not_run(cell, statement, "loop")


def _not_run(cell: Cell, statement: ast.stmt, code: str) -> None:
    lost = _lose(cell, statement, keep=True)
    cell.tell("", code, names=", ".join(lost) or "–")


def _assert(cell: Cell, statement: ast.Assert) -> None:
    cell.tell("", "check_not_run")


def _nothing(cell: Cell, statement: ast.stmt) -> None:
    cell.tell("", "nothing_to_compute")


STATEMENTS: dict[type[ast.stmt], Callable[..., Value | None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.FunctionDef: _define,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.With: _with,
    ast.If: _if,
    ast.For: _loop,
    ast.While: _loop,
    ast.Assert: _assert,
    ast.Pass: _nothing,
    ast.Delete: _nothing,
    ast.Global: _nothing,
}


# ── Functions of the cell ────────────────────────────────────────────────────────────────────────────────


def invoke(cell: Cell, function: Function, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What a function of the cell returns."""
    if cell.calls >= MAX_CALLS:
        raise UnreadError("too_deep_here", limit=MAX_CALLS)
    given = dict(zip(function.parameters, arguments, strict=False)) | keywords
    lacking = set(function.parameters) - given.keys() - function.defaults.keys()
    if lacking or len(arguments) > len(function.parameters) or given.keys() - set(function.parameters):
        raise UnreadError("arguments", name=function.name, count=len(function.parameters), given=len(given))
    outer = cell.names, cell.numbers, cell.line
    try:
        cell.calls += 1
        cell.names = function.scope.new_child(given)
        for name in function.defaults.keys() - given.keys():
            cell.names[name] = evaluate(cell, function.defaults[name])
        if isinstance(function.body, ast.expr):
            return evaluate(cell, function.body)
        cell.numbers = function.numbers
        return _returned(cell, function, function.body)
    finally:
        cell.names, cell.numbers, cell.line = outer
        cell.calls -= 1


def _returned(cell: Cell, function: Function, body: tuple[ast.stmt, ...]) -> Value:
    try:
        returned = run(cell, body)
    except UnreadError as error:
        cell.unread(error)
        raise UnreadError("needs_line", name=function.name, line=cell.line) from None
    if returned is None:
        raise UnreadError("returns_nothing", name=function.name)
    return returned


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────


def evaluate(cell: Cell, node: ast.expr) -> Value:
    """The value of an expression. Raises UnreadError."""
    with cell.deeper():
        return EXPRESSIONS.get(type(node), _unknown_expression)(cell, node)


def tensor_of(value: Value) -> Tensor:
    """A value as a tensor: a list of numbers is one."""
    match value:
        case Tensor():
            return value
        case Items():
            return calls.stack_items(value)
        case Flag(value=truth):
            return scalar(ONE if truth else ZERO)
    raise _no_tensor(value, "")


def _no_tensor(value: Value, name: str) -> UnreadError:
    match value:
        case Unreadable(lost, line):
            return UnreadError("needs_line", name=lost, line=line)
        case Named(path) if path:
            return UnreadError("unknown_call", name=".".join(path))
        case Named():  # x.grad, or what a call without a result leaves
            return UnreadError("no_number_yet")
    return UnreadError("not_numbers", name=name)


def _unknown_expression(cell: Cell, node: ast.expr) -> Value:
    raise UnreadError("statement", what=type(node).__name__.lower())


def _constant(cell: Cell, node: ast.Constant) -> Value:
    match node.value:
        case bool(truth):
            return Flag(truth)
        case int(number) | float(number):
            return scalar(numeral(number))
        case str(text):
            return Text(text)
        case None:
            return NOTHING
        case x if x is Ellipsis:
            return Named(("...",))
    raise UnreadError("not_numbers", name="")


def _load(cell: Cell, node: ast.Name) -> Value:
    if node.id in cell.names:
        value = cell.names[node.id]
        if isinstance(value, Unreadable):
            raise UnreadError("needs_line", name=value.name, line=value.line)
        return value
    if node.id in ("pi", "π"):
        return scalar(Node("constant", text="pi"))
    if node.id in cell.assumed:
        return calls.assumed(cell, node.id)
    return cell.free(node.id)


def _attribute(cell: Cell, node: ast.Attribute) -> Value:
    base = node.value
    if isinstance(base, ast.Name) and base.id not in cell.names and base.id in LIBRARIES:
        owner: Value = Named((base.id,))
    else:
        owner = evaluate(cell, base)
    if owner == NOTHING:  # x.grad.zero_()
        return NOTHING
    if isinstance(owner, Named):
        return calls.constant_of(Named((*owner.path, node.attr)))
    if isinstance(owner, Tensor) and node.attr in PROPERTIES:
        return PROPERTIES[node.attr](owner)
    return Method(owner, node.attr)


PROPERTIES: dict[str, Callable[[Tensor], Value]] = {
    **dict.fromkeys(("T", "mT"), transposed),
    **dict.fromkeys(("data", "real"), lambda each: each),
    "shape": lambda each: Items(tuple(scalar(numeral(side)) for side in each.shape)),
    "grad": lambda each: NOTHING,
    "dtype": lambda each: NOTHING,
    "device": lambda each: NOTHING,
    "ndim": lambda each: scalar(numeral(len(each.shape))),
}


def _called(cell: Cell, node: ast.Call) -> Value:
    function = _callee(cell, node.func)
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        arguments = [value for argument in node.args for value in _starred(cell, argument)]
    else:
        arguments = [evaluate(cell, argument) for argument in node.args]
    if any(keyword.arg is None for keyword in node.keywords):
        raise UnreadError("arguments_unnamed", name=getattr(node.func, "attr", getattr(node.func, "id", "")))
    keywords = {str(keyword.arg): evaluate(cell, keyword.value) for keyword in node.keywords}
    return calls.apply(cell, function, arguments, keywords)


def _starred(cell: Cell, argument: ast.expr) -> tuple[Value, ...]:
    if isinstance(argument, ast.Starred):
        return unpacked(evaluate(cell, argument.value))
    return (evaluate(cell, argument),)


def _callee(cell: Cell, node: ast.expr) -> Value:
    """What is called: a name that is none of the cell's is a library's."""
    if isinstance(node, ast.Name) and node.id not in cell.names:
        return Named((node.id,))
    return evaluate(cell, node)


def _unary(cell: Cell, node: ast.UnaryOp) -> Value:
    operand = evaluate(cell, node.operand)
    if isinstance(node.op, ast.UAdd):
        return operand
    if not isinstance(node.op, ast.USub):
        raise UnreadError("statement", what=type(node.op).__name__.lower())
    each = tensor_of(operand)
    return replace(elementwise(negative, each), algebra=each.algebra)


OPERATORS: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: binary("+"),
    ast.Sub: binary("-"),
    ast.Mult: binary("*"),
    ast.Div: binary("/"),
    ast.Pow: binary("^"),
    ast.Mod: lambda a, b: call("remainder", [a, b]),
    ast.FloorDiv: lambda a, b: call("floor", [Node("/", (a, b))]),
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def _binary(cell: Cell, node: ast.BinOp) -> Value:
    left, right = evaluate(cell, node.left), evaluate(cell, node.right)
    if isinstance(left, Items) and isinstance(right, Items) and isinstance(node.op, ast.Add):
        return listed([*left.items, *right.items])
    if isinstance(left, Items) and isinstance(node.op, ast.Mult):
        return listed([*left.items] * min(max(cell.whole(right), 0), MAX_ITEMS + 1))
    one, other = tensor_of(left), tensor_of(right)
    algebra = one.algebra or other.algebra
    both = bool(one.shape and other.shape)
    if isinstance(node.op, ast.MatMult) or (algebra and both and isinstance(node.op, ast.Mult)):
        cell.by_entries = True
        cell.spend(len(one.entries) * len(other.entries))
        return replace(matmul(one, other, dot), algebra=algebra)
    if algebra and one.shape and isinstance(node.op, ast.Pow):
        raise UnreadError("matrix_power")
    if type(node.op) not in OPERATORS:
        raise UnreadError("statement", what=type(node.op).__name__.lower())
    return replace(elementwise(OPERATORS[type(node.op)], one, other), algebra=algebra)


def listed(items: Sequence[Value]) -> Items:
    if len(items) > MAX_ITEMS:
        raise UnreadError("list_too_long", limit=MAX_ITEMS)
    return Items(tuple(items))


def _compare(cell: Cell, node: ast.Compare) -> Value:
    if len(node.ops) > 1 or type(node.ops[0]) not in COMPARISONS:
        raise UnreadError("comparison")
    left, right = (evaluate(cell, side) for side in (node.left, node.comparators[0]))
    if NOTHING in (left, right):  # a.grad == 9*a**2
        return NOTHING
    return elementwise(binary(COMPARISONS[type(node.ops[0])]), tensor_of(left), tensor_of(right))


def _if_expression(cell: Cell, node: ast.IfExp) -> Value:
    parts = [tensor_of(evaluate(cell, part)) for part in (node.test, node.body, node.orelse)]
    if parts[0].shape:
        raise UnreadError("comparison")
    return elementwise(lambda *nodes: Node("where", nodes), *parts)


def _list(cell: Cell, node: ast.List | ast.Tuple) -> Value:
    values = [value for part in node.elts for value in _starred(cell, part)]
    for value in values:
        if isinstance(value, Tensor) and not value.shape:
            cell.keep_exact(value.entries[0])
    return listed(values)


def _dict(cell: Cell, node: ast.Dict) -> Value:
    if None in node.keys:
        raise UnreadError("statement", what="**")
    keys = [evaluate(cell, key) for key in node.keys if key]
    return Pairs(tuple(zip(keys, [evaluate(cell, value) for value in node.values], strict=True)))


def _comprehension(cell: Cell, node: ast.ListComp | ast.GeneratorExp) -> Value:
    """[x[i]**2 for i in range(3)] is what stands in it, three times."""
    if len(node.generators) != 1 or node.generators[0].ifs:
        raise UnreadError("loop", names="–")
    generator, outer = node.generators[0], cell.names
    items = unpacked(evaluate(cell, generator.iter))
    try:
        cell.names = outer.new_child()
        values = []
        for each in listed(items).items:
            _give_quietly(cell, generator.target, each)
            values.append(evaluate(cell, node.elt))
        return Items(tuple(values))
    finally:
        cell.names = outer


def _give_quietly(cell: Cell, target: ast.expr, value: Value) -> None:
    """The names of a comprehension stand for values, and are no symbols."""
    match target:
        case ast.Name(id=name):
            cell.names[name] = value
        case ast.Tuple(elts=parts):
            for part, each in zip(parts, unpacked(value), strict=False):
                _give_quietly(cell, part, each)
        case _:
            raise UnreadError("assignment")


def _lambda(cell: Cell, node: ast.Lambda) -> Value:
    return _function(cell, "lambda", node.args, node.body)


def _subscript(cell: Cell, node: ast.Subscript) -> Value:
    owner = evaluate(cell, node.value)
    match owner:
        case Items(items) if not isinstance(node.slice, ast.Slice):
            at = cell.whole(evaluate(cell, node.slice))
            if not -len(items) <= at < len(items):
                raise UnreadError("bad_index", shape=str(len(items)))
            return items[at]
        case Items(items):
            (part,) = index(cell, node.slice)
            assert isinstance(part, slice)
            return Items(items[part])
        case Tensor():
            return item(owner, index(cell, node.slice))
    raise _no_tensor(owner, "")


def index(cell: Cell, node: ast.expr) -> list[Index]:
    """The numbers, slices and new axes between the brackets."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return [_index(cell, part) for part in parts if not _is_ellipsis(part)]


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _index(cell: Cell, node: ast.expr) -> Index:
    if isinstance(node, ast.Slice):
        start, stop, step = (
            None if side is None else cell.whole(evaluate(cell, side)) for side in (node.lower, node.upper, node.step)
        )
        if step == 0:
            raise UnreadError("needs_whole_number")
        return slice(start, stop, step)
    value = evaluate(cell, node)
    return None if isinstance(value, Named) else cell.whole(value)


def _formatted(cell: Cell, node: ast.expr) -> Value:
    return Text("")


EXPRESSIONS: dict[type[ast.expr], Callable[[Cell, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _load,
    ast.Attribute: _attribute,
    ast.Call: _called,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _if_expression,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Lambda: _lambda,
    ast.Subscript: _subscript,
    ast.JoinedStr: _formatted,
}


def new_cell() -> Cell:
    return Cell(invoke)
