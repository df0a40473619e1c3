"""Tokens -> tree by precedence climbing: signs say how tightly they bind, tokens how an operand starts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache

from core.expression.tree import COMPARISONS, FUNCTIONS, Node, walk
from core.grammar.definitions import ARITY, FUNCTION_WORDS, KEYWORDS, definition
from core.grammar.limits import MAX_DEPTH, MAX_OPERATIONS, literal
from core.grammar.refusal import CLIP, Refusal, clip, clip_apart, replaced
from core.grammar.scan import scan
from core.grammar.vocabulary import LIKE_FUNCTIONS, REFUSED_WORDS, VECTORS, Token, Vocabulary

# A product without a sign binds as one with it; where that may surprise, it is refused.
BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "%": 20, "^": 40}
SIGNED = 30  # -x^2 is -(x^2), -x*y is (-x)*y
AFTER_POWER = BINDING["^"] - 1  # x^y^z is x^(y^z)
STARTS_FACTOR = frozenset(("name", "constant", "function", "(", "|(", "root", "quotient"))
SELF_DELIMITED = ("|(", "root", "quotient")  # ln|x|, sin√x and \\sin\\frac{x}{2} need no brackets
JOINTS = ("and", "or")
ENDS_CONDITION = frozenset((",", ")", "end", *JOINTS))
_BRACES_GROUP = re.compile(r"\\|\^ *\{|\} *\^")  # LaTeX; elsewhere {x} may be a set
COEFFICIENTS = ("number", "constant")
NUMBERS = frozenset(("number", "fraction"))  # never a factor by standing there: 2 3, x²3
ATOMS = NUMBERS | {"name", "constant"}
ENDS_BARE_ARGUMENT = frozenset(("end", "+", "-", ",", ")", "|)", "}", "function", *COMPARISONS))
CLOSERS = {"(": ")", "{": "}", "[": "]", "|(": "|)"}
_NUMERIC_FRACTION = re.compile(r"\\[dt]?frac *(?:[0-9]{2}|(?:\{ *[0-9]+ *\}|[0-9]) *(?:\{ *[0-9]+ *\}|[0-9]))")
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan", "exp": "log", "log": "exp"}
SWAPPED = {("log", 2): "log", ("atan", 2): "atan2"}  # Log[b, x] and ArcTan[x, y] of Mathematica
EULER = Node("exp", (Node("number", text="1"),))
_INDEXED = re.compile(r"(?<![A-Za-z])([A-Za-z])\(([0-9]{1,2})\)")  # x(1) of MATLAB


class Reader:
    """Reads one text from its tokens; ``read`` is the way in, and everything raises Refusal."""

    def __init__(self, text: str, tokens: list[Token], vocabulary: Vocabulary) -> None:
        self.text, self.tokens, self.vocabulary = text, tokens, vocabulary
        self.at, self.token, self.end = 0, tokens[0], 0  # the next token, and where the last one ended
        self.depth = self.operations = 0
        self.factors = STARTS_FACTOR | {"{"} if "{" in text and _BRACES_GROUP.search(text) else STARTS_FACTOR

    def read(self) -> Node:
        """The tree of the whole text."""
        tree = self.expression(0)
        if self.token.kind == "end":
            return tree
        if self.token.kind in (",", ";") and not self.vocabulary.numbers_only:
            raise Refusal("two_functions", self.token.span)
        if self.token.kind == ",":  # 1,5
            point = replaced(self.text, self.token.span, ".")
            raise Refusal("unexpected", self.token.span, (point,), found=",")
        raise self.stray(self.token)

    def advance(self) -> Token:
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        self.token, self.end = self.tokens[self.at], token.end
        return token

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected(self.token)
        return self.advance()

    def close(self, opener: Token) -> None:
        closer = CLOSERS[opener.kind]
        if self.token.kind == "end":
            fix = self.text.rstrip() + closer.rstrip(")" if closer == "|)" else "")
            raise Refusal("unbalanced", opener.span, (fix,), bracket=clip(self.echo(opener.span)))
        self.expect(closer)

    def node(self, op: str, args: tuple[Node, ...], start: int) -> Node:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise Refusal("too_many_operations", (start, self.end), limit=MAX_OPERATIONS)
        return Node(op, args, span=(start, self.end))

    def nested(self, outer: Token, floor: int = 0) -> Node:
        """An expression one level further in than ``outer``."""
        return self.deeper(outer, lambda: self.expression(floor))

    def deeper(self, outer: Token, read: Callable[[], Node]) -> Node:
        """What ``read`` gives one level further in than ``outer``: the only way to get deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refusal("too_deep", outer.span, limit=MAX_DEPTH)
        inner = read()
        self.depth -= 1
        return inner

    def expression(self, floor: int) -> Node:
        """An operand and what follows it, as long as that binds tighter than ``floor``."""
        start = self.token.start
        left = self.operand()
        while True:
            token = self.token
            if token.kind in NUMBERS:
                raise Refusal("missing_operator", token.span)
            if token.kind == "superscript":
                left = self.superscript(left, start)
                continue
            if token.kind == "method":
                left = self.method(left, start)
                continue
            sign = "*" if token.kind in self.factors else token.kind
            if BINDING.get(sign, 0) <= floor:
                return left
            if sign == token.kind:
                self.advance()
            elif token.kind == "quotient":
                self.refuse_mixed_number(token)
            if sign == "^":
                left = self.raised(left, token, start)
            else:
                operation = "remainder" if sign == "%" else sign
                left = self.node(operation, (left, self.expression(BINDING[sign])), start)
            if sign == "/":
                self.refuse_unclear_quotient(left, token)

    def raised(self, base: Node, caret: Token, start: int) -> Node:
        exponent = self.nested(caret, AFTER_POWER)
        last, after = self.tokens[self.at - 1], self.token
        if last.text == "T" and last.kind == "name" and after.kind in ("name", "(") and exponent.op == "name":
            raise Refusal("matrices", (start, last.end), what=clip(self.echo((start, last.end))))  # xᵀA, not a power
        touches = after.start == last.end and after.kind in ("name", "constant", "function")
        if touches and last.kind in ATOMS and (base.op in COEFFICIENTS or base == EULER or last.kind not in NUMBERS):
            raise self.unclear(start, caret)  # x^2y is x²y to everyone, but e^2x or x^yz is not
        return self.power(base, exponent, start)

    def refuse_mixed_number(self, fraction: Token) -> None:
        """1\\frac{1}{2} is one and a half to some and one half to others; the 2 of x^2\\frac{1}{2} is neither."""
        before, *whole = reversed(self.tokens[max(self.at - 2, 0) : self.at])
        numeric = _NUMERIC_FRACTION.match(self.text, fraction.start)
        if before.kind != "number" or not numeric or [token.kind for token in whole] == ["^"]:
            return
        readings = (f"{before.text}{sign}{clip(numeric[0], CLIP - 4)}" for sign in "+*")
        raise Refusal("ambiguous", (before.start, numeric.end()), first=next(readings), second=next(readings))

    def refuse_unclear_quotient(self, quotient: Node, sign: Token) -> None:
        """x/2y and 1/2π could mean that all of it is divided by; 1/2x is half of x, as 1/2*x is."""
        if self.token.kind in self.factors and not self.is_coefficient(quotient):
            raise self.unclear(quotient.span[0], sign)

    def is_coefficient(self, quotient: Node) -> bool:
        """The 1/2 of 1/2x, 1/2(x+1) and 1/2sin(x); before π only where 4/3πr^3 goes on."""
        over, under = quotient.args
        over = over.args[0] if over.op == "neg" else over
        if (over.op, under.op) != ("number", "number"):
            return False
        goes_on = self.tokens[self.at + 1 : self.at + 2]
        is_volume = [token.kind for token in goes_on] == ["name"] and over.text != "1"
        return self.token.kind in ("name", "function", "(") or (self.token.kind == "constant" and is_volume)

    def unclear(self, start: int, sign: Token) -> Refusal:
        """Does the next token, without a sign before it, belong to what ``sign`` is applied to?"""
        after = self.token
        factor = self.echo(after.span) + "…" + CLOSERS.get(after.kind, "")[:1]
        before = self.echo((sign.end, after.start)).lstrip()
        whole, part = self.echo((start, self.end)), self.echo((start, sign.end))
        first, second = clip_apart(f"({whole}){factor}", f"{part}({before}{factor})", 40)
        return Refusal("ambiguous", (start, after.end), first=first, second=second)

    def operand(self) -> Node:
        token = self.advance()
        if token.kind not in OPERANDS:
            raise self.stray(token)
        return OPERANDS[token.kind](self, token)

    # one for each kind of token that starts an operand

    def number(self, token: Token) -> Node:
        return Node("number", text=literal(token.text, token.start), span=token.span)

    def fraction(self, token: Token) -> Node:
        """½"""
        over, _, under = unicodedata.normalize("NFKC", token.text).partition("⁄")
        return self.node("/", tuple(Node("number", text=part, span=token.span) for part in (over, under)), token.start)

    def name(self, token: Token) -> Node:
        if token.kind == "constant" and token.text == "e":
            if self.token.kind == "(":
                self.refuse_function_of(token)
            return Node("exp", (Node("number", text="1", span=token.span),), span=token.span)
        if token.kind == "name" and self.token.kind == "(":
            self.refuse_function_of(token)
        return Node(token.kind, text=token.text, span=token.span)

    def refuse_function_of(self, name: Token) -> None:
        """y(x) is rather y of x than y times x, and x(1) is MATLAB's first entry; x(x+1) is a product."""
        declared = self.vocabulary.declared is not None and name.text in self.vocabulary.declared
        inside = self.tokens[self.at + 1 : self.partner(self.at)]
        typed = self.echo((name.start, self.tokens[self.partner(self.at)].end))
        if name.text in LIKE_FUNCTIONS and declared:
            return
        if name.text == "e" and not declared:
            fix = replaced(self.text, (name.end, name.end), "^")
            raise Refusal("unknown_function", name.span, (fix,), name="e")
        if len(inside) == 1 and inside[0].kind == "number" and _INDEXED.fullmatch(typed):
            raise Refusal("function_of", name.span, (_INDEXED.sub(r"\1\2", self.text),), name=clip(typed))
        if name.end == self.token.start and inside and all(token.kind in ("name", ",") for token in inside):
            alone = replaced(self.text, (name.end, self.tokens[self.partner(self.at)].end), "")
            raise Refusal("function_of", name.span, (alone,), name=clip(typed))
        if name.text in LIKE_FUNCTIONS:
            fix = replaced(self.text, (name.end, name.end), "*")
            is_known = name.text in REFUSED_WORDS["unsupported_function"]
            code = "unsupported_function" if is_known else "unknown_function"
            raise Refusal(code, name.span, (fix,), name=name.text)

    def minus(self, token: Token) -> Node:
        return self.node("neg", (self.nested(token, SIGNED),), token.start)

    def plus(self, token: Token) -> Node:
        return self.nested(token, SIGNED)

    def group(self, token: Token) -> Node:
        inner = self.nested(token)
        self.close(token)
        return inner

    def brace(self, token: Token) -> Node:
        """{…} is a group in LaTeX; elsewhere it may be a set."""
        if "{" not in self.factors:
            raise self.stray(token)
        return self.group(token)

    def absolute(self, token: Token) -> Node:
        if self.token.kind == "|(" and self.token.start == token.end:
            self.refuse_norm(token)
        return self.node("abs", (self.group(token),), token.start)

    def refuse_norm(self, first: Token) -> None:
        """||x|| is a norm; ||x|-1| and ||x|-|y|| are absolute values."""
        bars = [token for token in self.tokens[self.at - 1 :] if token.kind in ("|(", "|)")]
        if (
            len(bars) > 3
            and [bar.kind for bar in bars[:4]] == ["|(", "|(", "|)", "|)"]
            and bars[2].end == bars[3].start
        ):
            single = replaced(replaced(self.text, (bars[2].start, bars[3].end), "|"), (first.start, bars[1].end), "|")
            raise Refusal("matrices", (first.start, bars[3].end), (single,), what="||…||")

    def method(self, subject: Node, start: int) -> Node:
        """x.pow(2)"""
        function = self.advance()
        return self.call(function, (subject, *self.arguments(function, given=1)))

    def quotient(self, token: Token) -> Node:
        """\\frac{x}{2}, \\frac12, \\frac\\pi2"""
        over, under = self.piece(), self.piece()
        return self.node("/", (over, under), token.start)

    def piece(self) -> Node:
        """A part of a fraction: {…}, or the one digit, letter or command that LaTeX takes without braces."""
        token = self.token
        if token.kind == "{":
            return self.group(self.advance())
        is_command = self.text[token.start : token.start + 1] == "\\" and not token.text[-1].isdigit()
        if token.kind not in ATOMS - {"fraction"} or not (token.end - token.start == 1 or is_command):
            raise self.unexpected(token)
        return OPERANDS[token.kind](self, self.advance())

    def root(self, token: Token) -> Node:
        """√2, √(x+1), √|x|, \\sqrt{x}; \\sqrt[3]{x} is x^(1/3), which to torch and NumPy is nan below 0."""
        degree = self.degree(token) if self.token.kind == "[" else None
        if self.token.kind in ("(", "{"):
            inner = self.group(self.advance())
        elif self.token.kind == "number" and len(self.token.text) > 1 and self.echo(token.span).startswith("\\"):
            fix = replaced(self.text, self.token.span, f"{{{self.token.text}}}")  # to LaTeX \\sqrt12 is √1 times 2
            raise Refusal("missing_brackets", (token.start, self.token.end), (fix,), name="√")
        elif self.token.kind in (*ATOMS, *SELF_DELIMITED):
            inner = self.radicand(token)
        else:
            raise self.missing_brackets(token, "√")
        if degree is None:
            return self.node("sqrt", (inner,), token.start)
        return self.power(inner, degree, token.start)

    def degree(self, root: Token) -> Node:
        """1/3 for the [3] of a cube root."""
        opener = self.advance()
        digits = self.expect("number")
        if not digits.text.strip("0."):
            raise Refusal("unexpected", digits.span, found=digits.text)
        one = Node("number", text="1", span=root.span)
        degree = self.node("/", (one, self.number(digits)), opener.start)
        self.close(opener)
        return degree

    def radicand(self, root: Token) -> Node:
        """What stands under a √ without brackets. √2x could be √(2x), √x^2 could be √(x^2)."""
        start = self.token.start
        inner = self.deeper(root, self.operand)
        goes_on = self.token.start == self.end and self.token.kind in self.factors
        if goes_on or self.token.kind in ("^", "superscript"):
            fix = replaced(self.text, (start, self.end), f"({self.echo((start, self.end))})")
            raise self.endless("√", root, start, (fix,))
        return inner

    def endless(self, name: str, function: Token, start: int, fixes: tuple[str, ...] = ()) -> Refusal:
        """Does the next token still belong to the argument of ``function`` that began at ``start``?"""
        inside, after = self.echo((start, self.end)), self.echo(self.token.span)
        first, second = clip_apart(f"{name}({inside}){after}…", f"{name}({inside}{after}…)", 40)
        return Refusal("ambiguous", (function.start, self.token.end), fixes, first=first, second=second)

    def true(self, token: Token) -> Node:
        raise Refusal("reserved_name", token.span, name=token.text)

    def function(self, token: Token) -> Node:
        """sin(x), sin^2(x), \\sin{x}, and \\sin x where nothing else can belong to the argument."""
        if token.text == "piecewise":
            return self.piecewise(token)
        is_latex = self.text[token.start] == "\\"
        power = self.function_power(token)
        if self.token.kind == "(" or (self.token.kind == "{" and is_latex):
            args = self.arguments(token)
        elif self.token.kind == "[":
            args = self.arguments(token)
            if swapped := SWAPPED.get((token.text, len(args))):
                token, args = token._replace(text=swapped), args[::-1]
        elif self.token.kind in SELF_DELIMITED:
            args = (self.delimited(token),)
        elif (is_latex or self.is_glued()) and self.token.kind in ATOMS and self.ends_after(self.token):
            args = (self.operand(),)
        else:
            raise self.missing_brackets(token, self.typed(token))
        call = self.call(token, args)
        return call if power is None else self.power(call, power, token.start)

    def is_glued(self) -> bool:
        """The θ of cosθ, which nothing parts from its function."""
        return self.token.start == self.end and self.token.kind == "name" and not self.echo(self.token.span).isascii()

    # the parts of a function call

    def function_power(self, function: Token) -> Node | None:
        """The 2 of sin^2(x). sin^-1(x) is asin(x) to some and 1/sin(x) to others."""
        caret = self.token
        if caret.kind == "superscript":
            exponent = self.exponent(self.advance())
        elif caret.kind == "^" and self.tokens[self.at + 1].kind in ("number", "-", "{", "("):
            self.advance()
            exponent = self.operand()
        elif caret.kind == "^":
            raise self.power_of_name(function, caret)
        else:
            return None
        number = exponent.args[0] if exponent.op == "neg" else exponent
        if number.op != "number":
            raise self.power_of_name(function, caret)
        if exponent.op == "neg" and number.text == "1":
            span, inverse = (function.start, self.end), INVERSES.get(function.text, f"arc{function.text}")
            fixes = (replaced(self.text, span, inverse),) if inverse in FUNCTIONS else ()
            raise Refusal("ambiguous", span, fixes, first=f"{inverse}(…)", second=f"1/{function.text}(…)")
        return exponent

    def delimited(self, function: Token) -> Node:
        """The |x| of ln|x|; ln|x|y and ln|x|^2 could mean two things."""
        start, name = self.token.start, self.typed(function)
        if function.text == "abs" and self.token.kind == "|(":
            raise Refusal("missing_brackets", function.span, (replaced(self.text, function.span, ""),), name=name)
        inner = self.deeper(function, self.operand)
        if self.token.kind in ("^", "superscript") or self.token.kind in self.factors - {"function"}:
            raise self.endless(name, function, start)
        return inner

    def ends_after(self, argument: Token) -> bool:
        """The x of \\sin x \\cos y and \\sin x \\cdot y; not the 2 of \\sin 2 \\cdot x."""
        after = self.tokens[self.at + 1]
        is_factor = argument.kind == "name" and after.kind == "*" and self.echo(after.span) != "*"
        return after.kind in ENDS_BARE_ARGUMENT or is_factor

    def typed(self, function: Token) -> str:
        """The word that the reader knows a function by."""
        word = self.echo(function.span).lstrip("\\.")
        return word if word.isalpha() or word in FUNCTION_WORDS else function.text

    def arguments(self, function: Token, given: int = 0) -> tuple[Node, ...]:
        """What stands between the brackets; ``given`` arguments stood before them."""
        opener = self.advance()
        if opener.kind == "{" and self.token.kind == "(" and self.tokens[self.partner(self.at) + 1].kind == "}":
            inner = self.arguments(function)  # {\left(y, x\right)} as SymPy prints it
            self.close(opener)
            return inner
        args: list[Node] = []
        named: dict[int, Node] = {}
        while self.token.kind != CLOSERS[opener.kind] or args or named:
            is_condition = function.text == "where" and not args
            if (place := self.keyword(function)) is not None:
                named[place] = self.nested(opener)
            elif is_condition:
                args.append(self.condition(function))
            else:
                args.append(self.nested(opener))
            if self.token.kind != ",":
                break
            self.advance()
        self.close(opener)
        return self.placed(function, args, named, given)

    def keyword(self, function: Token) -> int | None:
        """The place of the argument that begins with its name, as in clamp(x, min=0)."""
        if self.tokens[min(self.at + 1, len(self.tokens) - 1)].kind != "=":
            return None
        place = KEYWORDS.get(function.text, {}).get(self.echo(self.token.span))
        if place is None and function.text in VECTORS:  # sum(dim=1)
            raise Refusal("matrices", function.span, what=f"{self.typed(function)}(…)")
        if place is None:
            raise self.unexpected(self.tokens[self.at + 1])
        self.advance()
        self.advance()
        return place

    def placed(self, function: Token, args: list[Node], named: dict[int, Node], given: int) -> tuple[Node, ...]:
        """The arguments in their places; a clamp that has no lower bound is another function."""
        places = dict(enumerate(args, given))
        if named.keys() & places.keys():
            raise Refusal("unexpected", function.span, found="=")
        if function.text == "clamp" and named.keys() == {2} and len(args) + given == 1:
            high = named[2]
            return (*args, high, Node("", span=high.span))  # told from a lower bound by ``call``
        return (*args, *(named[place] for place in sorted(named)))

    def condition(self, function: Token) -> Node:
        first = self.comparison(function)
        if self.token.kind in JOINTS or self.token.kind in COMPARISONS:
            raise self.second_comparison(function, first)
        return first

    def comparison(self, function: Token) -> Node:
        start = self.token.start
        if self.token.kind == "(" and self.tokens[self.partner(self.at) + 1].kind in ENDS_CONDITION:
            opener = self.advance()
            inner = self.deeper(opener, lambda: self.condition(function))
            self.close(opener)
            return inner
        left = self.nested(function)
        if self.token.kind not in COMPARISONS:
            raise Refusal("condition_expected", (start, self.end), name=function.text)
        comparison = self.advance()
        return self.node(comparison.kind, (left, self.nested(function)), start)

    def partner(self, opening: int) -> int:
        """The place of the ) that belongs to the ( at the place ``opening``; without one, that before the end."""
        depth = 0
        for place in range(opening, len(self.tokens) - 1):
            depth += (self.tokens[place].kind == "(") - (self.tokens[place].kind == ")")
            if not depth:
                return place
        return len(self.tokens) - 2

    def second_comparison(self, function: Token, first: Node) -> Refusal:
        """where(0 < x < 1, a, b) is meant as where(0 < x, where(x < 1, a, b), b)."""
        joint = self.advance()
        fixes: tuple[str, ...] = ()
        with suppress(Refusal):
            if joint.kind in JOINTS:
                second = self.echo(self.comparison(function).span)
            else:
                second = f"{self.echo(first.args[1].span)} {joint.kind} {self.echo(self.nested(joint).span)}"
            yes, no = (self.echo(self.after_comma(function).span) for _ in range(2))
            self.expect(")")
            inner = f"where({second}, {yes}, {no})"
            branches = f"{yes}, {inner}" if joint.kind == "or" else f"{inner}, {no}"
            fix = f"where({self.echo(first.span)}, {branches})"
            fixes = (replaced(self.text, (function.start, self.end), fix),)
        return Refusal("one_comparison", joint.span, fixes, operator=self.echo(joint.span))

    def after_comma(self, function: Token) -> Node:
        self.expect(",")
        return self.nested(function)

    def piecewise(self, function: Token) -> Node:
        """Piecewise((a, x > 0), (b, True)) as SymPy prints it: where(x > 0, a, b)."""
        if self.token.kind != "(":
            raise self.missing_brackets(function, self.typed(function))
        outer = self.advance()
        branches: list[tuple[Node, Node]] = []
        while True:
            opener = self.expect("(")
            branch = self.nested(opener)
            self.expect(",")
            if self.token.kind == "true":
                break
            branches.append((self.condition(function), branch))
            self.close(opener)
            self.expect(",")
        self.advance()
        self.close(opener)
        self.close(outer)
        for condition, chosen in reversed(branches):
            branch = self.node("where", (condition, chosen, branch), function.start)
        return branch

    # what is built of the parts

    def call(self, function: Token, args: tuple[Node, ...]) -> Node:
        name, start = function.text, function.start
        if args and not args[-1].op:  # clamp(x, max=…)
            name, args = "clamp_max", args[:-1]
        least, most = ARITY[name]
        given = len(args)
        if given == 1 and name in VECTORS:
            raise Refusal("needs_more", function.span, name=self.typed(function))
        if not least <= given <= most:
            span = (start, self.end)
            fixes = (replaced(self.text, function.span, "atan2"),) if (name, given) == ("atan", 2) else ()
            counts = str(least) if least == most else f"{least}–{most}"
            facts: dict[str, str | int] = {"counts": counts, "most": most, "given": given}
            raise Refusal("wrong_argument_count", span, fixes, name=self.typed(function), **facts)
        if name == "pow":
            return self.power(args[0], args[1], start)
        if name == "leaky_relu" and given == 2 and not _is_plain(args[1]):
            name = "prelu"  # torch takes no slope that has a gradient
        if told := definition(name, given):
            return self.defined(*told, args, start)
        return self.node(name, args, start)

    def defined(self, parameters: str, text: str, args: tuple[Node, ...], start: int) -> Node:
        """A function that is told in others, with ``args`` in the places of its parameters."""
        return self.filled(_template(text, parameters), dict(zip(parameters, args, strict=True)), start)

    def filled(self, template: Node, values: dict[str, Node], start: int) -> Node:
        if template.op == "name":
            value = values[template.text]
            self.operations += sum(bool(node.args) for node in walk(value))
            if self.operations > MAX_OPERATIONS:
                raise Refusal("too_many_operations", (start, self.end), limit=MAX_OPERATIONS)
            return value
        if not template.args:
            return replace(template, span=(start, self.end))
        return self.node(template.op, tuple(self.filled(arg, values, start) for arg in template.args), start)

    def power(self, base: Node, exponent: Node, start: int) -> Node:
        """e^x is exp(x), so that both are differentiated and printed alike."""
        if base == EULER:
            return self.node("exp", (exponent,), start)
        return self.node("^", (base, exponent), start)

    def superscript(self, base: Node, start: int) -> Node:
        exponent = self.exponent(self.advance())
        if self.token.kind in ("^", "superscript"):  # x²^3 could be (x²)^3 or x^(2^3)
            raise self.unexpected(self.token)
        return self.power(base, exponent, start)

    def exponent(self, token: Token) -> Node:
        digits = token.text.lstrip("-")
        start = token.end - len(digits)
        exponent = Node("number", text=literal(digits, start), span=(start, token.end))
        return self.node("neg", (exponent,), token.start) if token.text != digits else exponent

    # what is wrong

    def echo(self, span: tuple[int, int]) -> str:
        return self.text[slice(*span)]

    def unexpected(self, token: Token) -> Refusal:
        """Why ``token`` cannot stand where it stands."""
        if token.kind == "end":
            last = self.tokens[max(len(self.tokens) - 2, 0)]
            return Refusal("unfinished", last.span)
        if token.kind in JOINTS:
            return Refusal("not_allowed", token.span, what=self.echo(token.span))
        if token.kind in COMPARISONS:
            return Refusal("comparison_outside_where", token.span, operator=token.kind)
        fixes = (replaced(self.text, token.span, ")"),) if token.kind in ("]", "}") else ()
        return Refusal("unexpected", token.span, fixes, found=clip(self.echo(token.span)))

    def stray(self, token: Token) -> Refusal:
        """Why ``token`` cannot stand where an operand or the end should be: often a bracket."""
        without = replaced(self.text, token.span, "")
        if token.kind in (")", "}", "]", "|)") and not self.depth:
            return Refusal("unbalanced", token.span, (without,), bracket=clip(self.echo(token.span)))
        if token.kind in ("[", "{") and token is not self.token:  # [x+1]*2, but not x[i]
            closer = without.replace(CLOSERS[token.kind], ")", 1)
            fixes = (replaced(closer, (token.start, token.start), "("),)
            return Refusal("unexpected", token.span, fixes, found=token.text)
        return self.unexpected(token)

    def missing_brackets(self, function: Token, name: str) -> Refusal:
        """sin x, sin^2 x"""
        power = self.echo((function.end, self.end)).strip()
        first = end = self.token
        while self.token.kind in ATOMS and self.token.start in (first.start, end.end):  # 2x
            end = self.advance()
        if end is first and first is self.token:
            return Refusal("missing_brackets", function.span, name=name)
        fix = replaced(self.text, (function.end, end.end), f"({self.echo((first.start, end.end))}){power}")
        is_glued = first.start == function.end and self.token.kind in ("*", "/")  # sinx/x
        fixes = (fix,) if is_glued or self.token.kind in ENDS_BARE_ARGUMENT else ()  # sin x^2, sin x y: who knows
        return Refusal("missing_brackets", (function.start, end.end), fixes, name=name)

    def power_of_name(self, function: Token, caret: Token) -> Refusal:
        """exp^x is meant as exp(x); sin^x could be anything."""
        fixes = (replaced(self.text, caret.span, " "),) if function.text == "exp" else ()
        return Refusal("missing_brackets", (function.start, caret.end), fixes, name=function.text)


OPERANDS: dict[str, Callable[[Reader, Token], Node]] = {
    "number": Reader.number,
    "fraction": Reader.fraction,
    "name": Reader.name,
    "constant": Reader.name,
    "function": Reader.function,
    "true": Reader.true,
    "-": Reader.minus,
    "+": Reader.plus,
    "(": Reader.group,
    "{": Reader.brace,
    "|(": Reader.absolute,
    "root": Reader.root,
    "quotient": Reader.quotient,
}


def _is_plain(node: Node) -> bool:
    """0.01 or -1"""
    return node.op == "number" or (node.op == "neg" and node.args[0].op == "number")


@cache
def _template(text: str, parameters: str) -> Node:
    vocabulary = Vocabulary(frozenset(parameters))
    return Reader(text, scan(text, vocabulary), vocabulary).read()
