"""Lines that are no code: y = …, f(x, y) = …, constants a = 1, b = 2, or a function alone."""

from __future__ import annotations

import re
from dataclasses import replace

from core import grammar
from core.expression.tree import Node, names, substituted
from core.grammar.characters import fold
from core.grammar.code.cell import Cell, Other
from core.grammar.code.tensors import Tensor, scalar
from core.grammar.code.unread import UnreadError
from core.grammar.code.values import Unreadable
from core.grammar.definitions import FUNCTION_WORDS
from core.grammar.vocabulary import GREEK_NAMES
from core.problem import ProblemError

CONSTANTS = re.compile(
    r"\s{0,8}(?:with |where |let |given |and )?(?:the )?"
    r"(?:constants?|parameters?|const|values?|常数|常量|参数|其中)\s?:?\s?",
    re.IGNORECASE,
)

PROSE = re.compile(r"(?<![A-Za-z\\_0-9])([A-Za-z]{2,24}) {1,4}(?=([A-Za-z]{2,24})(?![A-Za-z0-9_(^]))")
MEANT = frozenset((*FUNCTION_WORDS, *(name.lower() for name in GREEK_NAMES), "pi", "if", "otherwise"))
SEPARATORS = re.compile(r"[,;]")
TRANSPOSED = re.compile(
    r"\^ ?\{? ?(?:T|\\top|\\intercal|\\mathsf ?\{ ?T ?\}|⊤|′)(?![A-Za-z0-9])(?: ?\})?|(?<=[A-Za-z0-9)])['ᵀ]"
)
MATRIX_WORDS = re.compile(r"\.T\b|(?<![A-Za-z0-9_\\])[A-Z] {1,4}[a-z](?![A-Za-z0-9_(])")
LETTERS = re.compile(r"(?:[A-Za-z][0-9]{0,2}(?![A-Za-z])|[-+*/@() ]|\.T|[0-9.])*+")
BESIDE = re.compile(r"(?<=[A-Za-z0-9_)]) {1,4}(?=[A-Za-z(])")


def read(cell: Cell, text: str) -> None:
    """Reads one line, or what belongs together of several. Raises UnreadError."""
    if values := _numbers(fold(text)):
        _keep(cell, values)
        return
    for field in grammar.fields(text):
        _refuse_prose(field.text)
        try:
            meant = parsed(cell, field.text)
            node = _linked(cell, meant.tree)
        except UnreadError:
            cell.names[field.name] = Unreadable(field.name, cell.line)
            raise
        _tell_choices(cell, text, field, meant.choices)
        if field.name:
            cell.names[field.name] = cell.bound(field.name, scalar(node))
            cell.tell(f"{field.name} = {cell.shown_as(node)}")
        else:
            cell.shown.append(scalar(node))
            cell.tell(cell.shown_as(node))


def _refuse_prose(text: str) -> None:
    """Words beside one another are a sentence, and no product of variables."""
    for first, second in PROSE.findall(text):
        if not {first.lower(), second.lower()} & MEANT:
            raise UnreadError("prose")


def is_readable(cell: Cell, text: str) -> bool:
    """Whether ``read`` can read a line; nothing of the cell changes."""
    try:
        return bool(_numbers(fold(text))) or all(parsed(cell, field.text).tree for field in grammar.fields(text))
    except UnreadError:
        return False


def matrix_product(text: str) -> str:
    """x^T A x and A x + b as Python, x.T @ A @ x: a matrix has a capital letter. Empty for anything else."""
    turned = TRANSPOSED.sub(".T", fold(text).strip())
    if not MATRIX_WORDS.search(turned) or not LETTERS.fullmatch(turned):
        return ""
    return BESIDE.sub(r" @ ", turned)


def _tell_choices(cell: Cell, text: str, field: grammar.Field, choices: tuple[grammar.Choice, ...]) -> None:
    """Says what else a word could mean; where that can be written, the whole line as it would read then is kept."""
    for choice in choices:
        code = "could_mean" if choice.other else "read_as"
        cell.tell("", code, text=choice.text, taken=choice.taken, other=choice.other)
        if choice.other and field.start >= 0 and choice.instead != field.text and text.count(field.text) == 1:
            cell.others.append(Other(cell.line, choice, text.replace(field.text, choice.instead)))


def parsed(cell: Cell, text: str) -> grammar.Meaning:
    """What a function means; its names are those of the cell, or new ones."""
    known = {symbol.name for symbol in cell.symbols.values()} | set(cell.names)
    try:
        return grammar.meaning(text, sorted(known), new=True)
    except ProblemError as error:
        raise UnreadError(error.code, **error.facts) from None


def _linked(cell: Cell, node: Node) -> Node:
    """The tree with the symbols of the cell for its names; a new name is a variable without a value."""
    new: dict[str, Node] = {}
    for name in names([node]):
        value = cell.names.get(name)
        if isinstance(value, Unreadable):
            raise UnreadError("needs_line", name=name, line=value.line)
        if isinstance(value, Tensor) and len(value.entries) == 1:
            new[name] = value.entries[0]
        else:
            latest = [key for key, symbol in cell.symbols.items() if symbol.name == name]
            new[name] = Node("name", text=latest[-1]) if latest else cell.free(name).entries[0]
    return substituted(node, new)


def is_ambiguous(product: str) -> bool:
    """Whether what ``matrix_product`` made could also be a product of numbers: A x, but not x.T @ A @ x."""
    return "@" in product and ".T" not in product


def _numbers(text: str) -> list[tuple[str, Node]]:
    """a = 1, b = 2 as names with numbers, with or without the word for it before; empty for anything else."""
    found = CONSTANTS.match(text)
    values = []
    for part in SEPARATORS.split(text[found.end() :] if found else text):
        name, sign, number = part.partition("=")
        try:
            values.append((grammar.variable(name, field=""), grammar.constant(number, field="")))
        except ProblemError:
            return []
        if not sign:
            return []
    return values


def _keep(cell: Cell, values: list[tuple[str, Node]]) -> None:
    for name, node in values:
        known = cell.free_symbol(name)
        if known is None:
            cell.names[name] = cell.bound(name, scalar(node))
        else:  # used in a line before
            cell.symbols[known.key] = replace(known, value=node)
    cell.tell(", ".join(f"{name} = {cell.shown_as(node)}" for name, node in values))
