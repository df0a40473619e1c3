"""Text -> tokens: what people type in ASCII, Unicode, LaTeX or Python, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.grammar.bars import pair_bars
from core.grammar.characters import bad_character, fold
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.spelling import equivalent
from core.grammar.vocabulary import (
    FUNCTION_WORDS,
    GREEK,
    GREEK_COMMANDS,
    MAX_NAME,
    Token,
    Vocabulary,
    Word,
    is_reserved,
)

_TOKEN = re.compile(
    rf"""
      (?P<space> [ \t\r\n\f\v]+ | \\[,;:!>\ ] | \\(?:q?quad|displaystyle)(?![A-Za-z]) )
    | (?P<imaginary> (?:[0-9]++\.?+[0-9]*+|\.[0-9]++)[jJ](?![A-Za-z0-9_]) )
    | (?P<number> (?:[0-9]++\.?+[0-9]*+|\.[0-9]++) (?:[eE][+-]?[0-9]++)? )
    | (?P<word>
        (?P<module> (?:torch(?:\.nn\.functional)?|nn\.functional|F|jnp|np|numpy|math|sympy|sp)\.(?=[A-Za-z]))?
        (?P<letters> (?:log1p|expm1|relu6|leaky_relu|clamp_min|clamp_max)(?![A-Za-z0-9_]) | [A-Za-z]+ | [π{"".join(GREEK)}] )
        (?: (?P<digits> _?[0-9]+ | _?[₀-₉]+ | _\{{[ ]*[0-9]+[ ]*\}} )
          | \[[ ]*(?P<item>[0-9]{{1,3}})[ ]*\] )? )
    | (?P<sign> \*\* | &&? | [<>=!]= | \\[{{}}] | [-+*/^(){{}}\[\]<>≤≥≠|,;√] )
    | (?P<superscript> [⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
    | (?P<fraction> [½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞] )
    | (?P<fence> \\(?P<side>left|right|[bB]igg?[lr]?) (?![A-Za-z])[ ]*
        (?P<bracket> [()\[\]|] | \\[{{}}] | \\[lr]?vert(?![A-Za-z]) ) )
    | (?P<norm> (?: \\(?:left|right) [ ]* )? (?: \\[lr]?Vert(?![A-Za-z]) | \\\| ) | [‖∥] )
    | (?P<upright> (?P<style> \\(?:operatorname\*?|mathrm|text) ) (?![A-Za-z])[ ]*
        (?: (?P<letter>[A-Za-z])
          | \{{[ ]* (?P<roman>[A-Za-z]+) (?P<figures>[0-9]*) [ ]*\}} (?P<below> _\{{[ ]*[0-9]+[ ]*\}} )? ) )
    | (?P<stacked> \\[dt]?frac (?: [ ]*(?P<over>[0-9]) | [ ]+(?P<above>[A-Za-z]) ) [ ]*
        (?P<under> [0-9] | [A-Za-z](?![A-Za-z]) ) )
    | (?P<command> \\(?P<control>[A-Za-z]+) (?P<subscript> _[0-9]+ | _\{{[ ]*[0-9]+[ ]*\}}
        | (?<=\\log)_ (?: e(?![A-Za-z0-9]) | \{{[ ]*e[ ]*\}} ) )? )
    | (?P<attribute> \.[A-Za-z_]\w* | _\{{[^{{}}]*\}} | _\w* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_STARS, _LIKE_STARS = frozenset("*＊﹡"), frozenset("∗⁎")  # only two of the first are surely a power
_SIGNS = {
    "**": "^",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "√": "root",
    "&": "and",
    "&&": "and",
    "\\{": "(",
    "\\}": ")",
}
_COMMANDS: dict[str, str] = {
    **{"cdot": "*", "times": "*", "ast": "*", "div": "/", "lt": "<", "gt": ">"},
    **{"le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!="},
    **{"lvert": "|(", "rvert": "|)", "vert": "|", "mid": "|"},
    **{"frac": "quotient", "dfrac": "quotient", "tfrac": "quotient", "sqrt": "root"},
}
_COMMAND_WORDS = frozenset(("pi", "infty", *GREEK_COMMANDS, *FUNCTION_WORDS))
_IN_MODULES = frozenset(("pi", "e", "inf", "nan", *FUNCTION_WORDS))
BOM = "\ufeff"
_WRAPPERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_BRACKETS = re.compile(r"\([^()]*\)")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)|:=")
_OPENS = re.compile(r"[ \t\r\n\f\v]*(?:\\(?:left|[bB]igg?l?)[ ]*)?\(|\{[ ]*\\left[ ]*\(")
_FENCES = {"(": "(", ")": ")", "[": "(", "]": ")", "{": "(", "}": ")", "lvert": "|(", "rvert": "|)"}
_DOUBLE_BARS = re.compile(r"\\[lr]?Vert(?![A-Za-z])|\\\||[‖∥]")
_ASCII_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "01234567890123456789-", "_{} ⁺")
_OTHERS: dict[str, tuple[str, dict[str, str]]] = {
    "!": ("unsupported_function", {"name": "!"}),
    "∞": ("not_finite", {"expression": "∞"}),
    "=": ("unexpected", {"found": "="}),
}


def scan(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of ``text``, the last of kind "end". Raises Refusal."""
    plain = text if text.isascii() else fold(text)
    start, stop = _content(plain)
    equals = _EQUALS.search(plain, start, stop)
    if equals and not _is_keyword(plain[start : equals.start()]):
        raise Refusal("equation", equals.span(), _without_equals(text[:stop], equals.span()))
    tokens: list[Token] = []
    for match in _TOKEN.finditer(plain, start, stop):
        kind = match.lastgroup or "other"
        if kind != "space":
            tokens += _READERS[kind](text, match, vocabulary)
    if "[" in plain:
        _refuse_mixed_indexing(plain, tokens, vocabulary)
    if any(token.kind == "|" for token in tokens):
        tokens = pair_bars(text, tokens)
    return [*tokens, Token("end", "", stop, stop)]


def _is_keyword(before: str) -> bool:
    """Is the = behind ``before`` that of clamp(x, min=0), rather than of an equation or a condition?"""
    inside = before.count("(") > before.count(")")
    return inside and not any(name in before.lower() for name in ("where", "piecewise"))


def _without_equals(text: str, span: tuple[int, int]) -> tuple[str, ...]:
    """y = x^2 -> x^2, where(x = 0, 1, 2) -> where(x == 0, 1, 2); nothing for x + y = 1"""
    right = text[span[1] :].strip()
    if _EQUALS.search(fold(right)):
        return ()
    left = _BRACKETS.sub("", fold(text[: span[0]]))
    return replaced(text, span, "=="), *(() if set(left) & set("+-*^(") else (right,))


def declared_name(text: str) -> str:
    """The canonical spelling of ``text`` as the name of a variable. Raises Refusal."""
    plain = fold(text)
    start, stop = _within(plain)
    for at in range(start, stop):
        if not (plain[at].isascii() or plain[at] in GREEK or plain[at] == "π" or plain[at] in "₀₁₂₃₄₅₆₇₈₉"):
            raise bad_character(text, at)
    match = _TOKEN.fullmatch(plain, start, stop)
    letters, number = _spelling(match) if match else ("", "")
    if is_reserved(letters, number):
        raise Refusal("reserved_name", (start, stop), ("lam",) if letters == "lambda" else (), name=clip(text.strip()))
    if not letters or len(letters + number) > MAX_NAME:
        raise Refusal("bad_name", (start, stop), name=clip(text.strip()))
    return letters + number


def _spelling(match: re.Match[str]) -> tuple[str, str]:
    """Letters and number of a name, both empty where it is none."""
    if match["letters"] and not match["module"] and not match["item"]:
        return GREEK.get(match["letters"], match["letters"]), (match["digits"] or "").translate(_ASCII_DIGITS)
    if match["control"]:
        return GREEK_COMMANDS.get(match["control"], ""), (match["subscript"] or "").translate(_ASCII_DIGITS)
    return "", ""


def _within(plain: str) -> tuple[int, int]:
    """Without white space around it, and the byte order mark that some editors put before a text."""
    return len(plain) - len(plain.removeprefix(BOM).lstrip()), len(plain.rstrip())


def _content(plain: str) -> tuple[int, int]:
    """Where the formula starts and ends between white space and $…$."""
    start, stop = _within(plain)
    for opening, closing in _WRAPPERS:
        long_enough = stop - start >= len(opening + closing)
        if long_enough and plain.startswith(opening, start) and plain.endswith(closing, start, stop):
            return start + len(opening), stop - len(closing)
    return start, stop


# one for each kind of match


def _literal(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    return [Token(match.lastgroup or "", match[0], *match.span())]


def _imaginary(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    """2j is an imaginary number to Python, and a product only where j is a declared variable."""
    letter = match[0][-1]
    if letter not in (vocabulary.declared or ()):
        fix = replaced(text, (match.end() - 1, match.end()), f"*{letter}")
        raise Refusal("not_allowed", match.span(), (fix,), what=clip(match[0]))
    middle = match.end() - 1
    return [Token("number", match[0][:-1], match.start(), middle), Token("name", letter, middle, match.end())]


def _sign(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    typed = text[slice(*match.span())]
    if match[0] == "**" and not set(typed) <= _STARS:  # ×× is a slip of the finger
        fixes = (replaced(text, match.span(), "**"),) if set(typed) <= _STARS | _LIKE_STARS else ()
        raise Refusal("unexpected", (match.start() + 1, match.end()), fixes, found=typed[1])
    return [Token(_SIGNS.get(match[0], match[0]), match[0], *match.span())]


def _superscript(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    return [Token("superscript", match[0].translate(_ASCII_DIGITS), *match.span())]


def _word(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    letters, digits = match["letters"], match["digits"]
    number = digits.translate(_ASCII_DIGITS) if digits else ""
    word = Word(GREEK.get(letters, letters), number, *match.span(), _is_called(match))
    if match["module"] and word.key.lower() not in _IN_MODULES:
        raise Refusal(
            "unknown_function", word.span, equivalent(text, word.key.lower(), *word.span), name=clip(word.key)
        )
    if match["item"]:
        return [vocabulary.item(text, word, int(match["item"]))]
    return vocabulary.tokens(text, word)


def _upright(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    letters, index = match["letter"] or match["roman"], match["below"] or ""
    number = (match["figures"] or "") + index.translate(_ASCII_DIGITS)
    if letters == "d" and not number:  # the d of dx
        raise Refusal("not_allowed", match.span(), what=clip(match[0]))
    if match["style"] == "\\text" and letters.lower() not in FUNCTION_WORDS:
        raise Refusal("not_allowed", match.span("style"), what="\\text")
    return _undivided(text, Word(letters, number, *match.span(), _is_called(match)), vocabulary)


def _stacked(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    """\\frac x2 is x/2, whatever x2 may be elsewhere: LaTeX takes one character after the other."""
    tokens = [Token("quotient", match[0], match.start(), match.start("over" if match["over"] else "above"))]
    for part in ("over" if match["over"] else "above", "under"):
        word = Word(match[part], "", *match.span(part))
        is_digit = match[part].isdigit()
        tokens += [Token("number", match[part], *word.span)] if is_digit else vocabulary.tokens(text, word)
    return tokens


def _command(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    control, number = match["control"], (match["subscript"] or "").translate(_ASCII_DIGITS)
    if control in _COMMANDS and not number:
        return [Token(_COMMANDS[control], match[0], *match.span())]
    if control not in _COMMAND_WORDS:
        raise Refusal("not_allowed", match.span(), what=clip(match[0]))
    word = Word(GREEK_COMMANDS.get(control, control), number.strip("e"), *match.span(), _is_called(match))
    return _undivided(text, word, vocabulary)


def _is_called(match: re.Match[str]) -> bool:
    return _OPENS.match(match.string, match.end()) is not None


def _undivided(text: str, word: Word, vocabulary: Vocabulary) -> list[Token]:
    """What LaTeX sets as one word is never a product."""
    tokens = vocabulary.tokens(text, word)
    if len(tokens) > 1:
        raise Refusal("not_allowed", word.span, what=clip(text[word.start : word.end]))
    return tokens


def _fence(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    side, bracket = match["side"], match["bracket"].lstrip("\\")
    bar = "|(" if side == "left" or side.endswith("l") else "|)" if side.endswith(("right", "r")) else "|"
    return [Token(_FENCES.get(bracket, bar), match[0], *match.span())]


def _norm(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    """‖x‖ of a single number is |x|, but whoever writes it may have a vector in mind."""
    raise Refusal("not_allowed", match.span(), (_DOUBLE_BARS.sub("|", text),), what=clip(match[0]))


def _attribute(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    raise Refusal("not_allowed", match.span(), what=clip(match[0]))


def _other(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    if match[0] in _OTHERS:
        code, facts = _OTHERS[match[0]]
        raise Refusal(code, match.span(), **facts)
    raise bad_character(text, match.start())


_READERS: dict[str, Callable[[str, re.Match[str], Vocabulary], list[Token]]] = {
    "imaginary": _imaginary,
    "number": _literal,
    "fraction": _literal,
    "word": _word,
    "sign": _sign,
    "superscript": _superscript,
    "fence": _fence,
    "norm": _norm,
    "upright": _upright,
    "stacked": _stacked,
    "command": _command,
    "attribute": _attribute,
    "other": _other,
}


def _refuse_mixed_indexing(plain: str, tokens: list[Token], vocabulary: Vocabulary) -> None:
    """x[0] is x1, so beside it x1 (is it x[0] or x[1]?) and x (the whole vector?) would be guesses."""
    names = [(token, token.text.rstrip("0123456789")) for token in tokens if token.kind == "name"]
    indexed = {letters for token, letters in names if plain[token.end - 1] == "]"}
    for token, letters in names:
        if letters in indexed and plain[token.end - 1] != "]" and not vocabulary.counts_from_zero(letters):
            raise Refusal("mixed_indexing", token.span, name=letters)
