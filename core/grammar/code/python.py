"""Python → syntax tree, bounded before the parser sees it: nothing is compiled or run."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

from core.grammar.code.source import bare
from core.grammar.code.unread import UnreadError

DEEPEST = 20  # brackets inside one another
MOST_PREFIXES = 12  # signs and words before an operand: - - not lambda: …
LONGEST_CHAIN = 400  # operators between two commas: what a sum of so many terms takes from the stack
TOKEN = re.compile(r"[A-Za-z_]\w*+|[0-9]++|\*\*|[-+~*/@%^&|.<>=!]|[()\[\]{},;:\n]|[^\s]")
PREFIX = frozenset(("-", "+", "~", "not", "lambda", "await", "yield", "*", "**", ":"))
OPERATORS = frozenset("-+*/@%^&|.<>=!") | {"**", "and", "or", "if", "else", "in", "is"}


def parse(source: str) -> list[ast.stmt]:
    """The statements of a text. Raises UnreadError ``too_deep_here`` or ``not_python``."""
    dedented = textwrap.dedent(source)
    _refuse_depth(dedented)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "is" with a literal, "\d" in a text
            return ast.parse(dedented).body
    except (SyntaxError, ValueError):  # ValueError: a null character
        raise UnreadError("not_python") from None
    except (RecursionError, MemoryError):
        raise UnreadError("too_deep_here", limit=DEEPEST) from None


def _refuse_depth(source: str) -> None:
    """Looks at the signs alone: how deep brackets stand in one another, how long operators go on without end."""
    depth = prefixes = chain = 0
    quote = ""
    for line in source.split("\n"):
        plain, quote = bare(line, quote)
        for token in TOKEN.findall(plain):
            depth += (token in "([{") - (token in ")]}")
            prefixes = prefixes + 1 if token in PREFIX else 0
            chain = 0 if token in ",;" else chain + (token in OPERATORS or token in "([{")
            if depth > DEEPEST or prefixes > MOST_PREFIXES or chain > LONGEST_CHAIN:
                raise UnreadError("too_deep_here", limit=DEEPEST)
        if not depth:
            chain = prefixes = 0
    if source.count(" if ") + source.count("lambda") > LONGEST_CHAIN // 8:
        raise UnreadError("too_deep_here", limit=DEEPEST)
