"""Text -> tokens of the language of matrices: ASCII, Unicode, LaTeX, PyTorch and NumPy, each with its place.

A name is a whole word here (loss, W1, x_hat), with few exceptions: xW and Ax are products, which is told as a choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from core.grammar.characters import bad_character, fold
from core.grammar.choice import Choice
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.scan import BOM, declared_name
from core.grammar.spelling import close
from core.grammar.tensors.spelling import FUNCTIONS, INSTEAD, REFUSED
from core.grammar.vocabulary import BARE, CONSTANT_WORDS, GREEK, GREEK_COMMANDS, Token

_MODULES = r"(?:torch|nn|functional|special|linalg|jnp|jax|np|numpy|scipy|math|sympy|sp|tf|Tensor|F(?!\.T\b))"
_NAME = rf"(?:[A-Za-z]|[π{''.join(GREEK)}])"
_SUBSCRIPT = r"_\{(?:\\(?:text|mathrm|rm)[ ]*+\{[A-Za-z0-9][A-Za-z0-9, ]*+\}|[ ]*+[A-Za-z0-9][A-Za-z0-9, ]*+)\}|[₀-₉]++"
_TOKENS = rf"""
      (?P<space> [ \t\r\f\v]++ | \\[,:!>\ ] | \\\r?\n | \\(?:q?quad|displaystyle)(?![A-Za-z]) | \$\$? | \\[()\[\]]
        | \\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])[ ]*(?![\[\]]) )
    | (?P<comment> \#[^\n]*+ )
    | (?P<newline> \n | ; | \\\\ )
    | (?P<hexadecimal> 0[xX][0-9A-Fa-f]++ )
    | (?P<number> (?:[0-9]++(?:\.(?![A-Za-z_])[0-9]*+)?+|\.[0-9]++) (?:[eE][+-]?[0-9]++)?+ )
    | (?P<string> '[A-Za-z0-9_+\- ]*+' | "[A-Za-z0-9_+\- ]*+" )
    | (?P<environment> \\(?:begin|end)\{{[bpvB]?matrix\}} )
    | (?P<fence> \\(?:left|right|[bB]igg?[lr]?)[ ]*[\[\]] )
    | (?P<upright> \\(?:operatorname\*?|mathrm|text|mathbf|mathsf|mathit|boldsymbol|bm|rm) (?![A-Za-z])[ ]*
        (?: \{{[ ]*(?P<inside>\\?[A-Za-z]++[A-Za-z_]*+[0-9]*+)[ ]*\}} | (?P<single>[A-Za-z]) )
        (?P<beneath> «below» )?+ )
    | (?P<module> (?:{_MODULES}\.)++ (?=[A-Za-z]) )
    | (?P<word> {_NAME} (?:«tail»|{_SUBSCRIPT})*+ )
    | (?P<control> \\(?P<command>[A-Za-z]++) (?P<index> «below» )?+ )
    | (?P<attribute> \.[ ]*+(?P<member>[A-Za-z_][A-Za-z0-9_]*+) )
    | (?P<sign> \*\* | \.[*/^] | \|\| | && | \\[|{{}}] | [<>=!:+*/@-]= | [-+*/@^(){{}}\[\]<>=≤≥≠|,:√&~.%] )
    | (?P<subscript> _(?:[A-Za-z0-9∞] | \\infty | \{{[A-Za-z0-9∞]\}} | \{{\\infty\}}) )
    | (?P<superscript> [⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]++ )
    | (?P<fraction> [½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞] )
    | (?P<other> . )
    """


_FLAGS = re.VERBOSE | re.DOTALL
_FILLED = _TOKENS.replace("«below»", f"(?:«index»|{_SUBSCRIPT})")
_PLAIN = re.compile(_FILLED.replace("«tail»", "[A-Za-z0-9_]").replace("«index»", "_[A-Za-z0-9]++"), _FLAGS)
_LATEX = re.compile(  # where w_yx is w_y times x
    _FILLED.replace("«tail»", "[A-Za-z0-9]|_[A-Za-z0-9]").replace("«index»", "_[A-Za-z0-9]"), _FLAGS
)
_SIGNS = {"**": "^", "≤": "<=", "≥": ">=", "≠": "!=", "√": "root", "\\|": "||", "\\{": "(", "\\}": ")", ":=": "=",
          "&&": "&", ".*": "*", "./": "/", ".^": "^"}  # fmt: skip
_OTHERS = {**dict.fromkeys("‖∥", "||"), **dict.fromkeys("⊙∘", "*"), "⊗": "⊗", "∞": "infinity",
           **dict.fromkeys("ᵀ⊤′", "transpose")}  # fmt: skip
_PRODUCTS = frozenset("·⋅∙•・×")  # mathematics' sign for any product: of numbers or of matrices
_COMMANDS = {
    **dict.fromkeys(("cdot", "times"), "·"),
    **dict.fromkeys(("odot", "circ", "ast"), "*"),
    **dict.fromkeys(("top", "intercal"), "transpose"),
    **dict.fromkeys(("lvert", "rvert", "vert", "mid"), "|"),
    **dict.fromkeys(("lVert", "rVert", "Vert"), "||"),
    **dict.fromkeys(("frac", "dfrac", "tfrac"), "quotient"),
    **{"div": "/", "lt": "<", "gt": ">", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!="},
    **{"otimes": "⊗", "sqrt": "root", "infty": "infinity"},
}
_WORDS = {"return": "return", "and": "&", "or": "or", "not": "~", **dict.fromkeys(("True", "False", "None"), "keyword")}
_INFINITE = frozenset(("inf", "infty", "infinity"))
_ENDS_OPERAND = frozenset(("name", "number", "fraction", ")", "]", "}", "transpose", "attribute", "superscript"))
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_ASCII_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", "⁺")
_CALLED = re.compile(r"[ \t]*+(?:\\(?:left|[bB]igg?l?)[ ]*+)?\(")
_ALONE = re.compile(r"(?<![A-Za-z\\_.])[A-Za-z](?![A-Za-z0-9_])")
_PRODUCT = re.compile(r"[a-z][A-Z]|[A-Z][x-z]|[A-Z][A-Z]|[a-z][A-Z][a-z]|[A-Z][A-Z][x-z]")  # xW Ax QK xAx ABx


class Scanner:
    """Goes through one text; ``known`` are names that are one word, whatever they look like."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.text, self.known = text, known
        self.plain = text if text.isascii() else fold(text)
        self.is_latex = "\\" in self.plain
        self.alone = frozenset(_ALONE.findall(self.plain))
        self.tokens: list[Token] = []
        self.depth = 0  # of brackets: a line goes on inside them
        self.is_table = False  # between \\begin{bmatrix} and its end
        self.module = 0  # characters of torch. before the next word

    def scan(self) -> list[Token]:
        """The tokens, the last of kind "end". Raises Refusal."""
        pattern = _LATEX if self.is_latex else _PLAIN
        at = len(self.plain) - len(self.plain.removeprefix(BOM))
        while at < len(self.plain):
            if self.plain[at] == "'" and self.ends_operand(at):
                self.add("transpose", "'", at, at + 1)
                at += 1
                continue
            match = pattern.match(self.plain, at)
            assert match is not None  # the last alternative takes any character
            _READERS[match.lastgroup or "other"](self, match)
            at = match.end()
        end = len(self.plain.rstrip())
        self.add("end", "", end, end)
        return self.tokens

    def add(self, kind: str, text: str, start: int, end: int, choice: Choice | None = None) -> None:
        self.depth = max(0, self.depth + (kind in _OPENING) - (kind in _CLOSING))
        self.tokens.append(Token(kind, text, start, end, choice))

    def ends_operand(self, at: int) -> bool:
        """Does an operand end right before ``at``, so that ' transposes it?"""
        return bool(self.tokens) and self.tokens[-1].end == at and self.tokens[-1].kind in _ENDS_OPERAND

    # one for each kind of match

    def skip(self, match: re.Match[str]) -> None:
        """White space, comments and what LaTeX sets for looks."""

    def newline(self, match: re.Match[str]) -> None:
        if match[0] != "\n" or not self.depth:
            self.add(";", match[0], *match.span())

    def literal(self, match: re.Match[str]) -> None:
        self.add(match.lastgroup or "", match[0], *match.span())

    def attribute(self, match: re.Match[str]) -> None:
        self.add("attribute", match["member"], *match.span())

    def hexadecimal(self, match: re.Match[str]) -> None:
        raise Refusal("not_allowed", match.span(), what=clip(match[0]))

    def environment(self, match: re.Match[str]) -> None:
        """\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}"""
        self.is_table = match[0].startswith("\\begin")
        self.add("[" if self.is_table else "]", match[0], *match.span())

    def fence(self, match: re.Match[str]) -> None:
        self.add("(" if match[0].endswith("[") else ")", match[0], *match.span())

    def sign(self, match: re.Match[str]) -> None:
        is_product = match[0] == "*" and self.text[match.start()] in _PRODUCTS
        kind = "," if self.is_table and match[0] == "&" else _SIGNS.get(match[0], match[0])
        self.add("·" if is_product else kind, match[0], *match.span())

    def superscript(self, match: re.Match[str]) -> None:
        self.add("superscript", match[0].translate(_ASCII_DIGITS), *match.span())

    def control(self, match: re.Match[str]) -> None:
        command, index = match["command"], match["index"] or ""
        if kind := _COMMANDS.get(command):
            self.add(kind, match[0], match.start(), match.end() - len(index))
            if index:
                self.add("subscript", index, match.end() - len(index), match.end())
        elif command in GREEK_COMMANDS or command.lower() in FUNCTIONS or command == "pi":
            self.named(command, GREEK_COMMANDS.get(command, command) + index, match.start(), match.end())
        else:
            raise Refusal("not_allowed", match.span(), what=clip(match[0]))

    def upright(self, match: re.Match[str]) -> None:
        word = (match["inside"] or match["single"]).lstrip("\\")
        self.named(word, GREEK_COMMANDS.get(word, word) + (match["beneath"] or ""), match.start(), match.end())

    def prefix(self, match: re.Match[str]) -> None:
        self.module = match.end() - match.start()

    def word(self, match: re.Match[str]) -> None:
        start, word = match.start(), match[0]
        raised = bool(self.tokens) and self.tokens[-1].kind == "^" and self.tokens[-1].end == start
        if raised and word[0] == "T" and len(word) > 1 and word not in self.known:  # x^TAx
            self.add("name", "T", start, start + 1)
            start, word = start + 1, word[1:]
        self.named(word, word, start, match.end())

    def other(self, match: re.Match[str]) -> None:
        if match[0] not in _OTHERS:
            raise bad_character(self.text, match.start())
        self.add(_OTHERS[match[0]], match[0], *match.span())

    # words

    def named(self, word: str, spelled: str, start: int, end: int) -> None:
        """A word as what it says: a function before a bracket, an infinity, a name or a product of names."""
        module, self.module = self.module, 0
        span, called = (start - module, end), _CALLED.match(self.plain, end) is not None
        function = FUNCTIONS.get(word.lower())
        is_sigmoid = word in ("sigma", "σ") and called and "sigma" not in self.known
        if word in _WORDS and not module:
            self.add(_WORDS[word], word, *span)
        elif word.lower() in _INFINITE:
            self.add("infinity", "inf", *span)
        elif CONSTANT_WORDS.get(word):
            self.add("constant", "pi", *span)
        elif is_sigmoid:
            self.add("function", "sigmoid", *span)
        elif function and (called or (word in BARE and word not in self.known)):
            self.add("function", function, *span)
        elif module and word == "e":
            self.add("constant", "e", *span)
        elif module or (called and word.lower() in {*INSTEAD, *REFUSED}):
            raise self.unknown(word, span)
        else:
            self.add_name(word, spelled, start, end)

    def unknown(self, word: str, span: tuple[int, int]) -> Refusal:
        if instead := INSTEAD.get(word.lower()):
            return Refusal("write_instead", span, name=clip(word), instead=instead)
        if word.lower() in REFUSED:
            return Refusal("unsupported_function", span, name=clip(word))
        fixes = tuple(replaced(self.text, span, name) for name in close(word.lower(), FUNCTIONS))
        return Refusal("unknown_function", span, fixes, name=clip(word))

    def add_name(self, word: str, spelled: str, start: int, end: int) -> None:
        if self.is_product(word):
            taken = " ".join(word)
            choice = Choice("product", word, taken, word, self.text, word)
            for at, letter in enumerate(word):
                self.add("name", letter, start + at, end if at + 1 == len(word) else start + at + 1, choice)
                choice = None  # type: ignore[assignment]
            return
        try:
            name = declared_name(spelled)
        except Refusal as refusal:
            fixes = tuple(replaced(self.text, (start, end), fix) for fix in refusal.fixes)
            raise Refusal(refusal.code, (start, end), fixes, **refusal.facts) from None
        self.add("name", name, start, end)

    def is_product(self, word: str) -> bool:
        if word in self.known or not word.isalpha() or not word.isascii() or not 2 <= len(word) <= 3:
            return False
        return self.is_latex or bool(_PRODUCT.fullmatch(word)) or set(word) <= self.alone


_READERS: dict[str, Callable[[Scanner, re.Match[str]], None]] = {
    "space": Scanner.skip,
    "comment": Scanner.skip,
    "newline": Scanner.newline,
    "hexadecimal": Scanner.hexadecimal,
    "number": Scanner.literal,
    "string": Scanner.literal,
    "environment": Scanner.environment,
    "fence": Scanner.fence,
    "upright": Scanner.upright,
    "module": Scanner.prefix,
    "word": Scanner.word,
    "control": Scanner.control,
    "attribute": Scanner.attribute,
    "sign": Scanner.sign,
    "subscript": Scanner.literal,
    "superscript": Scanner.superscript,
    "fraction": Scanner.literal,
    "other": Scanner.other,
}
