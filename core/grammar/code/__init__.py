"""Pasted cells of PyTorch, NumPy, JAX, SymPy, MATLAB, formulas, or a mix → definitions → the problem they ask for.

    source       text → statements: prompts, notebooks, printed output, comments
    python       statement → syntax tree, its size and depth looked at before
    matlab       the same tree from MATLAB
    formulas     lines that are no code
    interpreter  the tree's statements and expressions, each by a row of a table; nothing is executed
    calls        what the functions of the libraries mean
    tensors      small tensors of expressions
    cell         what the names stand for, and what is asked
    problems     definitions and requests → Problem

Python's parser can exhaust a stack, so ``read`` belongs into a process that can be killed (core.calculus.worker).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from core.grammar.code import formulas, matlab, programs, python
from core.grammar.code.cell import Cell, Other, Told
from core.grammar.code.interpreter import new_cell, run
from core.grammar.code.problems import Candidate, candidates, requests, unasked
from core.grammar.code.source import MAX_LINES, MAX_STATEMENT, MAX_TEXT, Line, Statement, cells_of, lines, statements
from core.grammar.code.unread import UnreadError
from core.problem import ProblemError

MAX_OTHERS = 3  # problems offered beside the first
LEGEND = re.compile(r"# (?P<vector>[a-z]) = \((?P<names>[^()]{1,400})\)$")
CODE = re.compile(
    r"^\s{0,40}(?:import|from|def|class|return|for|while|with|if|print|assert|@)\b|lambda|\w\[|\.\w+\(|>>>"
    r"|[\w)\]] ?@ ?[\w(]"
    r"|\b(?:torch|np|numpy|jnp|jax|sp|sympy|tf|math|symbols|jacobian|Matrix|diff|array|tensor|grad)\b",
    re.MULTILINE,
)
PYTHON = re.compile(r"^\s{0,40}(?:import|from|def) ", re.MULTILINE)
MATHEMATICS = re.compile(r"\^|\\[a-zA-Z]|[²³√π×·∂₀-₉α-ωΑ-Ω]|[0-9)][A-Za-z(]")
ARRAYS = frozenset(
    "dot norm outer inner softmax log_softmax mean sum cat concatenate matmul mm mv trace backward".split()
)


@dataclass(frozen=True)
class Brought:
    """What somebody pasted, as read: the problems it can be (the likeliest first), and what is told of each line."""

    candidates: tuple[Candidate, ...]
    lines: tuple[tuple[Line, Told], ...]
    refusal: ProblemError | None = None
    notes: tuple[str, ...] = ()  # codes of what is to be said of all of it
    matrices_assumed: bool = False  # a capital letter was taken for a matrix
    others: tuple[Other, ...] = ()


def read(text: str) -> Brought:
    """Reads a pasted text. Raises ProblemError for one that is too long or empty."""
    if len(text) > MAX_TEXT:
        raise ProblemError("too_long", field="", span=(MAX_TEXT, len(text)), length=len(text), limit=MAX_TEXT)
    if not text.strip():
        raise ProblemError("empty", field="", span=(0, len(text)))
    typed = lines(cells_of(text))
    if len(typed) > MAX_LINES:
        raise ProblemError("too_many_lines", field="", limit=MAX_LINES)
    brought = _read(typed, products=True)
    if brought.matrices_assumed:  # A x may also be a product of two numbers
        other = _read(typed, products=False)
        scalars = tuple(replace(each, kind="scalars") for each in other.candidates[:1])
        return replace(brought, candidates=(*brought.candidates[:1], *scalars, *brought.candidates[1:]))
    if brought.candidates:
        known = {each.address for each in brought.candidates}
        more = (_instead(typed, other) for other in brought.others[:MAX_OTHERS])
        return replace(
            brought, candidates=(*brought.candidates, *(each for each in more if each and each.address not in known))
        )
    return brought


def _instead(typed: list[Line], other: Other) -> Candidate | None:
    """What the text is with one word read otherwise."""
    changed = [replace(line, text=other.text) if line.number == other.line else line for line in typed]
    found = _read(changed, products=True).candidates[:1]
    return replace(found[0], kind="instead", choice=other.choice, line=other.line) if found else None


def _read(typed: list[Line], products: bool) -> Brought:
    """``products``: letters beside one another, one of them a capital, are a product of matrices."""
    whole = "\n".join(line.text for line in typed)
    cell, is_code = new_cell(), CODE.search(whole) is not None
    cell.matlab = matlab.is_matlab(whole) and not PYTHON.search(whole)
    cell.legends = _legends(typed)
    units = list(statements(typed))
    words = [formulas.matrix_product(unit.source) if products and not is_code else "" for unit in units]
    trees = [_parsed(cell, word or unit.source, is_code) for word, unit in zip(words, units, strict=True)]
    if not cell.matlab:
        cell.assumed = _assumed([tree for tree in trees if isinstance(tree, list)])
    grads: list[str] = []
    steps: list[programs.Step] = []
    functions: programs.Functions = {}
    for unit, tree in zip(units, trees, strict=True):
        grads += _statement(cell, unit, tree)
        steps += programs.steps_of(cell, unit, functions)
    found, refusal = _problems(cell, grads)
    asked = next(iter(requests(cell)), None)
    whole_program = programs.found(cell, steps, units, asked, grads) if products and not cell.matlab else None
    if whole_program and not (whole_program.is_product and found and found[0].kind == "matmul"):
        entries = found if asked else ()  # entry by entry the same is asked, which a formula alone does not need
        found, refusal = (whole_program.candidate, *whole_program.others, *entries), None
        cell.told |= whole_program.told
    if found and found[0].at_ones:
        cell.tell_ones(found[0].line)
    is_by_entries = cell.by_entries and found and found[0].kind in ("vjp", "chain")
    notes = ("entry_by_entry",) if is_by_entries else ()
    return Brought(
        found,
        tuple(_told(cell, typed, units)),
        refusal,
        notes,
        any(map(formulas.is_ambiguous, words)),
        tuple(cell.others),
    )


def _legends(typed: list[Line]) -> dict[str, tuple[str, ...]]:
    """``# x = (rho, phi)`` of our own listings: how the entries of a vector are called."""
    found = [LEGEND.match(line.text.strip()) for line in typed if line.kind == "comment"]
    named = {match["vector"]: tuple(name.strip() for name in match["names"].split(",")) for match in found if match}
    return {vector: names for vector, names in named.items() if all(name.isidentifier() for name in names)}


Tree = list[ast.stmt] | UnreadError | None  # None: a formula


def _statement(cell: Cell, unit: Statement, body: Tree) -> list[str]:
    """Reads one statement, in the language it is in; the names whose .grad it looks at."""
    cell.numbers = tuple(line.number for line in unit.lines)
    cell.line = unit.first
    try:
        if isinstance(body, UnreadError):
            raise body
        if body is None:
            formulas.read(cell, unit.source)
            return []
    except UnreadError as error:
        cell.unread(error)
        return []
    try:
        run(cell, body)
    except UnreadError as error:  # of a return outside of a function
        cell.unread(error)
    return [
        node.value.id
        for part in body
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.value, ast.Name)
    ]


def _parsed(cell: Cell, source: str, is_code: bool) -> Tree:
    """The syntax tree of a statement, None for a formula, or why there is none."""
    try:
        if len(source) > MAX_STATEMENT:
            raise UnreadError("statement_too_long", limit=MAX_STATEMENT)
        if cell.matlab:
            return matlab.parse(source)
        if "\n" in source or CODE.search(source):
            return python.parse(source)
    except UnreadError as error:
        return error
    if is_code and not MATHEMATICS.search(source):
        return _python_or_none(source)
    return None if formulas.is_readable(cell, source) else _python_or_none(source)


def _python_or_none(source: str) -> list[ast.stmt] | None:
    try:
        return python.parse(source)
    except UnreadError:
        return None


def _assumed(trees: list[list[ast.stmt]]) -> dict[str, tuple[int, ...]]:
    """The names without a value that must be vectors or matrices, and the smallest shape that shows what happens."""
    nodes = [node for tree in trees for part in tree for node in ast.walk(part)]
    given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    given |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    given |= {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    shapes: dict[str, tuple[int, ...]] = {}
    for node in nodes:
        for name, least in _arrays(node):
            if name not in given:
                old = shapes.get(name, ())
                shape = least or ((2, 2) if name[:1].isupper() else (2,))
                shapes[name] = max(old, shape, key=lambda sides: (len(sides), sides))
    return shapes


def _arrays(node: ast.AST) -> list[tuple[str, tuple[int, ...]]]:
    """Names used as an array in this node, with the shape that an index asks for."""
    match node:
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            return [(name, ()) for side in (left, right) for name in _leaves(side)]
        case ast.Call(func=ast.Attribute(value=owner, attr=attribute), args=arguments) if attribute in ARRAYS:
            return [(name, ()) for side in (owner, *arguments) for name in _leaves(side)]
        case ast.Attribute(value=ast.Name(id=name), attr="T"):
            return [(name, ())]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(at))) if 0 <= at < 8:
            return [(name, (max(at + 1, 2),))]
        case ast.Subscript(
            value=ast.Name(id=name), slice=ast.Tuple(elts=[ast.Constant(value=int(p)), ast.Constant(value=int(q))])
        ):
            return [(name, (max(p + 1, 1), max(q + 1, 1)))] if 0 <= p < 8 and 0 <= q < 8 else []
    return []


LIBRARY_NAMES = frozenset("torch np jnp jax sp F nn tf math numpy sympy linalg functional".split())


def _leaves(node: ast.expr) -> list[str]:
    """The names at the bottom of sums, products, lists and methods."""
    match node:
        case ast.Name(id=name) if name not in LIBRARY_NAMES:
            return [name]
        case ast.BinOp(op=ast.MatMult() | ast.Add() | ast.Sub(), left=left, right=right):
            return [*_leaves(left), *_leaves(right)]
        case ast.BinOp(op=ast.Mult() | ast.Div(), left=left, right=right):
            return [*_leaves(left), *_leaves(right)] if not isinstance(left, ast.Constant) else _leaves(right)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [name for part in parts for name in _leaves(part)]
        case ast.UnaryOp(operand=operand):
            return _leaves(operand)
        case ast.Attribute(value=value):
            return _leaves(value)
    return []


def _problems(cell: Cell, grads: list[str]) -> tuple[tuple[Candidate, ...], ProblemError | None]:
    """What the first request can be shown as, then the other requests; and why, if there is nothing."""
    asked = requests(cell)
    if not asked and (request := unasked(cell)):
        asked = [request]
    found: list[Candidate] = []
    refusal = None if asked else ProblemError("nothing_to_show", field="")
    for request in asked[:8]:
        try:
            more = candidates(cell, request, grads)
        except (ProblemError, UnreadError) as error:
            refusal = refusal or (
                error if isinstance(error, ProblemError) else ProblemError("nothing_to_show", field="")
            )
        else:
            known = [each.address for each in found]
            found += [each for each in (more if not found else more[:1]) if each.address not in known]
    return tuple(found[: MAX_OTHERS + 1]), None if found else refusal


def _told(cell: Cell, typed: list[Line], units: list[Statement]) -> list[tuple[Line, Told]]:
    """Each line that is not blank, with what is told of it; a line in the middle of a statement goes with its first."""
    firsts = {line.number: unit.first for unit in units for line in unit.lines}
    told = []
    for line in typed:
        if line.kind == "blank":
            continue
        said = cell.told.get(line.number)
        if said is None and line.kind in ("output", "comment"):
            said = Told(code=line.kind)
        if said is None:
            first = firsts.get(line.number, line.number)
            said = (
                Told(code="with_line", facts=(("line", first),))
                if first != line.number
                else Told(code="nothing_to_compute")
            )
        told.append((line, said))
    return told
