"""Text -> tokens: what people type in ASCII, Unicode, LaTeX or Python, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.grammar.bars import pair_bars
from core.grammar.characters import bad_character, fold
from core.grammar.choice import Choice
from core.grammar.definitions import FUNCTION_WORDS, UNARY
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.spelling import close
from core.grammar.vocabulary import (
    BARE,
    GREEK,
    GREEK_COMMANDS,
    MAX_NAME,
    Token,
    Vocabulary,
    Word,
    is_reserved,
)

# words with a digit or an underscore inside
_WHOLE = "|".join(sorted((word for word in FUNCTION_WORDS if not word.rstrip("0123456789").isalpha()), key=len)[::-1])
_MODULES = "torch|nn|functional|special|linalg|F|jnp|jax|np|numpy|scipy|math|cmath|sympy|sp|tf|keras|activations|K"
# behind the _ of a name: k_{cat}, x_{n,1}, v_{\text{max}}
_SUBSCRIPT = r"_\{(?:\\(?:text|mathrm|rm)[ ]*+\{[A-Za-z0-9][A-Za-z0-9, ]*+\}|[ ]*+[A-Za-z0-9][A-Za-z0-9, ]*+)\}"
_TOKENS = r"""
      (?P<space> [ \t\r\n\f\v]++ | \\[,;:!>\ ] | \\(?:q?quad|displaystyle)(?![A-Za-z]) )
    | (?P<hexadecimal> 0[xX][0-9A-Fa-f]++ )
    | (?P<imaginary> (?:[0-9]++\.?+[0-9]*+|\.[0-9]++)[jJ](?![A-Za-z0-9_]) )
    | (?P<number> (?:[0-9]++\.?+[0-9]*+|\.[0-9]++) (?:[eE][+-]?[0-9]++)? )
    | (?P<word>
        (?P<module> (?:(?:«modules»)\.)++(?=[A-Za-z]) )?+
        (?: (?P<whole> (?:«whole»)(?![A-Za-z0-9_]) )
          | (?P<change> (?: Δ | \\Delta(?![A-Za-z])[ ]*+ )(?=[A-Za-zα-ω]) )?+
            (?P<letters> [A-Za-z]++ | [π«greek»] )
            (?P<digits> _?[0-9]++ | _?[₀-₉]++ | _\{[ ]*[0-9]+[ ]*\} )?+
            (?P<below> (?: «subscript» | _«tail» )++ )?+
            (?P<item> \[[ ]*[0-9]{1,3}[ ]*\] (?: \[[ ]*[0-9]{1,3}[ ]*\] )?+
              | \[[ ]*[0-9]{1,3}[ ]*,[ ]*[0-9]{1,3}[ ]*\] )?+ ) )
    | (?P<sign> \*\* | &&? | [<>=!]= | \\[{}] | [-+*/%^(){}\[\]<>=≤≥≠|,;√] )
    | (?P<superscript> [⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
    | (?P<fraction> [½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞] )
    | (?P<fence> \\(?P<side>left|right|[bB]igg?[lr]?) (?![A-Za-z])[ ]*
        (?P<bracket> [()\[\]|] | \\[{}] | \\[lr]?vert(?![A-Za-z]) ) )
    | (?P<norm> (?: \\(?:left|right) [ ]* )? (?: \\[lr]?Vert(?![A-Za-z]) | \\\| ) | [‖∥] )
    | (?P<upright> (?P<style> \\(?:operatorname\*?|mathrm|text) ) (?![A-Za-z])[ ]*
        (?: (?P<letter>[A-Za-z])
          | \{[ ]* (?P<roman>[A-Za-z]+) (?P<figures>[0-9]*) [ ]*\} (?P<beneath> _\{[ ]*[0-9]+[ ]*\} )? ) )
    | (?P<accented> \\(?P<accent>dot|ddot|hat|bar|tilde)(?![A-Za-z])[ ]*+\{?[ ]*+
        (?P<bearer>[A-Za-z](?![A-Za-z])|\\[a-z]++)[ ]*+\}?(?P<index>_[0-9]|_\{[0-9]++\})?+ )
    | (?P<stacked> \\[dt]?frac (?: [ ]*(?P<over>[0-9]) | [ ]+(?P<above>[A-Za-z]) ) [ ]*
        (?P<under> [0-9] | [A-Za-z](?![A-Za-z]) ) )
    | (?P<command> \\(?P<control>[A-Za-z]+) (?P<subscript> _[0-9]+ | _\{[ ]*[0-9]+[ ]*\}
        | (?<=\\log)_ (?: e(?![A-Za-z0-9]) | \{[ ]*e[ ]*\} ) | «subscript» | _«tail» )? )
    | (?P<attribute> \.[A-Za-z_]\w*+ | _\{[^{}]*+\} | _\w*+ )
    | (?P<other> . )
    """


_FILLED = (
    _TOKENS.replace("«whole»", _WHOLE)
    .replace("«modules»", _MODULES)
    .replace("«subscript»", _SUBSCRIPT)
    .replace("«greek»", "".join(GREEK))
)
_FLAGS = re.VERBOSE | re.DOTALL
_PLAIN = re.compile(_FILLED.replace("«tail»", "[A-Za-z0-9]++"), _FLAGS)
_LATEX = re.compile(
    _FILLED.replace("«tail»", "[A-Za-z]"), _FLAGS
)  # where w_y is followed by what it is multiplied with
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
    **{"bmod": "%", "mod": "%"},
    **{"frac": "quotient", "dfrac": "quotient", "tfrac": "quotient", "sqrt": "root"},
}
_BARE_ENDS = tuple(BARE & UNARY)
_COMMAND_WORDS = frozenset(("pi", "infty", *GREEK_COMMANDS, *FUNCTION_WORDS))
_IN_MODULES = frozenset(("pi", "e", "inf", "nan", *FUNCTION_WORDS))
BOM = "\ufeff"
_WRAPPERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_BRACKETS = re.compile(r"\([^()]*\)")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)|:=")
_OPENS = re.compile(r"[ \t\r\n\f\v]*(?:\\(?:left|[bB]igg?l?)[ ]*)?\(|\{[ ]*\\left[ ]*\(")
_FENCES = {"(": "(", ")": ")", "[": "(", "]": ")", "{": "(", "}": ")", "lvert": "|(", "rvert": "|)"}
_DOUBLE_BARS = re.compile(r"\\[lr]?Vert(?![A-Za-z])|\\\||[‖∥]")
_PARTS = re.compile(r"[A-Za-z0-9]++")
_SMALL_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ASCII_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "01234567890123456789-", "_{} ⁺")
_OTHERS: dict[str, tuple[str, dict[str, str]]] = {
    "!": ("unsupported_function", {"name": "!"}),
    "∞": ("not_finite", {"expression": "∞"}),
}


def scan(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of ``text``, the last of kind "end". Raises Refusal."""
    plain = text if text.isascii() else fold(text)
    start, stop = _content(plain)
    equals = _EQUALS.search(plain, start, stop)
    if equals and not _is_inside(plain[start : equals.start()]):
        raise Refusal("equation", equals.span(), _without_equals(text[:stop], equals.span()))
    tokens: list[Token] = []
    for match in (_LATEX if "\\" in plain else _PLAIN).finditer(plain, start, stop):
        kind = match.lastgroup or "other"
        if kind != "space":
            tokens += _READERS[kind](text, match, vocabulary)
    if "[" in plain:
        _refuse_mixed_indexing(plain, tokens, vocabulary)
    if any(token.kind == "|" for token in tokens):
        tokens = pair_bars(text, tokens)
    tokens.append(Token("end", "", stop, stop))
    return _with_euler(text, tokens, vocabulary) if "e" in plain or "\ufeff" in plain else tokens


def _with_euler(text: str, tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """e is Euler's number as the base of a power, and where nothing else has a letter; else it is a variable.

    Where that may surprise it is a choice: both are read alike in all of a text.
    """
    places = [at for at, token in enumerate(tokens) if token.kind == "name" and token.text == "e"]
    if not places:
        return tokens
    after = {at: [token.kind for token in tokens[at + 1 :] if token.kind != "}"][:2] for at in places}
    bases = [at for at in places if after[at][0] in ("^", "superscript")]
    growing = [at for at in bases if after[at][0] == "^" and after[at][1] != "number"]
    others = {token.text for token in tokens if token.kind == "name"} - {"e"}
    declared = vocabulary.declared is not None and "e" in vocabulary.declared
    closed = vocabulary.declared is not None and not vocabulary.open
    is_number = not declared and (closed or bool(growing) or len(bases) == len(places) or not others)
    choice = None
    if others and (not is_number or len(growing) < len(places)) and not vocabulary.numbers_only:
        spans = [tokens[at].span for at in places]
        choice = Choice("euler", "e", "2.718…", "e", text, "e") if is_number else _to_euler(text, spans)
    for at in places:
        mine = choice if at == places[0] else None
        tokens[at] = tokens[at]._replace(kind="constant" if is_number else "name", choice=mine)
    return tokens


def _to_euler(text: str, spans: list[tuple[int, int]]) -> Choice:
    instead = text
    for span in reversed(spans):
        instead = replaced(instead, span, "exp(1)")
    return Choice("variable_e", "e", "e", "2.718…", instead)


def _is_inside(before: str) -> bool:
    """Is the = behind ``before`` that of clamp(x, min=0) or \\sum_{i=1}, rather than of an equation or a condition?"""
    if before.count("{") > before.count("}"):
        return True
    inside = before.count("(") > before.count(")")
    return inside and not any(name in before.lower() for name in ("where", "piecewise"))


def _without_equals(text: str, span: tuple[int, int]) -> tuple[str, ...]:
    """y = x^2 -> x^2, where(x = 0, 1, 2) -> where(x == 0, 1, 2), x + y = 1 -> x + y-(1)"""
    right = text[span[1] :].strip()
    if _EQUALS.search(fold(right)):
        return ()
    left = _BRACKETS.sub("", fold(text[: span[0]]))
    is_name = not set(left) & set("+-*/^(|")
    return replaced(text, span, "=="), right if is_name else f"{text[: span[0]].strip()}-({right})"


def declared_name(text: str) -> str:
    """The canonical spelling of ``text`` as the name of a variable. Raises Refusal."""
    plain = fold(text)
    start, stop = _within(plain)
    for at in range(start, stop):
        if not (plain[at].isascii() or plain[at] in GREEK or plain[at] == "π" or plain[at] in "₀₁₂₃₄₅₆₇₈₉"):
            raise bad_character(text, at)
    match = _PLAIN.fullmatch(plain, start, stop)
    letters, number = _spelling(match) if match else ("", "")
    if is_reserved(letters, number) and not (match and match["change"]):
        raise Refusal("reserved_name", (start, stop), ("lam",) if letters == "lambda" else (), name=clip(text.strip()))
    if not letters or len(letters + number) > MAX_NAME:
        raise Refusal("bad_name", (start, stop), name=clip(text.strip()))
    return letters + number


def _spelling(match: re.Match[str]) -> tuple[str, str]:
    """Letters and number of a name, both empty where it is none. Further subscripts are letters too: x_n_1."""
    if match["whole"] and not match["module"]:
        return match["whole"], ""
    if match["letters"] and not match["module"] and not match["item"]:
        return _of_name(match)
    if match["accented"]:
        bearer = match["bearer"].lstrip("\\")
        base = GREEK_COMMANDS.get(bearer, bearer) + (match["index"] or "").translate(_ASCII_DIGITS)
        return f"{base}_{match['accent']}", ""
    if match["control"] and match["control"] in GREEK_COMMANDS:
        return _subscripted(GREEK_COMMANDS[match["control"]], match["subscript"] or "")
    return "", ""


def _of_name(match: re.Match[str]) -> tuple[str, str]:
    base = ("Delta" if match["change"] else "") + GREEK.get(match["letters"], match["letters"])
    return _subscripted(base, (match["digits"] or "") + (match["below"] or ""))


def _subscripted(base: str, below: str) -> tuple[str, str]:
    """w and _y -> w_y; x and _{12} -> x, 12; x and _{n,1} -> x_n_1, all of it letters."""
    if not below:
        return base, ""
    digits = below.translate(_ASCII_DIGITS)
    if digits.isdigit():
        return base, digits
    parts = [part for part in _PARTS.findall(below.translate(_SMALL_DIGITS)) if part not in ("text", "mathrm", "rm")]
    if not parts:  # x_{,}
        return f"{base}_", ""
    first, *rest = parts
    number = below[0].isdigit() or first.isdigit()
    return (f"{base}{first}" if number else f"{base}_{first}") + "".join(f"_{part}" for part in rest), ""


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
    if match[0] == "%" and not match.string[match.end() :].strip():  # 50%
        raise bad_character(text, match.start())
    if match[0] == "**" and not set(typed) <= _STARS:  # ×× is a slip of the finger
        fixes = (replaced(text, match.span(), "**"),) if set(typed) <= _STARS | _LIKE_STARS else ()
        raise Refusal("unexpected", (match.start() + 1, match.end()), fixes, found=typed[1])
    return [Token(_SIGNS.get(match[0], match[0]), match[0], *match.span())]


def _superscript(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    return [Token("superscript", match[0].translate(_ASCII_DIGITS), *match.span())]


def _word(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    letters, number = (match["whole"], "") if match["whole"] else _of_name(match)
    called = _is_called(match)
    word = Word(letters, number, *match.span(), called or _is_glued(match))
    key = word.key.lower()
    if match["module"]:
        if not (key in FUNCTION_WORDS and called) and key not in _IN_MODULES:
            fixes = tuple(replaced(text, word.span, name) for name in close(key, FUNCTION_WORDS))
            raise Refusal("unknown_function", word.span, fixes, name=clip(text[word.start : word.end]))
        if key == "sinc" and match["module"].startswith("s"):  # SymPy's is sin(x)/x, that of the others sin(πx)/(πx)
            return [Token("function", "sympy_sinc", *word.span)]
        if key == "e":
            return [Token("constant", "e", *word.span)]
    if match["item"]:
        positions = re.findall(r"[0-9]++", match["item"])
        if key in FUNCTION_WORDS:
            return _indexed_call(word, match, positions)
        if len(positions) == 2:  # a matrix: the name of its entry
            word = word._replace(letters=f"{letters}{int(positions[0]) + 1}_{int(positions[1]) + 1}")
            return vocabulary.tokens(text, word)
        return [vocabulary.item(text, word, int(positions[0]))]
    if match["change"]:  # Δt is one variable
        return [Token("name", word.key, *word.span)]
    if key == "mod" and not called:  # x mod 2
        return [Token("%", "mod", *word.span)]
    if letters in ("sigma", "σ") and called and "sigma" not in (vocabulary.declared or ()):
        return [_sigmoid(text, word)]
    return vocabulary.tokens(text, word)


def _indexed_call(word: Word, match: re.Match[str], positions: list[str]) -> list[Token]:
    """Sin[2] of Mathematica."""
    start, end = match.span("item")
    tokens = [Token("function", FUNCTION_WORDS[word.key.lower()], word.start, start), Token("[", "[", start, start + 1)]
    for position in positions:
        tokens += [Token("number", position, start + 1, end - 1), Token(",", ",", end - 1, end - 1)]
    return [*tokens[:-1], Token("]", "]", end - 1, end)]


def _sigmoid(text: str, word: Word) -> Token:
    """σ(x) is the logistic function to most, and a product to some."""
    name = text[word.start : word.end].strip()
    choice = Choice("word", name, "sigmoid", f"{name}*(…)", replaced(text, word.span, f"{name}*"))
    return Token("function", "sigmoid", *word.span, choice)


def _accented(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    """\\dot{x} is a variable, x_dot"""
    letters, number = _spelling(match)
    return vocabulary.tokens(text, Word(letters, number, *match.span()))


def _hexadecimal(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    raise Refusal("not_allowed", match.span(), what=clip(match[0]))


def _upright(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    letters, index = match["letter"] or match["roman"], match["beneath"] or ""
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
    control, subscript = match["control"], match["subscript"] or ""
    if control in _COMMANDS and not subscript:
        return [Token(_COMMANDS[control], match[0], *match.span())]
    if control not in _COMMAND_WORDS:
        raise Refusal("not_allowed", match.span(), what=clip(match[0]))
    called = _is_called(match)
    if control == "log" and "e" in subscript:
        subscript = ""
    letters, number = _subscripted(GREEK_COMMANDS.get(control, control), subscript)
    word = Word(letters, number, *match.span(), called)
    if letters == "sigma" and called and "sigma" not in (vocabulary.declared or ()):
        return [_sigmoid(text, word)]
    return _undivided(text, word, vocabulary)


def _is_called(match: re.Match[str]) -> bool:
    return _OPENS.match(match.string, match.end()) is not None


def _is_glued(match: re.Match[str]) -> bool:
    """rcosθ: a function in the last letters, and its argument right behind."""
    return match.string[match.end() : match.end() + 1] in GREEK and match[0].endswith(_BARE_ENDS)


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
    """x.pow(2) is pow(x, 2)."""
    name = match[0][1:].lower()
    if match[0][0] == "." and name in FUNCTION_WORDS and _is_called(match):
        return [Token("method", FUNCTION_WORDS[name], *match.span())]
    raise Refusal("not_allowed", match.span(), what=clip(match[0]))


def _other(text: str, match: re.Match[str], vocabulary: Vocabulary) -> list[Token]:
    if match[0] == "@":
        raise Refusal("matrices", match.span(), what="@")
    if match[0] in _OTHERS:
        code, facts = _OTHERS[match[0]]
        raise Refusal(code, match.span(), **facts)
    raise bad_character(text, match.start())


_READERS: dict[str, Callable[[str, re.Match[str], Vocabulary], list[Token]]] = {
    "imaginary": _imaginary,
    "hexadecimal": _hexadecimal,
    "accented": _accented,
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
