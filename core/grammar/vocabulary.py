"""Words: which are functions, constants and names, and what is wrong with the others."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from core.expression.tree import natural
from core.grammar.characters import fold
from core.grammar.choice import Choice
from core.grammar.definitions import FUNCTION_WORDS
from core.grammar.refusal import CODES, Refusal, clip, clip_apart, replaced
from core.grammar.spelling import Piece, close, ends_argument, fewest, spelled_out

MAX_NAME = 24  # characters of a variable
_FACTOR = re.compile(r"[A-Za-zα-ωπ][0-9₀-₉]*+(?![A-Za-z])")  # the x of sin2x
_IDENTIFIER = re.compile(r"\\?+[A-Za-z][A-Za-z0-9_]*+")
_LONGEST_SPLIT = 24  # letters of a word that may still be a product such as xy
_ALONE = re.compile(r"(?<![A-Za-z\\_])[A-Za-z](?![A-Za-z])|[α-ωΓ-Ω]")  # a variable of one letter


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
CONSTANT_WORDS = {"pi": "pi", "π": "pi"}
# functions that everybody writes without brackets too; any other word is a function only before a bracket
BARE = _words(
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh arcsin arccos arctan exp log ln log2 log10 lg tg ctg"
    " cot sec csc sqrt abs sign sgn min max sigmoid relu softplus where piecewise"
)
REFUSED_WORDS: dict[str, frozenset[str]] = {
    "not_finite": _words("inf infinity infty oo zoo nan"),
    "reserved_name": frozenset(("true", "false", *keyword.kwlist)),
    "several_outputs": _words("softmax log_softmax softmin"),
    "unsupported_function": _words(
        "sum prod mean norm factorial binomial gamma lgamma digamma zeta beta integrate diff derivative"
        " limit solve det logsumexp matmul dot lg acot arccot arcctg acoth"
        " asech acsch arg conj conjugate real imag inv inverse trace transpose argmax argmin amax amin"
        " cumsum cumprod std var median sort sqr besselj airy versin sinhc cat stack tensor zeros ones"
        " cross outer einsum bmm mm logdet"
    ),
}
CALLED = ("several_outputs", "unsupported_function")  # refused as functions; as names they are variables
VECTORS = _words("sum prod mean norm softmax log_softmax logsumexp softmin")  # of one argument, which is then a vector
WORDS_OF_LOGIC = {"True": "true", "true": "true", "and": "and", "or": "or"}
# Before a bracket these are more often functions than factors.
LIKE_FUNCTIONS = _words("f g h F G H beta gamma zeta sigma phi psi Gamma Phi Psi")
_VARIABLES = frozenset("uvwxyzrt")  # letters behind which another is a coefficient: ax, kt


class Token(NamedTuple):
    """``kind`` is a sign as the reader knows it ("+", "(", "|("), or the class of what ``text`` says."""

    kind: str
    text: str
    start: int
    end: int
    choice: Choice | None = None

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
    """Which names may occur: the ``declared`` ones; without them (None) or beside them (``open``) any name.

    A word is read alike in either case, but for those that are declared; whether each name is, is asked afterwards.
    """

    declared: frozenset[str] | None = None
    numbers_only: bool = False
    open: bool = False

    def tokens(self, text: str, word: Word) -> list[Token]:
        """``word`` as one token, or as several where it is a product. Raises Refusal."""
        if known := self._known(word.letters, word.number, word.called):
            choice = self._other(text, word) if known[0] == "name" and len(word.letters) in (2, 3) else None
            return [Token(*known, *word.span, choice)]
        if refusal := _forbidden(text, word):
            raise refusal
        if self.numbers_only:
            raise Refusal("not_a_number", word.span, name=clip(word.key))
        return self._product(text, word) or self._guess(text, word)

    def item(self, text: str, word: Word, position: int) -> Token:
        """x[0] as in Python: the first of x1, x2, …, unless the declared names count from x0."""
        shift = 0 if self.counts_from_zero(word.letters) else 1
        name = word.letters + str(position + shift)
        if self.declared is not None and name not in self.declared and word.letters in self.declared:
            raise Refusal("not_a_vector", word.span, name=clip(word.letters))
        if not is_name(name) or (self.declared is None and not _needs_no_declaration(word.letters, "")):
            raise Refusal("unknown_name", word.span, name=clip(text[word.start : word.end]))
        return Token("name", name, *word.span)

    def counts_from_zero(self, letters: str) -> bool:
        return self.declared is not None and letters + "0" in self.declared

    def check(self, tokens: Iterable[Token], text: str) -> None:
        """Raises Refusal for the first name that is not among the declared ones."""
        if self.declared is None or self.open:
            return
        for token in tokens:
            if token.kind == "name" and token.text not in self.declared:
                raise self._undeclared(token, text)

    def _undeclared(self, token: Token, text: str) -> Refusal:
        if self.numbers_only:
            return Refusal("not_a_number", token.span, name=clip(token.text))
        declared = self.declared or frozenset()
        near = ["exp(1)"] if token.text == "E" else close(token.text, declared)
        fixes = tuple(replaced(text, token.span, name) for name in near)
        known = clip(", ".join(sorted(declared, key=natural)), 60)
        return Refusal("undeclared_name", token.span, fixes, name=clip(token.text), known=known)

    def _known(self, letters: str, number: str, called: bool = False) -> Piece | None:
        key = letters + number
        if self.declared is not None and key in self.declared:
            return "name", key
        function = FUNCTION_WORDS.get(key.lower())
        if function and (called or key.lower() in BARE):
            return "function", function
        if constant := CONSTANT_WORDS.get(key):
            return "constant", constant
        if kind := WORDS_OF_LOGIC.get(key):
            return kind, key
        if _needs_no_declaration(letters, number):
            return "name", key
        return None

    # what several letters are

    def _product(self, text: str, word: Word) -> list[Token]:
        """The product of declared names that ``word`` is; none where it is no such, and refused where it is two."""
        ways = self._products(word)
        if not ways:
            return []
        if len(ways) > 1:
            spelled = [spelled_out(way, word.called)[0] or "*".join(piece for _, piece in way) for way in ways]
            first, second = clip_apart(spelled[0], spelled[1])
            raise Refusal("ambiguous", word.span, first=first, second=second)
        laid = self._applied(text, word, ways[0]) or _laid_out(ways[0], word)
        if len(word.letters) > 3 or word.called or any(kind != "name" for kind, _ in ways[0]):
            return laid
        return _with_choice(laid, Choice("product", word.key, _joined(ways[0]), word.key, text, word.key))

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
        if piece in BARE:
            return "function"
        return "constant" if piece == "pi" else None

    def _guess(self, text: str, word: Word) -> list[Token]:
        """The likelier meaning of several letters, the other one as a choice. Raises Refusal where there is none."""
        if len(word.letters) <= _LONGEST_SPLIT:
            pieces = fewest(word.letters, word.number, self._piece)
            if any(kind == "function" for kind, _ in pieces):
                if applied := self._applied(text, word, pieces):
                    return applied
                if _could_apply(text, word, pieces):  # sinxy
                    raise Refusal("missing_brackets", word.span, name=pieces[0][1])
            elif pieces and not word.called and _is_product(text, word, pieces):
                choice = Choice("product", word.key, _joined(pieces), word.key, text, word.key)
                return _with_choice(_laid_out(pieces, word), choice)
        if word.called or not is_name(word.key):
            raise self._unknown(text, word)
        return [Token("name", word.key, *word.span, self._other(text, word))]

    def _other(self, text: str, word: Word) -> Choice | None:
        """That a short name could be a product: dt as d·t."""
        if (
            len(word.letters) > 3
            or not word.letters.isalpha()
            or word.letters in GREEK_NAMES
            or word.key != text[word.start : word.end]
        ):
            return None
        pieces = [("name", letter) for letter in word.letters[:-1]] + [("name", word.letters[-1] + word.number)]
        product = _joined(pieces)
        return Choice("name", word.key, word.key, product, _everywhere(text, word.key, product))

    def _applied(self, text: str, word: Word, pieces: list[Piece]) -> list[Token]:
        """The tokens of usinv, u*sin(v), or of xsin before a bracket; none where that would be a guess."""
        letters = [piece for kind, piece in pieces if kind == "name" and len(piece.rstrip("0123456789")) == 1]
        is_word = len(letters) > 2 and not (self.declared and set(letters) <= self.declared)
        product, applied = spelled_out(pieces, word.called)
        if not any(kind == "function" for kind, _ in pieces) or is_word or not product:
            return []
        if applied and not ends_argument(text, word.end, tuple(FUNCTION_WORDS)):
            raise Refusal("missing_brackets", word.span, name=applied)  # sinx^2
        choice = Choice("product", word.key, product, word.key if applied else "", text if applied else "", word.key)
        return _with_choice(_laid_out(_with_brackets(pieces, word.called), word), choice)

    def _piece(self, letters: str, number: str) -> str | None:
        known = self._known(letters, number)
        return known[0] if known and known[0] in ("name", "constant", "function") else None

    def _unknown(self, text: str, word: Word) -> Refusal:
        name = clip(word.key)
        if not word.called:
            lower = (word.key.lower(),) if word.key.lower() in CONSTANT_WORDS else ()
            return Refusal("unknown_name", word.span, tuple(replaced(text, word.span, fix) for fix in lower), name=name)
        fixes = tuple(replaced(text, word.span, fix) for fix in close(word.key, FUNCTION_WORDS))
        return Refusal("unknown_function", word.span, fixes, name=name)


def _is_product(text: str, word: Word, pieces: list[Piece]) -> bool:
    """Is a word of several letters rather a product than one name? dt and fx beside x are names, ax alone is a·x."""
    letters = word.letters
    kinds = [piece for _, piece in pieces]
    if letters[0] == "d" and len(letters) == 2:
        return False
    if any(len(piece.rstrip("0123456789")) > 1 for piece in kinds):  # thetax, pir
        return len(kinds) <= 3
    alone = {GREEK.get(found, found) for found in _ALONE.findall(fold(text))}
    if set(letters) <= alone or "\\" in text:
        return True
    if len(set(letters)) < len(letters) or len(letters) > 3:
        return False
    if letters[-1] in alone:
        return "e" in letters and letters[-1] != "e"
    return (letters[-1] in _VARIABLES | {"e"} and (len(letters) == 2 or letters[1] in _VARIABLES)) or (
        len(letters) == 2 and letters.isupper()
    )


def _could_apply(text: str, word: Word, pieces: list[Piece]) -> bool:
    """Is it a function and the letters of a formula (sinxy), rather than a word that begins like one (signal)?"""
    rest = {piece.rstrip("0123456789") for kind, piece in pieces if kind == "name"}
    return pieces[0][0] == "function" and rest <= _VARIABLES | set(_ALONE.findall(fold(text)))


def _joined(pieces: list[Piece]) -> str:
    return "*".join(piece for _, piece in pieces)


def _everywhere(text: str, word: str, product: str) -> str:
    """``text`` with ``product`` for every ``word``, in brackets where they are needed: 1/xy is not 1/x*y."""

    def told(match: re.Match[str]) -> str:
        if match[0] != word:
            return match[0]
        holds_together = text[: match.start()].rstrip().endswith(("^", "/", "√", "**", "÷"))
        goes_on = fold(text[match.end() :]).lstrip().startswith(("^", "**"))
        return f"({product})" if holds_together or goes_on else product

    return _IDENTIFIER.sub(told, text)


def _with_choice(tokens: list[Token], choice: Choice) -> list[Token]:
    return [tokens[0]._replace(choice=choice), *tokens[1:]]


def _with_brackets(pieces: list[Piece], called: bool) -> list[Piece]:
    """The pieces of usinv with brackets round v; those of xsin( as they are."""
    laid: list[Piece] = []
    for at, piece in enumerate(pieces):
        laid.append(piece)
        if piece[0] == "function" and at + 1 < len(pieces):
            laid.append(("(", ""))
        elif at and pieces[at - 1][0] == "function":
            laid.append((")", ""))
    return laid


def is_name(key: str) -> bool:
    """Could it be a variable, for all that its letters say?"""
    return len(key) <= MAX_NAME and not is_reserved(key, "")


def is_reserved(letters: str, number: str) -> bool:
    """Does it mean something already, in any case: a function, a constant, an infinity, a keyword?"""
    key = letters + number
    words = BARE | REFUSED_WORDS["not_finite"] | REFUSED_WORDS["reserved_name"] | {"pi"}
    return key in words or key.lower() in words or letters in CONSTANT_WORDS


def _needs_no_declaration(letters: str, number: str) -> bool:
    """x, x12, alpha, alpha1, w_y, x_dot"""
    single = len(letters) == 1 or "_" in letters
    return (single or letters in GREEK_NAMES) and len(letters + number) <= MAX_NAME


def _forbidden(text: str, word: Word) -> Refusal | None:
    """The refusal of a word that is known, but not as anything that could stand in a formula."""
    key, fixes = clip(word.key), {"lambda": "lam", "lg": "log10"}
    fix = (replaced(text, word.span, fixes[key]),) if key in fixes else ()
    if word.letters in CONSTANT_WORDS:  # pi2
        return Refusal("reserved_name", word.span, name=key)
    if word.letters in BARE and word.number and not word.called:  # sin2, sin2x
        factor = _FACTOR.match(text, word.end)
        end = factor.end() if factor else word.end
        applied = replaced(text, (word.start, end), f"{word.letters}({word.number}{text[word.end : end]})")
        is_all = ends_argument(text, end, tuple(FUNCTION_WORDS))
        return Refusal("missing_brackets", word.span, (applied,) if is_all else (), name=clip(word.letters))
    for code, words in REFUSED_WORDS.items():
        if (key in words or key.lower() in words) and (word.called or code not in CALLED or key == "lg"):
            (fact,) = CODES[code]
            return Refusal(code, word.span, fix, **{fact: key})
    return None


def _laid_out(pieces: list[Piece], word: Word) -> list[Token]:
    """The parts of ``word`` as tokens, the last with the number behind the letters; the rest has no width."""
    ends = list(accumulate((len(piece) for _, piece in pieces), initial=word.start))
    ends = [min(end, word.end) for end in ends[:-1]] + [word.end]
    return [
        Token(kind, FUNCTION_WORDS[piece.lower()] if kind == "function" else piece or kind, start, end)
        for (kind, piece), start, end in zip(pieces, ends, ends[1:], strict=False)
    ]
