"""|x|: which bar opens and which closes."""

from __future__ import annotations

from functools import cache

from core.grammar.refusal import Refusal, clip_apart, replaced
from core.grammar.vocabulary import Token

MAX_BARS = 40  # between two brackets; more is refused, not searched
_ENDS_OPERAND = ("number", "fraction", "name", "constant", "superscript", ")", "}", "|)")
_NO_OPERAND = (")", "}", "|)", ",", "*", "/", "^", "superscript", "<", "<=", ">", ">=", "==", "!=", "end")
_SIGNS = ("+", "-")


def pair_bars(text: str, tokens: list[Token]) -> list[Token]:
    """``tokens`` with each "|" replaced by "|(" or "|)".

    Refuses what could be read in two ways, as |x|y|z| can, and bars without a partner.
    """
    paired = list(tokens)
    for places in _levels(tokens):
        for place, kind in zip(places, _pairing(text, tokens, places), strict=True):
            paired[place] = tokens[place]._replace(kind=kind)
    return paired


def _levels(tokens: list[Token]) -> list[list[int]]:
    """The places of the bars, those between the same brackets and commas together."""
    levels: list[list[int]] = [[]]
    stack = [levels[0]]
    for place, token in enumerate(tokens):
        if token.kind == "|":
            stack[-1].append(place)
        if token.kind in ("(", "{", "[", "|(", ","):
            levels.append([])
        if token.kind in ("(", "{", "[", "|("):
            stack.append(levels[-1])
        elif token.kind == ",":
            stack[-1] = levels[-1]
        elif token.kind in (")", "}", "]", "|)") and len(stack) > 1:
            stack.pop()
    return [places for places in levels if places]


def _pairing(text: str, tokens: list[Token], places: list[int]) -> tuple[str, ...]:
    if len(places) > MAX_BARS:
        raise Refusal("too_many_bars", tokens[places[MAX_BARS]].span, limit=MAX_BARS)
    kinds = [token.kind for token in tokens] + ["end"]
    match _ways(kinds, places, signs_close=True) or _ways(kinds, places, signs_close=False):
        case (only,):
            return only
        case (first, second):
            span = tokens[places[0]].start, tokens[places[-1]].end
            one, other = (_written(text, tokens, places, way).strip() for way in (first, second))
            one, other = clip_apart(one, other, 40)
            raise Refusal("ambiguous", span, first=one, second=other)
        case _:
            fixes = (text.rstrip() + "|",)
            raise Refusal("unbalanced", tokens[places[-1]].span, fixes, bracket="|")


def _ways(kinds: list[str], places: list[int], signs_close: bool) -> tuple[tuple[str, ...], ...]:
    """At most two ways to pair the bars at ``places``.

    With ``signs_close`` the second bar of |x|+2|y| closes, since an operand stands before it and a sign behind;
    else it may also open, as the second of |2|-x|| has to.
    """

    @cache
    def pairings(nth: int, depth: int, after_opening: bool) -> tuple[tuple[str, ...], ...]:
        """Those from the ``nth`` bar on, with ``depth`` open before it."""
        if nth == len(places):
            return ((),) if depth == 0 else ()
        before, after = kinds[places[nth] - 1] if places[nth] else "", kinds[places[nth] + 1]
        operand = not after_opening if before == "|" else before in _ENDS_OPERAND
        must_close = operand and (after == "|" or (signs_close and depth > 0 and after in _SIGNS))
        ways: list[tuple[str, ...]] = []
        if operand and depth:
            ways += [("|)", *rest) for rest in pairings(nth + 1, depth - 1, False)]
        if after not in _NO_OPERAND and not must_close:
            ways += [("|(", *rest) for rest in pairings(nth + 1, depth + 1, True)]
        return tuple(ways[:2])

    return pairings(0, 0, False)


def _written(text: str, tokens: list[Token], places: list[int], pairing: tuple[str, ...]) -> str:
    for place, kind in reversed(list(zip(places, pairing, strict=True))):
        text = replaced(text, tokens[place].span, " abs(" if kind == "|(" else ")")
    return text
