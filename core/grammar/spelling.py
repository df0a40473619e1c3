"""What a word that is none could be meant as: usinv as u*sin(v), tamh as tanh."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from core.grammar.characters import fold

Piece = tuple[str, str]  # kind and text of a token

_ENDS_ARGUMENT = re.compile(r"[ \t\r\n]*+(?:$|[-+/,;)|}\]<>=!]|\*(?!\*))")  # after the x of sinx
_DOUBLED = re.compile(r"(.)\1")  # sinn
_SHORTEST = 3  # letters of a word that may be a slip of the finger


def close(word: str, known: Iterable[str]) -> list[str]:
    """The known words that one slip of the finger makes of ``word``: a letter more, less, another, or two swapped.

    Nothing further away is offered: it would be another function.
    """
    found = {name for name in known if min(len(word), len(name)) >= _SHORTEST and _one_slip(word, name)}
    return sorted(found, key=lambda name: (_DOUBLED.sub(r"\1", word) != name, word[-1] != name[-1], name))


def _one_slip(word: str, name: str) -> bool:
    if word == name or word[:1] != name[:1] or re.sub("[^0-9]", "", word) != re.sub("[^0-9]", "", name):
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    one, other = word[at:], name[at:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:] and len(one) > 1
    return swapped or one[1:] == other or one == other[1:] or (one[1:] == other[1:] and len(word) > _SHORTEST)


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
