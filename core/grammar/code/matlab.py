"""MATLAB → the same syntax tree as Python's, by precedence climbing; names, calls and matrices only."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from core.grammar.code.unread import UnreadError

DEEPEST = 20
SIGNS = re.compile(
    r"^\s{0,40}syms\s|@\s?\(|\.\^|\.\*|\./|^\s{0,40}%|(?<!\\)\bend\b(?!\{)|\]\s?'|\[[^\[\]=]{1,400};[^\[\]=]{1,400}\]",
    re.MULTILINE,
)
TOKEN = re.compile(
    r"""(?P<space>[ \t]+)|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z]\w*)
    |(?P<sign>\.\*|\./|\.\^|\.'|==|~=|<=|>=|&&|\|\||[-+*/^'()\[\],;:=<>@.~&|\\\n])|(?P<text>"[^"\n]*")|(?P<other>.)""",
    re.VERBOSE,
)
IDLE = frozenset("clc clear close hold format disp clearvars more figure warning digits".split())
BINDING = {
    "==": 5,
    "~=": 5,
    "<": 5,
    "<=": 5,
    ">": 5,
    ">=": 5,
    "+": 10,
    "-": 10,
    "*": 20,
    "/": 20,
    ".*": 20,
    "./": 20,
    "^": 40,
    ".^": 40,
}
COMPARISONS: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "~=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}
OPERATORS: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div(), "^": ast.Pow()}
ENTRYWISE = {".*": "multiply", "./": "divide", ".^": "pow"}
SIGNED = 30


class Token(NamedTuple):
    kind: str  # "number", "name", "text", "end", or the sign itself
    text: str
    line: int
    spaced: bool  # white space stands before it


def is_matlab(text: str) -> bool:
    return SIGNS.search(text) is not None


def parse(source: str) -> list[ast.stmt]:
    """The statements of a text. Raises UnreadError."""
    return _Reader(_tokens(source)).statements()


def _tokens(source: str) -> list[Token]:
    tokens, spaced = [], False
    for line, text in enumerate(source.split("\n"), 1):
        code, _, _ = text.partition("%")
        goes_on = "..." in code
        for match in TOKEN.finditer(code.partition("...")[0]):
            kind = match.lastgroup or "other"
            if kind == "other":
                raise UnreadError("not_matlab", what=match[0])
            if kind != "space":
                tokens.append(Token(match[0] if kind == "sign" else kind, match[0], line, spaced))
            spaced = kind == "space"
        spaced = True
        if not goes_on:
            tokens.append(Token("\n", "\n", line, True))
    return [*tokens, Token("end", "", source.count("\n") + 1, True)]


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.rows = 0  # matrices that are open: white space separates in there

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def advance(self) -> Token:
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, kind: str) -> None:
        if self.advance().kind != kind:
            raise UnreadError("not_matlab", what=self.token.text.strip() or "…")

    def statements(self) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        while self.token.kind != "end":
            if self.token.kind in ("\n", ";", ","):
                self.advance()
            else:
                found.append(self.statement())
                if self.token.kind not in ("\n", ";", ",", "end"):
                    raise UnreadError("not_matlab", what=self.token.text)
        return found

    def statement(self) -> ast.stmt:
        first, line = self.token, self.token.line
        if first.kind == "name" and first.text == "syms":
            words = self.rest_of_line()
            names = [
                ast.Constant(word.text, lineno=line)
                for word in words
                if word.kind == "name" and word.text not in ("real", "positive")
            ]
            return ast.Expr(_call("syms", list(names), line), lineno=line)
        if first.kind == "name" and first.text in IDLE:
            self.rest_of_line()
            return ast.Pass(lineno=line)
        if first.kind == "name" and self.tokens[self.at + 1].kind == "=":
            self.at += 2
            return ast.Assign([ast.Name(first.text, ast.Store(), lineno=line)], self.expression(0), lineno=line)
        return ast.Expr(self.expression(0), lineno=line)

    def rest_of_line(self) -> list[Token]:
        words = []
        self.advance()
        while self.token.kind not in ("\n", ";", "end"):
            words.append(self.advance())
        return words

    def expression(self, floor: int) -> ast.expr:
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadError("too_deep_here", limit=DEEPEST)
        left = self.operand()
        chain = 0
        while not self.separated() and BINDING.get(self.token.kind, 0) > floor:
            sign = self.advance()
            left = _binary(sign, left, self.expression(BINDING[sign.kind]))
            chain += 1
            if chain > 150:
                raise UnreadError("too_long_to_read")
        self.depth -= 1
        return left

    def separated(self) -> bool:
        """In a matrix [1 -2] has two entries, [1 - 2] and [1 -2 + x] are told by the space behind the sign."""
        behind = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        return bool(self.rows) and self.token.spaced and self.token.kind in ("+", "-") and not behind.spaced

    def operand(self) -> ast.expr:
        token = self.advance()
        line = token.line
        match token.kind:
            case "number":
                digits = token.text
                value = int(digits) if digits.isdigit() else float(digits)
                return self.trailed(ast.Constant(value, lineno=line))
            case "text":
                return ast.Constant(token.text.strip('"'), lineno=line)
            case "name":
                return self.trailed(ast.Name(token.text, ast.Load(), lineno=line))
            case "-":
                return ast.UnaryOp(ast.USub(), self.expression(SIGNED), lineno=line)
            case "+":
                return self.expression(SIGNED)
            case "(":
                rows, self.rows = self.rows, 0
                inner = self.expression(0)
                self.expect(")")
                self.rows = rows
                return self.trailed(inner)
            case "[":
                return self.trailed(self.matrix(line))
            case "@":
                return self.handle(line)
        raise UnreadError("not_matlab", what=token.text.strip() or "…")

    def trailed(self, node: ast.expr) -> ast.expr:
        """What stands right behind an operand: (…), ' and .'"""
        while True:
            token = self.token
            if token.kind == "(" and isinstance(node, (ast.Name, ast.Call)) and not (self.rows and token.spaced):
                self.advance()
                node = ast.Call(node, self.arguments(), [], lineno=token.line)
            elif token.kind in ("'", ".'") and not token.spaced:
                self.advance()
                node = ast.Attribute(node, "T", ast.Load(), lineno=token.line)
            else:
                return node

    def arguments(self) -> list[ast.expr]:
        rows, self.rows, found = self.rows, 0, []
        while self.token.kind != ")":
            found.append(self.expression(0))
            if self.token.kind == ",":
                self.advance()
            elif self.token.kind != ")":
                raise UnreadError("not_matlab", what=self.token.text.strip() or "…")
        self.advance()
        self.rows = rows
        return found

    def matrix(self, line: int) -> ast.expr:
        """[a, b; c d]: rows between semicolons or lines, entries between commas or spaces."""
        self.rows += 1
        rows: list[list[ast.expr]] = [[]]
        while self.token.kind != "]":
            if self.token.kind in (";", "\n"):
                self.advance()
                rows.append([])
            elif self.token.kind == ",":
                self.advance()
            elif self.token.kind == "end":
                raise UnreadError("not_matlab", what="[")
            else:
                rows[-1].append(self.expression(0))
        self.advance()
        self.rows -= 1
        lists: list[ast.expr] = [ast.List(row, ast.Load(), lineno=line) for row in rows if row]
        return _call("matlab_rows", [ast.List(lists, ast.Load(), lineno=line)], line)

    def handle(self, line: int) -> ast.expr:
        """@(x, y) x^2 + y, and @sin"""
        if self.token.kind == "name":
            return ast.Name(self.advance().text, ast.Load(), lineno=line)
        self.expect("(")
        names = []
        while self.token.kind == "name":
            names.append(self.advance().text)
            if self.token.kind == ",":
                self.advance()
        self.expect(")")
        rows, self.rows = self.rows, 0
        body = self.expression(0)
        self.rows = rows
        parameters = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        return ast.Lambda(parameters, body, lineno=line)


def _binary(sign: Token, left: ast.expr, right: ast.expr) -> ast.expr:
    if sign.kind in ENTRYWISE:
        return _call(ENTRYWISE[sign.kind], [left, right], sign.line)
    if sign.kind in COMPARISONS:
        return ast.Compare(left, [COMPARISONS[sign.kind]], [right], lineno=sign.line)
    return ast.BinOp(left, OPERATORS[sign.kind], right, lineno=sign.line)


def _call(name: str, arguments: list[ast.expr], line: int) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load(), lineno=line), arguments, [], lineno=line)
