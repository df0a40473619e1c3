"""Words: which are functions, constants and names, and what is wrong with the others."""

from __future__ import annotations

import difflib
import keyword
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from core.expression.tree import FUNCTIONS, natural
from core.grammar.refusal import CODES, Refusal, clip, clip_apart, replaced
from core.grammar.spelling import EQUIVALENTS, Piece, ends_argument, equivalent, fewest, spelled_out

MAX_NAME = 12  # characters of a variable
_FACTOR = re.compile(r"[A-Za-zα-ωπ][0-9₀-₉]*(?![A-Za-z])")  # the x of sin2x
_LONGEST_SPLIT = 24  # letters of a word that may still be a product such as xy


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREEK: dict[str, str] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lam", "μ": "mu", "ν": "nu", "ξ": "xi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "ϵ": "epsilon", "ϑ": "theta", "ϰ": "kappa", "µ": "mu", "ϱ": "rho", "ϕ": "phi",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # without Σ and Π, which look like a sum and a product  # fmt: skip
GREEK_NAMES = frozenset(GREEK.values())
GREEK_COMMANDS: dict[str, str] = {
    **{name: name for name in GREEK_NAMES},
    **{f"var{name}": name for name in ("epsilon", "theta", "kappa", "rho", "phi")},
    "lambda": "lam",  # Python's keyword cannot be a name in the code that the app writes
}
CONSTANT_WORDS = {"pi": "pi", "π": "pi", "e": "e", "E": "e"}
# lower-case word -> the function it is read as; the reader builds those that are not in FUNCTIONS
FUNCTION_WORDS: dict[str, str] = {
    **{name: name for name in FUNCTIONS},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "tan2")},
    **{"ln": "log", "tg": "tan", "arctg": "atan", "sgn": "sign", "absolute": "abs", "fabs": "abs"},
    **{"maximum": "max", "minimum": "min", "expit": "sigmoid", "logistic": "sigmoid", "power": "pow"},
    **{name: name for name in "log2 log10 pow cot sec csc coth sech csch piecewise".split()},
    **{"ctg": "cot", "cotg": "cot", "cotan": "cot", "cosec": "csc", "cosech": "csch", "signum": "sign"},
}
REFUSED_WORDS: dict[str, frozenset[str]] = {
    "not_finite": _words("inf infinity infty oo zoo nan"),
    "reserved_name": frozenset(("I", "true", "false", *keyword.kwlist)),
    "step_function": _words(
        "floor ceil ceiling round trunc fix frac int mod fmod remainder rint heaviside step argmax argmin"
    ),
    "unsupported_function": _words(
        "sum prod product factorial binomial gamma lgamma erf zeta integrate diff derivative limit solve mean"
        " norm det softmax matmul dot asinh acosh atanh gelu cbrt lg"
    ),
}
WORDS_OF_LOGIC = {"True": "true", "true": "true", "and": "and", "or": "or"}
# Before a bracket these are more often functions than factors.
LIKE_FUNCTIONS = _words("f g h F G H beta gamma zeta sigma phi psi Gamma Phi Psi")


class Token(NamedTuple):
    """``kind`` is a sign as the reader knows it ("+", "(", "|("), or the class of what ``text`` says."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


class Word(NamedTuple):
    """Letters with an optional number behind, as found in ``text[start:end]``."""

    letters: str
    number: str
    start: int
    end: int
    called: bool = False  # an opening bracket follows

    @property
    def key(self) -> str:
        return self.letters + self.number

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True)
class Vocabulary:
    """Which names may occur: the ``declared`` ones; without them (None) any single letter."""

    declared: frozenset[str] | None = None
    numbers_only: bool = False

    def tokens(self, text: str, word: Word) -> list[Token]:
        """``word`` as one token, or as several where it is a product of declared names. Raises Refusal."""
        if known := self._known(word.letters, word.number):
            return [Token(*known, *word.span)]
        if refusal := _forbidden(text, word):
            raise refusal
        return self._product(text, word)

    def item(self, text: str, word: Word, position: int) -> Token:
        """x[0] as in Python: the first of x1, x2, …, unless the declared names count from x0."""
        shift = 0 if self.counts_from_zero(word.letters) else 1
        known = self._known(word.letters, str(position + shift))
        if known is None or known[0] != "name":
            if self.declared and word.letters in self.declared:
                raise Refusal("not_a_vector", word.span, name=clip(word.letters))
            raise self._unknown(word, (), text[word.start : word.end])
        return Token(*known, *word.span)

    def counts_from_zero(self, letters: str) -> bool:
        return self.declared is not None and letters + "0" in self.declared

    def _known(self, letters: str, number: str) -> Piece | None:
        key = letters + number
        if self.declared is not None and key in self.declared:
            return "name", key
        if function := FUNCTION_WORDS.get(key.lower()):
            return "function", function
        if constant := CONSTANT_WORDS.get(key):
            return "constant", constant
        if kind := WORDS_OF_LOGIC.get(key):
            return kind, key
        if self.declared is None and _needs_no_declaration(letters, number):
            return "name", key
        return None

    def _product(self, text: str, word: Word) -> list[Token]:
        ways = self._products(word)
        if not ways:
            raise self._misspelt(text, word)
        if len(ways) > 1:
            spelled = [spelled_out(way, word.called)[0] or "*".join(piece for _, piece in way) for way in ways]
            first, second = clip_apart(spelled[0], spelled[1])
            raise Refusal("ambiguous", word.span, first=first, second=second)
        return _laid_out(ways[0], word)

    def _products(self, word: Word) -> list[list[Piece]]:
        """At most two ways to write ``word`` as a product of declared names, pi and a function."""
        letters = word.letters
        if not self.declared or len(letters) > _LONGEST_SPLIT:
            return []
        ways: list[list[list[Piece]]] = [[] for _ in letters] + [[[]]]  # of letters[start:]
        for start in reversed(range(len(letters))):
            for end in range(start + 1, len(letters) + 1):
                piece = letters[start:end] + (word.number if end == len(letters) else "")
                if ways[end] and (kind := self._factor(piece)):
                    ways[start] = [*ways[start], *([(kind, piece), *rest] for rest in ways[end])][:2]
        return ways[0]

    def _factor(self, piece: str) -> str | None:
        """The kind of a part of a word. e is none: whether ``ex`` is e*x or a typing error is asked."""
        if self.declared and piece in self.declared:
            return "name"
        if piece in FUNCTION_WORDS:
            return "function"
        return "constant" if piece == "pi" else None

    def _misspelt(self, text: str, word: Word) -> Refusal:
        product, applied = self._spelled_out(text, word)
        respelt = tuple(replaced(text, word.span, fix) for fix in self._respellings(text, word, product))
        fixes = equivalent(text, word.key.lower(), *word.span) + respelt
        if applied and not self.numbers_only:
            return Refusal("missing_brackets", word.span, fixes, name=applied)
        return self._unknown(word, fixes)

    def _unknown(self, word: Word, fixes: tuple[str, ...], name: str = "") -> Refusal:
        name = clip(name or word.key)
        if self.numbers_only:
            return Refusal("not_a_number", word.span, name=name)
        if word.called:
            return Refusal("unknown_function", word.span, fixes, name=name)
        if self.declared is None:
            return Refusal("unknown_name", word.span, fixes, name=name)
        known = clip(", ".join(sorted(self.declared, key=natural)), 60)
        return Refusal("undeclared_name", word.span, fixes, name=name, known=known)

    def _spelled_out(self, text: str, word: Word) -> tuple[str, str]:
        """xe -> x*e, thetax -> theta*x, lnx -> ln(x) and the function that wants brackets; empty for a guess."""
        if len(word.letters) > _LONGEST_SPLIT:
            return "", ""
        pieces = fewest(word.letters, word.number, self._piece)
        letters = [piece for kind, piece in pieces if self.declared is None and len(piece) == 1]
        if len(letters) > 2 or len(letters) == len(pieces) or pieces[0] == ("name", "d"):
            return "", ""  # a word of some language; dx is rather a differential
        product, applied = spelled_out(pieces, word.called)
        if applied and not ends_argument(text, word.end, tuple(FUNCTION_WORDS)):
            return "", applied  # sinx^2
        return product, applied

    def _piece(self, letters: str, number: str) -> str | None:
        known = self._known(letters, number)
        return known[0] if known and known[0] in ("name", "constant", "function") else None

    def _respellings(self, text: str, word: Word, product: str) -> list[str]:
        """Pi -> pi, xe -> x*e, sinn -> sin, xy -> x*y: what might be meant, the likeliest first.

        No letter is lost on the way, and no function is offered for another one.
        """
        key = word.key
        if len(key) > _LONGEST_SPLIT or key.lower() in EQUIVALENTS:
            return []
        known = sorted((*FUNCTION_WORDS, "pi", *(GREEK_NAMES if self.declared is None else self.declared)))
        fixes = [key.lower()] if key.lower() in known else []
        fixes += [product] if product else []
        near = difflib.get_close_matches(key, known, 3, 0.65)
        fixes += [name for name in near if name.endswith(word.number) and _keeps_letters(word, name)]
        is_short = len(word.letters) in (2, 3) and len(set(word.letters)) == len(word.letters)
        if is_short and not word.called and word.letters[0] != "d":
            fixes.append("*".join(word.letters) + word.number)
        holds_together = text[: word.start].rstrip().endswith(("^", "/", "√"))  # 1/xy is not 1/x*y
        return [fix for fix in fixes if not (holds_together and "*" in fix)]


def _keeps_letters(word: Word, near: str) -> bool:
    """sinn( -> sin(, alpa -> alpha, tamh( -> tanh(; but not sinx( -> sinh(, xe -> x."""
    key = word.key
    if word.called and len(key) > 2 and set(key) <= set(near):
        return True
    return len(near) >= len(key) and not any(key[:end] in FUNCTION_WORDS for end in range(3, len(key)))


def is_reserved(letters: str, number: str) -> bool:
    """Does it mean something already, in any case: a function, a constant, an infinity, a keyword?"""
    key = letters + number
    words = FUNCTION_WORDS.keys() | REFUSED_WORDS["not_finite"] | REFUSED_WORDS["reserved_name"] | {"pi"}
    return key in words or key.lower() in words or letters in CONSTANT_WORDS


def _needs_no_declaration(letters: str, number: str) -> bool:
    """x, x12, alpha, alpha1"""
    single = len(letters) == 1 and letters not in ("e", "E", "I")
    return (single or letters in GREEK_NAMES) and len(letters + number) <= MAX_NAME


def _forbidden(text: str, word: Word) -> Refusal | None:
    """The refusal of a word that is known, but not as anything that could stand in a formula."""
    key, fixes = clip(word.key), {"lambda": "lam", "lg": "log10"}
    fix = (replaced(text, word.span, fixes[key]),) if key in fixes else equivalent(text, key.lower(), *word.span)
    if word.letters in CONSTANT_WORDS:  # e1, pi2
        return Refusal("reserved_name", word.span, name=key)
    if word.letters in FUNCTION_WORDS and not word.called:  # sin2, sin2x
        factor = _FACTOR.match(text, word.end)
        end = factor.end() if factor else word.end
        applied = replaced(text, (word.start, end), f"{word.letters}({word.number}{text[word.end : end]})")
        is_all = ends_argument(text, end, tuple(FUNCTION_WORDS))
        return Refusal("missing_brackets", word.span, (applied,) if is_all else (), name=clip(word.letters))
    if key in GREEK_NAMES and not word.called:  # gamma is a name, only gamma(…) is not
        return None
    for code, words in REFUSED_WORDS.items():
        if key in words or key.lower() in words:
            (fact,) = CODES[code]
            return Refusal(code, word.span, fix, **{fact: key})
    return None


def _laid_out(pieces: list[Piece], word: Word) -> list[Token]:
    """The parts of ``word`` as tokens, the last with the number behind the letters."""
    starts = list(accumulate((len(piece) for _, piece in pieces[:-1]), initial=word.start))
    return [
        Token(kind, FUNCTION_WORDS[piece] if kind == "function" else piece, start, end)
        for (kind, piece), start, end in zip(pieces, starts, [*starts[1:], word.end], strict=True)
    ]
