"""What a word that is none could be meant as: xlnx as x*ln(x), log1p(x) as log(1+x)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from core.grammar.characters import fold
from core.grammar.refusal import replaced

Piece = tuple[str, str]  # kind and text of a token

# functions of other libraries -> the same in ours, □ standing for the argument; "" where nothing short is the same
EQUIVALENTS: dict[str, str] = {
    **dict.fromkeys(("asinh", "arsinh", "arcsinh"), "log(□+sqrt(□^2+1))"),
    **dict.fromkeys(("acosh", "arcosh", "arccosh"), "log(□+sqrt(□^2-1))"),
    **dict.fromkeys(("atanh", "artanh", "arctanh"), "(log((1+□)/(1-□))/2)"),
    **dict.fromkeys(("asec", "arcsec"), "acos(1/□)"),
    **dict.fromkeys(("acsc", "arccsc"), "asin(1/□)"),
    **dict.fromkeys(("silu", "swish"), "(□*sigmoid(□))"),
    **dict.fromkeys(("inv", "reciprocal"), "(1/□)"),
    **dict.fromkeys(("square", "sqr"), "(□^2)"),
    **{"log1p": "log(1+□)", "expm1": "(exp(□)-1)", "exp2": "(2^□)", "exp10": "(10^□)", "logit": "log(□/(1-□))"},
    **{"rsqrt": "(1/sqrt(□))", "logsigmoid": "(-softplus(-□))", "softsign": "(□/(1+abs(□)))"},
    **{"relu6": "min(max(□,0),6)", "hardtanh": "min(max(□,-1),1)", "elu": "where(□>0,□,exp(□)-1)"},
    **{"mish": "(□*tanh(softplus(□)))", "sinpi": "sin(pi*□)", "cospi": "cos(pi*□)"},
    **dict.fromkeys(("acot", "arccot", "arcctg", "acoth", "asech", "acsch", "sinc"), ""),
    **dict.fromkeys(("selu", "celu", "prelu", "clamp", "clip", "hardsigmoid", "logsumexp"), ""),
}
_SIMPLE = re.compile(r"[A-Za-z]_?[0-9]*|[0-9]+")
_ENDS_ARGUMENT = re.compile(r"[ \t\r\n]*(?:$|[-+/,;)|}\]<>=!]|\*(?!\*))")  # after the x of sinx


def equivalent(text: str, name: str, start: int, end: int) -> tuple[str, ...]:
    """``text`` with the function ``name``, written at text[start:end] before its bracket, told in our functions."""
    template = EQUIVALENTS.get(name, "")
    opening = text.find("(", end)
    closing = _partner(text, opening)
    argument = text[opening + 1 : closing].strip()
    if not template or closing < 0 or not argument or text[end:opening].strip() or "," in fold(argument):
        return ()
    told = template.replace("□", argument if _SIMPLE.fullmatch(argument) else f"({argument})")
    return (replaced(text, (start, closing + 1), told),)


def _partner(text: str, opening: int) -> int:
    """Where the bracket at ``opening`` is closed, -1 if it is not."""
    depth = 0
    for at in range(opening, len(text)) if opening >= 0 else ():
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at
    return -1


def fewest(letters: str, number: str, kind_of: Callable[[str, str], str | None]) -> list[Piece]:
    """``letters`` and the number behind them as the fewest pieces that have a kind; empty if they cannot be."""
    ways: list[list[Piece] | None] = [None for _ in letters] + [[]]  # of letters[start:]
    for start in reversed(range(len(letters))):
        for end in reversed(range(start + 1, len(letters) + 1)):
            piece, index = letters[start:end], number if end == len(letters) else ""
            rest, best = ways[end], ways[start]
            if rest is not None and (best is None or len(rest) + 1 < len(best)) and (kind := kind_of(piece, index)):
                ways[start] = [(kind, piece + index), *rest]
    return ways[0] or []


def spelled_out(pieces: Sequence[Piece], called: bool) -> tuple[str, str]:
    """The product that some pieces make, and the last function in it that had no brackets.

    x ln x -> "x*ln(x)" and "ln"; ``called`` before a bracket, x sin -> "x*sin" and "". Both are empty where that
    would be a guess, as for sin x y.
    """
    factors, applied, rest = [], "", list(pieces)
    while rest:
        (kind, piece), *rest = rest
        if kind == "function" and (rest or not called):
            if not rest or rest[0][0] == "function" or (rest[1:] and rest[1][0] != "function"):
                return "", ""
            applied, piece = piece, f"{piece}({rest[0][1]})"
            rest = rest[1:]
        factors.append(piece)
    is_called = bool(pieces) and pieces[-1][0] == "function" and not applied
    return ("*".join(factors), applied) if is_called or not called else ("", "")


def ends_argument(text: str, end: int, functions: Sequence[str]) -> bool:
    """Can nothing at ``end`` belong to the argument of the function before it? Not so in sinx^2."""
    behind = fold(text[end:])
    return bool(_ENDS_ARGUMENT.match(behind)) or behind.lstrip().startswith(tuple(functions))
