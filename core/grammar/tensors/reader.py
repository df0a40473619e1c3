"""Tokens -> statements, by precedence climbing: what is written, before it is asked whether the shapes fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.expression.tree import COMPARISONS
from core.grammar.limits import MAX_DEPTH, MAX_OPERATIONS, literal
from core.grammar.reader import INVERSES
from core.grammar.refusal import Refusal, clip, clip_apart, replaced
from core.grammar.spelling import close
from core.grammar.tensors.scan import Scanner
from core.grammar.tensors.spelling import FUNCTIONS
from core.grammar.tensors.term import Statement, Term
from core.grammar.vocabulary import LIKE_FUNCTIONS, Token

BINDING = {**dict.fromkeys(COMPARISONS, 5), "&": 4, "+": 10, "-": 10, "^": 40} | dict.fromkeys(
    ("*", "/", "%", "@", "·", "⊗"), 20
)
SIGNED = 30  # -x^2 is -(x^2), -x @ y is (-x) @ y
AFTER_POWER = BINDING["^"] - 1  # x^y^z is x^(y^z)
OPERATIONS = {"·": "product", "%": "remainder", "⊗": "outer"}
STARTS_FACTOR = frozenset(("name", "constant", "function", "(", "root", "quotient", "infinity"))
NUMBERS = frozenset(("number", "fraction"))  # never a factor by standing there: 2 3, x 2
CLOSERS = {"(": ")", "{": "}", "[": "]", "|": "|", "||": "||"}
ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "@=")
TRANSPOSED = ("T", "transpose")
ATOMS = NUMBERS | {"name", "constant"}
EMPTY: Mapping[str, Term] = MappingProxyType({})


class Reader:
    """Reads one text; ``read`` is the way in, and everything raises Refusal."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.text, self.known = text, frozenset(known)
        self.tokens = Scanner(text, known).scan()
        # x' and .* are MATLAB's, where * is the product of matrices
        self.is_matlab = any(token.text in ("'", ".*", "./", ".^") for token in self.tokens)
        self.at, self.token, self.end = 0, self.tokens[0], 0  # the next token, and where the last one ended
        self.depth = self.operations = 0
        self.closers: list[str] = []  # of the brackets that are open, the innermost last

    def read(self) -> tuple[Statement, ...]:
        """The statements of the whole text, at least one."""
        statements: list[Statement] = []
        while self.token.kind != "end":
            if self.token.kind == ";":
                self.advance()
                continue
            statements.append(self.statement())
            if self.token.kind in (",", ".") and self.tokens[self.at + 1].kind in (";", "end"):
                self.advance()
            if self.token.kind not in (";", "end"):
                raise self.stray(self.token)
        if not statements:
            raise Refusal("empty", (0, len(self.text)))
        return tuple(statements)

    def advance(self) -> Token:
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        self.token, self.end = self.tokens[self.at], token.end
        return token

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected(self.token)
        return self.advance()

    def term(
        self, kind: str, args: tuple[Term, ...], start: int, text: str = "", named: Mapping[str, Term] = EMPTY
    ) -> Term:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise Refusal("too_many_operations", (start, self.end), limit=MAX_OPERATIONS)
        return Term(kind, args, text, tuple(named.items()), (start, self.end))

    def nested(self, outer: Token, floor: int = 0) -> Term:
        """An expression one level further in than ``outer``: the only way to get deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refusal("too_deep", outer.span, limit=MAX_DEPTH)
        inner = self.expression(floor)
        self.depth -= 1
        return inner

    # lines

    def statement(self) -> Statement:
        start = self.token.start
        if self.token.kind == "return":
            self.advance()
            return self.finished("", self.expression(0), start)
        name, sign = self.left_side()
        term = self.expression(0)
        if self.token.kind in ASSIGNMENTS and sign is None:
            raise self.equation()
        if sign is not None and sign.kind != "=":  # z += 1
            before = Term("name", text=name, span=(start, sign.start))
            term = self.term(sign.kind[0], (before, term), start)
        return self.finished(name, term, start)

    def finished(self, name: str, term: Term, start: int) -> Statement:
        return Statement(name, term, (start, self.end))

    def left_side(self) -> tuple[str, Token | None]:
        """name =, or f(x, W) = of which f is the name; nothing where the line has no left side."""
        if self.token.kind not in ("name", "function"):
            return "", None
        after = self.at + 1
        if self.tokens[after].kind == "(":
            after = self.partner(after) + 1
        if after >= len(self.tokens) or self.tokens[after].kind not in ASSIGNMENTS:
            return "", None
        name, sign = self.token, self.tokens[after]
        if name.kind == "function":
            raise Refusal("reserved_name", name.span, name=clip(self.echo(name.span)))
        while self.token is not sign:
            self.advance()
        self.advance()
        return name.text, sign

    def partner(self, opening: int) -> int:
        """The place of the ) that belongs to the ( at the place ``opening``; without one, that of the end."""
        depth = 0
        for place in range(opening, len(self.tokens)):
            depth += (self.tokens[place].kind == "(") - (self.tokens[place].kind == ")")
            if not depth:
                return place
        return len(self.tokens) - 1

    def equation(self) -> Refusal:
        sign = self.token
        return Refusal("equation", sign.span, (replaced(self.text, sign.span, "=="),))

    # terms

    def expression(self, floor: int) -> Term:
        """An operand and what follows it, as long as that binds tighter than ``floor``."""
        start = self.token.start
        left = self.postfixed(self.operand(), start)
        while True:
            token = self.token
            if token.kind in NUMBERS:
                raise Refusal("missing_operator", token.span)
            joined = token.kind in self.factors()
            sign = "product" if joined else token.kind
            binding = BINDING["*"] if joined else BINDING.get(sign, 0)
            if binding <= floor:
                return left
            if joined:
                left = self.joined(left, start)
                continue
            self.advance()
            if sign == "^":
                left = self.raised(left, token, start)
            else:
                right = self.expression(binding)
                if sign in COMPARISONS and left.kind in COMPARISONS and not left.outer:
                    raise self.second_comparison(left, token, right)
                op = "product" if self.is_matlab and token.text == "*" else OPERATIONS.get(sign, sign)
                left = self.term(op, (left, right), start)
                if sign == "/" and self.token.kind in self.factors():
                    self.refuse_unclear_quotient(left)

    def factors(self) -> frozenset[str]:
        """What is a factor by standing there; a bar only where none is open that it could close."""
        if self.closers and self.closers[-1] in ("|", "||"):
            return STARTS_FACTOR
        return STARTS_FACTOR | {"|", "||", "{"} if "\\" in self.text else STARTS_FACTOR | {"|", "||"}

    def joined(self, left: Term, start: int) -> Term:
        """2x, A x"""
        right = self.expression(BINDING["*"])
        return self.term("product", (left, right), start, "joined")

    def second_comparison(self, first: Term, sign: Token, right: Term) -> Refusal:
        """0 < x < 1 is meant as (0 < x) & (x < 1)."""
        left, middle = self.echo(first.span), self.echo(first.args[1].whole)
        last = f"{middle} {self.echo(sign.span)} {self.echo(right.whole)}"
        fix = replaced(self.text, (first.span[0], right.whole[1]), f"(({left}) & ({last}))")
        return Refusal("one_comparison", sign.span, (fix,), operator=clip(self.echo(sign.span)))

    def refuse_unclear_quotient(self, quotient: Term) -> None:
        """x/2y and A/b x could mean that all of it is divided by; 1/2 x is half of x."""
        over, under = quotient.args
        if over.kind == under.kind == "number":
            return
        factor = self.echo(self.token.span) + "…"
        part = f"{self.echo(over.span)}/({self.echo(under.span)}{factor})"
        first, second = clip_apart(f"({self.echo(quotient.span)}){factor}", part, 40)
        raise Refusal("ambiguous", (quotient.span[0], self.token.end), first=first, second=second)

    def raised(self, base: Term, caret: Token, start: int) -> Term:
        """x^2, x^T, A^{-1}, A^{-T}"""
        braces = [self.peek(at).kind for at in range(4)]
        if self.is_transpose(self.token):
            self.advance()
            return self.postfixed(self.term("transpose", (base,), start), start)
        if braces[0] in ("{", "(") and self.is_transpose(self.peek()) and braces[2] == CLOSERS[braces[0]]:
            for _ in range(3):
                self.advance()
            return self.postfixed(self.term("transpose", (base,), start), start)
        if braces[0] == "{" and braces[1] == "-" and self.is_transpose(self.peek(2)) and braces[3] == "}":
            for _ in range(4):
                self.advance()
            one = Term("neg", (Term("number", text="1"),), span=(caret.start, self.end))
            return self.term("transpose", (self.term("^", (base, one), start),), start)
        exponent = self.nested(caret, AFTER_POWER)
        if base.kind == "name" and base.text == "e" and "e" not in self.known:  # Euler's number as the base of a power
            return self.term("call", (exponent,), start, "exp")
        typed = "^" if caret.text == "^" else "**"  # of torch and, as .^, of MATLAB: entry by entry
        return self.postfixed(self.term("^", (base, exponent), start, typed), start)

    def is_transpose(self, token: Token) -> bool:
        return token.kind == "transpose" or (token.kind == "name" and token.text == "T" and "T" not in self.known)

    def postfixed(self, subject: Term, start: int) -> Term:
        """x.T, x.sum(), x[0], x', x²"""
        while True:
            token = self.token
            if token.kind == "transpose":
                self.advance()
                subject = self.term("transpose", (subject,), start)
            elif token.kind == "superscript":
                subject = self.superscript(subject, start)
            elif token.kind == "attribute":
                subject = self.member(subject, start)
            elif token.kind == "[" and token.start == self.end and subject.kind not in NUMBERS:
                subject = self.index(subject, start)
            else:
                return subject

    def superscript(self, base: Term, start: int) -> Term:
        token = self.advance()
        digits = token.text.lstrip("-")
        exponent = Term("number", text=literal(digits, token.end - len(digits)), span=token.span)
        if digits != token.text:
            exponent = Term("neg", (exponent,), span=token.span)
        if self.token.kind in ("^", "superscript"):  # x²^3 could be (x²)^3 or x^(2^3)
            raise self.unexpected(self.token)
        return self.term("^", (base, exponent), start, "^")

    def member(self, subject: Term, start: int) -> Term:
        name = self.advance()
        if self.token.kind != "(":
            return self.term("member", (subject,), start, name.text)
        args, named = self.arguments()
        return self.term("method", (subject, *args), start, name.text, named)

    def index(self, subject: Term, start: int) -> Term:
        opener = self.advance()
        places = [self.place(opener)]
        while self.token.kind == ",":
            self.advance()
            if self.token.kind != "]":
                places.append(self.place(opener))
        self.close(opener)
        return self.term("index", (subject, *places), start)

    def place(self, opener: Token) -> Term:
        """0, -1, None, 1:, ::2"""
        start, parts = self.token.start, []
        while True:
            empty = self.token.kind in (":", ",", "]")
            parts.append(Term("keyword", text="None") if empty else self.nested(opener))
            if self.token.kind != ":":
                break
            self.advance()
        if len(parts) == 1:
            if empty:
                raise self.unexpected(self.token)
            return parts[0]
        return self.term("slice", tuple(parts), start)

    def close(self, opener: Token) -> None:
        closer = CLOSERS[opener.kind]
        if self.token.kind == "end":
            raise Refusal(
                "unbalanced", opener.span, (self.text.rstrip() + closer,), bracket=clip(self.echo(opener.span))
            )
        self.expect(closer)

    def operand(self) -> Term:
        token = self.advance()
        if token.kind not in OPERANDS:
            raise self.stray(token)
        return OPERANDS[token.kind](self, token)

    # one for each kind of token that starts an operand

    def number(self, token: Token) -> Term:
        return Term("number", text=literal(token.text, token.start), span=token.span)

    def fraction(self, token: Token) -> Term:
        """½"""
        parts = unicodedata.normalize("NFKC", token.text).split("⁄")
        over, under = (Term("number", text=part, span=token.span) for part in parts)
        return self.term("/", (over, under), token.start)

    def leaf(self, token: Token) -> Term:
        return Term(token.kind, text=token.text, span=token.span)

    def name(self, token: Token) -> Term:
        if self.token.kind == "(" and token.text not in self.known:
            self.refuse_function_of(token)
        return self.leaf(token)

    def refuse_function_of(self, name: Token) -> None:
        """W(x + 1) is a product; f(x) and predict(x) are functions that nobody told."""
        if len(name.text) > 1 or name.text in LIKE_FUNCTIONS:
            fixes = tuple(replaced(self.text, name.span, word) for word in close(name.text.lower(), FUNCTIONS))
            raise Refusal("unknown_function", name.span, fixes, name=clip(name.text))

    def minus(self, token: Token) -> Term:
        return self.term("neg", (self.nested(token, SIGNED),), token.start)

    def plus(self, token: Token) -> Term:
        return self.nested(token, SIGNED)

    def negation(self, token: Token) -> Term:
        return self.term("~", (self.nested(token, SIGNED),), token.start)

    def group(self, token: Token) -> Term:
        """(…), or a list where there is a comma: (2, 3)"""
        items = self.items(token)
        if len(items) == 1 and self.tokens[self.at - 2].kind != ",":
            return replace(items[0], outer=(token.start, self.end))
        return self.term("list", items, token.start, "(")

    def list(self, token: Token) -> Term:
        """[1, 2], [[1, 2], [3, 4]], and [1, 2; 3, 4] with a row after each semicolon"""
        return self.term("list", self.items(token), token.start, "[")

    def items(self, opener: Token) -> tuple[Term, ...]:
        """What stands between brackets, parted by commas; with semicolons, a list of such lists."""
        self.closers.append(CLOSERS[opener.kind])
        rows: list[list[Term]] = [[]]
        start = self.token.start
        while self.token.kind not in (CLOSERS[opener.kind], "end"):
            rows[-1].append(self.nested(opener))
            if self.token.kind == ";" and opener.kind == "[":
                rows.append([])
            elif self.token.kind not in (",", "&") or (self.token.kind == "&" and opener.kind != "["):
                break
            self.advance()
        self.closers.pop()
        if not rows[0] and opener.kind != "[":
            raise self.unexpected(self.token)
        self.close(opener)
        if len(rows) == 1:
            return tuple(rows[0])
        return tuple(self.term("list", tuple(row), start, "[") for row in rows if row)

    def bars(self, token: Token) -> Term:
        """|x|, ‖x‖, ‖x‖₂"""
        self.closers.append(token.kind)
        inner = self.nested(token)
        self.closers.pop()
        self.close(token)
        if token.kind == "|":
            return self.term("bars", (inner,), token.start)
        order = self.advance().text.strip("_{} ") if self.token.kind == "subscript" else "2"
        return self.term("norm", (inner,), token.start, order)

    def quotient(self, token: Token) -> Term:
        """\\frac{x}{2}, \\frac12"""
        over, under = self.pieces()
        return self.term("/", (over, under), token.start)

    def pieces(self) -> tuple[Term, Term]:
        first = self.token
        if first.kind == "number" and len(first.text) > 1 and first.text.isdigit():  # \frac12
            self.advance()
            over, under = (Term("number", text=part, span=first.span) for part in (first.text[0], first.text[1:]))
            if len(under.text) > 1:
                raise self.unexpected(first)
            return over, under
        return self.piece(), self.piece()

    def piece(self) -> Term:
        token = self.advance()
        if token.kind == "{":
            return self.group(token)
        if token.kind not in ATOMS - {"fraction"} or (token.kind == "number" and len(token.text) > 1):
            raise self.unexpected(token)
        return OPERANDS[token.kind](self, token)

    def root(self, token: Token) -> Term:
        """√2, √(x + 1), \\sqrt{x}"""
        if self.token.kind in ("(", "{"):
            inner = self.group(self.advance())
        elif self.token.kind in ATOMS:
            inner = self.operand()
        else:
            raise Refusal("missing_brackets", token.span, name="√")
        return self.term("call", (inner,), token.start, "sqrt")

    def function(self, token: Token) -> Term:
        """sum(x, dim=1), \\sin x, sin^2(x)"""
        power = self.power_of_function(token)
        if self.token.kind == "(":
            args, named = self.arguments()
        elif self.token.kind == "{" and self.text[token.start] == "\\":
            args, named = (self.group(self.advance()),), {}
        elif self.text[token.start] == "\\" and self.token.kind in ATOMS:
            args, named = (self.postfixed(self.operand(), self.token.start),), {}
            if self.token.kind in self.factors() | {"^"}:
                raise Refusal("missing_brackets", token.span, name=clip(self.echo(token.span)))
        else:
            raise self.missing_brackets(token)
        call = self.term("call", args, token.start, token.text, named)
        return call if power is None else self.term("^", (call, power), token.start, "^")

    def power_of_function(self, function: Token) -> Term | None:
        """The 2 of sin^2(x); sin^-1 is asin to some and 1/sin to others."""
        token = self.token
        if token.kind == "superscript":
            exponent = self.superscript(Term("number", text="1"), token.start).args[1]
        elif token.kind == "^":
            self.advance()
            exponent = self.operand()
        else:
            return None
        if exponent.kind != "number":
            span, name = (function.start, self.end), self.echo(function.span)
            inverse = INVERSES.get(function.text, f"arc{name}")
            raise Refusal("ambiguous", span, first=f"{inverse}(…)", second=f"1/{clip(name)}(…)")
        return exponent

    def missing_brackets(self, function: Token) -> Refusal:
        argument = self.token
        known = argument.kind in ATOMS and self.peek().kind in ("end", ";", "+", "-", ",", ")")
        fix = replaced(self.text, (function.end, argument.end), f"({self.echo(argument.span)})")
        return Refusal("missing_brackets", function.span, (fix,) if known else (), name=clip(self.echo(function.span)))

    def arguments(self) -> tuple[tuple[Term, ...], dict[str, Term]]:
        """What stands between the brackets of a call, in order and by name."""
        opener = self.advance()
        self.closers.append(")")
        args: list[Term] = []
        named: dict[str, Term] = {}
        while self.token.kind not in (")", "end"):
            if self.token.kind in ("name", "function") and self.peek().kind == "=":
                name = self.advance()
                self.advance()
                word = self.echo(name.span).lower()
                if word in named:
                    raise self.unexpected(name)
                named[word] = self.nested(opener)
            elif named:
                raise self.unexpected(self.token)
            else:
                args.append(self.nested(opener))
            if self.token.kind != ",":
                break
            self.advance()
        self.closers.pop()
        self.close(opener)
        return tuple(args), named

    # what is wrong

    def echo(self, span: tuple[int, int]) -> str:
        return self.text[slice(*span)]

    def unexpected(self, token: Token) -> Refusal:
        """Why ``token`` cannot stand where it stands."""
        if token.kind == "end":
            return Refusal("unfinished", self.tokens[max(len(self.tokens) - 2, 0)].span)
        return Refusal("unexpected", token.span, found=clip(self.echo(token.span).replace("\n", "⏎")))

    def stray(self, token: Token) -> Refusal:
        """Why ``token`` cannot stand where an operand or the end should be: often a bracket."""
        if token.kind in (")", "}", "]") and not self.closers:
            without = replaced(self.text, token.span, "")
            return Refusal("unbalanced", token.span, (without,), bracket=clip(self.echo(token.span)))
        return self.unexpected(token)


OPERANDS: dict[str, Callable[[Reader, Token], Term]] = {
    "number": Reader.number,
    "fraction": Reader.fraction,
    "name": Reader.name,
    "constant": Reader.leaf,
    "infinity": Reader.leaf,
    "string": Reader.leaf,
    "keyword": Reader.leaf,
    "function": Reader.function,
    "-": Reader.minus,
    "+": Reader.plus,
    "~": Reader.negation,
    "(": Reader.group,
    "{": Reader.group,
    "[": Reader.list,
    "|": Reader.bars,
    "||": Reader.bars,
    "root": Reader.root,
    "quotient": Reader.quotient,
}
