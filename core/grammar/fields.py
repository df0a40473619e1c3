"""A text as somebody has it in hand -> the functions that it means: left sides, lists, lines, systems, comments.

Nothing is read here but the outer form. What cannot be taken apart stays whole, for the reader to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.grammar.characters import fold
from core.grammar.choice import Choice
from core.grammar.definitions import FUNCTION_WORDS
from core.grammar.vocabulary import GREEK_NAMES

MAX_FIELDS = 64  # of one text: more than can be shown anyway
MAX_TEXT = 4000  # characters that are taken apart
MAX_LISTS = 3  # lists inside one another
MAX_SUM = 20  # terms of a sum over an index


@dataclass(frozen=True)
class Field:
    """One function: its text, the name it is given, the variables that its head names, what else there is to say.

    ``start`` is where the text stands in what was typed; -1 where it was put together.
    """

    text: str
    start: int = 0
    name: str = ""
    variables: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


_PLAIN = re.compile(r"[A-Za-z0-9_+\-*/^(). \t|π²³₀-₉α-ω]*+")  # most texts: nothing to be taken apart
_NUMBERED = re.compile(r"\s*+(?:\([0-9]{1,2}\)|[0-9]{1,2}[.)])\s++(?=[^\s*/+^=])")
_BULLET = re.compile(r"\s*+[•●◦▪–]\s*+")
_COMMENT = re.compile(r"#|//|%")
_WORDS = re.compile(r"[A-Za-z]{2,}+")
_ENDS = " \t\r\n\f\v,;，；、。"
_CONTINUES = re.compile(r"\s*+[+*/^=)\]}]|\s*+\\(?:cdot|times|right)")
_GOES_ON = re.compile(r"[-+*/^(=,\\]\s*+$")
_OPENERS, _CLOSERS = "([{", ")]}"
_MAKERS = re.compile(
    r"(?:(?:torch|np|jnp|numpy|sp|sympy|tf|jax\.numpy)\.)?+"
    r"(?:Matrix|ImmutableMatrix|array|asarray|stack|hstack|vstack|tensor|vector|Vector|List|list|tuple|concatenate)\s*+\("
)
_AFTER_LIST = re.compile(
    r"(?:\s*+(?:\.T|\^T|\^\{T\}|\^\\top|\^\{\\top\}|'|\^\{\\mathsf\{T\}\}|,\s*+dim\s*+=\s*+-?[0-9]++))?+\s*+"
)
_ENVIRONMENT = re.compile(
    r"\\begin\{(?P<kind>[bpvBV]?matrix|smallmatrix|array|cases|aligned|align\*?|gathered|split|equation\*?)\}"
    r"(?:\{[lcr|]*+\})?+(?P<body>.*)\\end\{(?P=kind)\}",
    re.DOTALL,
)
_SIZES = re.compile(r"\\left\s*+(?:\\?[\[({|.]|\\lbrace)|\\right\s*+(?:\\?[\])}|.]|\\rbrace)")
_EQUALS = re.compile(r"(?<![<>=!:])=(?![=>])|:=|≔|↦|\\mapsto|\\coloneqq")
_NAME = r"[A-Za-zα-ωΑ-Ω]\w*+(?:_\{[^{}]*+\})?+'{0,2}"
_HEAD = re.compile(
    rf"(?:\$*+)\s*+(?P<name>\\?{_NAME}|\\(?:dot|hat|vec|mathbf|mathcal|bar|tilde|boldsymbol|mathrm)\s*+\{{?\s*+\\?[A-Za-z]++\s*+\}}?"
    r"(?:_[0-9A-Za-z]|_\{[^{}]*+\})?+"
    r"|d[A-Za-z]\w*+\s*+/\s*+d[A-Za-z]|\\d?frac\{d\s*+[^{}]++\}\{d\s*+[^{}]++\}|[A-Za-z]\s*+:\s*+[A-Za-z])"
    r"(?P<arguments>\s*+(?:\\left)?\((?P<inside>[^()=]*+)\)|\s*+\[[0-9,\s:]*+\](?:\[[0-9]++\])?+)?+\s*+(?:&\s*+)?"
)
_LAMBDA = re.compile(r"(?<!\w)lambda\s(?P<inside>[\w\s,]{0,80}+):")
_RETURN = re.compile(r"\s*+return\b\s*+")
_SIMPLE = re.compile(r"\s*+\\?[A-Za-zα-ω]\w*+(?:_\{[^{}]*+\})?+\s*+")
_NUMBER = re.compile(r"\s*+[-+]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?\s*+")
_ZERO = re.compile(r"\s*+(?:\\(?:mathbf|vec)\{)?0(?:\.0*+)?\}?\s*+")
_SOFTMAX = re.compile(
    r"\s*+(?:[A-Za-z]++\.)*+(?P<name>softmax|log_softmax|softmin)\s*+\((?P<inside>.*)\)\s*+", re.DOTALL
)
_SOFTMAX_CALL = re.compile(r"(?<![A-Za-z0-9_.])(?:[A-Za-z]++\.)*+(?:softmax|log_softmax|softmin)\s*+\(")
_ENTRY = re.compile(r"\s*+\[\s*+(?P<k>-?[0-9]{1,2})\s*+\]")
_SUM = re.compile(
    r"\\sum(?:\\limits)?_\{\s*+(?P<index>[a-z])\s*+=\s*+(?P<low>[0-9]{1,2})\s*+\}\^(?:\{\s*+(?P<high>[0-9]{1,2})\s*+\}|(?P<digit>[0-9]))"
)
_OTHERWISE = re.compile(r"\\?(?:text|mathrm|mbox)?\s*+\{?\s*+(?:otherwise|else|sonst|其他|否则)[^&]*+")
_IF = re.compile(r"\\(?:text|mathrm|mbox)\s*+\{\s*+(?:if|for|when|wenn)\s*+\}|\b(?:if|for|when)\b")


def fields(text: str) -> tuple[Field, ...]:
    """The functions that ``text`` means, at least one."""
    if len(text) > MAX_TEXT or _PLAIN.fullmatch(text):
        return (Field(text),)
    found = tuple(_functions(text, fold(text)))[:MAX_FIELDS] or (Field(text),)
    if len(found) == 1:
        return found
    return tuple(replace(one, choices=tuple(c for c in one.choices if c.code != "list_number")) for one in found)


def _functions(text: str, plain: str) -> Iterator[Field]:
    environment = _ENVIRONMENT.search(plain)
    if environment:
        yield from _of_environment(text, plain, environment)
        return
    for start, end in _parts(plain):
        yield from _function(text, plain, start, end)


def _function(text: str, plain: str, start: int, end: int, depth: int = 0) -> Iterator[Field]:
    """What one part is: a head with a list or a formula behind it."""
    start, end, choices = _trimmed(text, plain, start, end)
    name, variables, start, end, said = _beheaded(plain, start, end)
    if said:
        choices += (Choice(said, text[start:end].strip(), text[start:end].strip()),)
    inner = _within_list(plain, start, end)
    if inner and depth < MAX_LISTS:
        for place, (begin, stop) in enumerate(_split(plain, *inner, ",;\n")):
            begin, stop, _ = _trimmed(text, plain, begin, stop)
            nested = _within_list(plain, begin, stop)
            for piece in _split(plain, *nested, ",") if nested else [(begin, stop)]:
                yield from (
                    _function(text, plain, *piece, depth + 1)
                    if name == ""
                    else (Field(text[slice(*piece)].strip(), piece[0], f"{name}{place + 1}", variables),)
                )
        return
    body = text[start:end]
    if several := _softmax(body):
        yield from (Field(one, -1, name and f"{name}{k + 1}", variables, choices) for k, one in enumerate(several))
        return
    told = _picked(_summed(body))
    yield Field(told, start if told == body else -1, name, variables, choices)


# ── Where the parts end ──────────────────────────────────────────────────────────────────────────────────


def _parts(plain: str) -> Iterator[tuple[int, int]]:
    """Lines, and what ; or a comma outside of all brackets parts; without comments."""
    lines = [(start, _before_comment(plain, start, end)) for start, end in _lines(plain)]
    for start, end in lines:
        if _LAMBDA.search(plain, start, end):  # its own commas part its variables
            yield start, end
            continue
        yield from ((begin, stop) for begin, stop in _split(plain, start, end, ",;") if plain[begin:stop].strip(_ENDS))


def _lines(plain: str) -> list[tuple[int, int]]:
    """Lines, those that go on in the next one joined to it."""
    found: list[tuple[int, int]] = []
    at = 0
    for line in plain.splitlines(keepends=True):
        end = at + len(line)
        body = plain[at : _before_comment(plain, at, end)]
        if found and body.strip() and (_goes_on(plain, *found[-1]) or _CONTINUES.match(body)):
            found[-1] = found[-1][0], end
        elif body.strip(_ENDS):
            found.append((at, end))
        at = end
    return found


def _goes_on(plain: str, start: int, end: int) -> bool:
    body = plain[start:end].rstrip()
    return bool(_GOES_ON.search(body[-2:])) or sum(body.count(b) for b in _OPENERS) > sum(
        body.count(b) for b in _CLOSERS
    )


def _before_comment(plain: str, start: int, end: int) -> int:
    """Where a comment begins: behind #, and behind // and % where words follow."""
    for match in _COMMENT.finditer(plain, start, end):
        if match[0] == "#" or _is_prose(plain[match.end() : end]) or not plain[start : match.start()].strip():
            return match.start()
    return end


def _is_prose(rest: str) -> bool:
    words = [word for word in _WORDS.findall(rest) if word.lower() not in FUNCTION_WORDS and word not in GREEK_NAMES]
    return len(words) > 1 or any(len(word) > 3 for word in words)


def _split(plain: str, start: int, end: int, signs: str) -> list[tuple[int, int]]:
    """The parts of plain[start:end] between ``signs`` outside of all brackets; 1,5 is not parted."""
    depth, begin, found = 0, start, []
    for at in range(start, end):
        char = plain[at]
        depth += (char in _OPENERS) - (char in _CLOSERS)
        if depth == 0 and char in signs and not (char == "," and _is_decimal(plain, at)):
            found.append((begin, at))
            begin = at + 1
    return [*found, (begin, end)]


def _is_decimal(plain: str, at: int) -> bool:
    before, after = plain[at - 1 : at], plain[at + 1 : at + 2]
    return (
        before.isdigit()
        and after.isdigit()
        and plain[max(at - 2, 0) : at - 1] in ("", " ", "*", "+", "-", "(", "/", "=")
    )


# ── What stands around a function ────────────────────────────────────────────────────────────────────────


def _trimmed(text: str, plain: str, start: int, end: int) -> tuple[int, int, tuple[Choice, ...]]:
    """Without list numbers before it, and punctuation and white space around it."""
    choices: tuple[Choice, ...] = ()
    if bullet := _BULLET.match(plain, start, end):
        start = bullet.end()
    if number := _NUMBERED.match(plain, start, end):
        factor = "".join(filter(str.isdigit, number[0]))
        rest = text[number.end() : end].strip(_ENDS)
        choices = (Choice("list_number", number[0].strip(), rest, f"{factor}*(…)", f"{factor}*({rest})"),)
        start = number.end()
    while end > start and (plain[end - 1] in _ENDS or text[end - 1] in _ENDS):
        end -= 1
    if end - start > 1 and plain[end - 1] == "." and not plain[end - 2].isdigit():
        end -= 1
    while start < end and plain[start] in _ENDS:
        start += 1
    if end - start > 2 and plain[start] == plain[end - 1] == "$":
        start, end = start + 1, end - 1
    return start, end, choices


def _beheaded(plain: str, start: int, end: int) -> tuple[str, tuple[str, ...], int, int, str]:
    """The name before the =, the variables in its brackets, and where the formula stands; "zero" for f = 0."""
    variables: tuple[str, ...] = ()
    if returned := _RETURN.match(plain, start, end):
        start = returned.end()
    equals = [match for match in _EQUALS.finditer(plain, start, end) if not _depth(plain, start, match.start())]
    name, said = "", ""
    if len(equals) == 1:
        sign = equals[0]
        head = _HEAD.fullmatch(plain, start, sign.start())
        if _ZERO.fullmatch(plain, sign.end(), end) and not (head and not head["arguments"]):
            return "", (), start, sign.start(), "zero"
        if _ZERO.fullmatch(plain, start, sign.start()):
            return "", (), sign.end(), end, "zero"
        if head and not _NUMBER.fullmatch(plain, sign.end(), end):
            name, variables = _called(head), _named(head["inside"] or "")
            start = sign.end()
    while start < end and plain[start].isspace():
        start += 1
    if function := _LAMBDA.match(plain, start, end):
        variables, start = _named(function["inside"]), function.end()
    while start < end and plain[start].isspace():
        start += 1
    return name, variables, start, end, said


def _called(head: re.Match[str]) -> str:
    """The name on the left where it can be a variable; nothing for dx/dt and the like."""
    name = head["name"].lstrip("\\")
    return name if _SIMPLE.fullmatch(name) else ""


def _named(inside: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in inside.split(",") if name.strip())
    return names if all(_SIMPLE.fullmatch(name) for name in names) else ()


def _depth(plain: str, start: int, at: int) -> int:
    part = plain[start:at]
    return sum(part.count(b) for b in _OPENERS) - sum(part.count(b) for b in _CLOSERS)


def _within_list(plain: str, start: int, end: int, depth: int = 0) -> tuple[int, int] | None:
    """What stands in the brackets of a list, which are all there is; (x+1) is none."""
    maker = _MAKERS.match(plain, start, end)
    if maker:
        closing = _partner(plain, maker.end() - 1, end)
        if closing < 0 or not _AFTER_LIST.fullmatch(plain, closing + 1, end):
            return None
        inside = _stripped(plain, maker.end(), closing)
        inner = _within_list(plain, *inside, depth + 1) if depth < MAX_LISTS else None
        return inner or (maker.end(), closing)
    sized = _SIZES.match(plain, start, end)
    opening = sized.end() - 1 if sized else start
    opening += plain.startswith("\\{", opening)
    if opening >= end or plain[opening] not in _OPENERS:
        return None
    closing = _partner(plain, opening, end)
    if closing < 0 or not _AFTER_LIST.fullmatch(plain, closing + 1, end):
        return None
    stop = closing - (plain[closing - 1] == "\\")
    if sized or plain[stop - 6 : stop] == "\\right":
        stop = plain.rfind("\\right", opening, closing) if "\\right" in plain[opening:closing] else stop
    several = len(_split(plain, opening + 1, stop, ",;\n")) > 1
    return (opening + 1, stop) if several or plain[opening] == "[" else None


def _stripped(plain: str, start: int, end: int) -> tuple[int, int]:
    while start < end and plain[start].isspace():
        start += 1
    while end > start and plain[end - 1].isspace():
        end -= 1
    return start, end


def _partner(plain: str, opening: int, end: int) -> int:
    depth = 0
    for at in range(opening, end):
        depth += (plain[at] in _OPENERS) - (plain[at] in _CLOSERS)
        if not depth:
            return at
    return -1


# ── LaTeX ────────────────────────────────────────────────────────────────────────────────────────────────


def _of_environment(text: str, plain: str, found: re.Match[str]) -> Iterator[Field]:
    """The rows of a column or a system; the cases of one function as where(…)."""
    before = _SIZES.sub("", plain[: found.start()]).strip(" \t\r\n$&[")
    head = _HEAD.fullmatch(before.rstrip("=:& ")) if before else None
    after = _AFTER_LIST.fullmatch(_SIZES.sub("", plain[found.end() :]).strip(" .,;$\n"))
    if (before and not head) or not after:
        yield Field(text)
        return
    name = _called(head) if head else ""
    variables = _named(head["inside"] or "") if head else ()
    rows = [[cell.strip() for cell in row.split("&")] for row in text[slice(*found.span("body"))].split("\\\\")]
    rows = [row for row in rows if any(row)]
    if found["kind"] == "cases" and not any(_EQUALS.search(fold(row[0])) for row in rows):
        yield Field(_chosen(rows) or text, -1, name, variables)
        return
    several = len(rows) > 1
    for k, row in enumerate(rows):
        if "matrix" in found["kind"] or found["kind"] == "array":
            cells = row if len(rows) == 1 else ["&".join(row)]
        else:
            cells = ["".join(row)]
        for j, cell in enumerate(cells):
            for one in _functions(cell, fold(cell)):
                numbered = f"{name}{(k if several else j) + 1}" if name else one.name
                yield replace(one, start=-1, name=numbered, variables=variables or one.variables)


def _chosen(rows: list[list[str]]) -> str:
    """where(x > 0, a, b) for the rows "a & x > 0" and "b & otherwise"; nothing where a case is missing."""
    *cases, last = [(row[0].rstrip(" ,;"), _IF.sub("", "&".join(row[1:])).strip(" ,;.")) for row in rows]
    closes = not last[1] or _OTHERWISE.fullmatch(last[1]) or (len(cases) == 1 and _opposite(cases[0][1], last[1]))
    if not closes or not cases or not all(condition for _, condition in cases):
        return ""
    told = last[0]
    for value, condition in reversed(cases):
        told = f"where({condition}, {value}, {told})"
    return told


_RELATION = re.compile(r"(.*?)(<=|>=|\\leq?(?![a-z])|\\geq?(?![a-z])|≤|≥|<|>)(.*)")
_OPPOSITES = {"<": "ge", "ge": "<", ">": "le", "le": ">"}


def _opposite(one: str, other: str) -> bool:
    """x > 0 and x \\le 0"""
    told = [_RELATION.fullmatch(fold(condition)) for condition in (one, other)]
    if not all(told):
        return False
    (a, first, b), (c, second, d) = ((m[1].strip(), _relation(m[2]), m[3].strip()) for m in told if m)
    return (a, b) == (c, d) and _OPPOSITES[first] == second


def _relation(sign: str) -> str:
    if sign in ("<", ">"):
        return sign
    return "le" if sign in ("<=", "≤") or sign.startswith("\\le") else "ge"


# ── Functions that are several ───────────────────────────────────────────────────────────────────────────


def _softmax(body: str) -> tuple[str, ...]:
    """softmax(x1, x2, x3) has as many outputs as arguments."""
    match = _SOFTMAX.fullmatch(body)
    if not match:
        return ()
    inside = re.sub(r",\s*+(?:dim|axis)\s*+=\s*+-?[0-9]++\s*+$", "", match["inside"]).strip()
    if inside[:1] == "[" and inside[-1:] == "]":
        inside = inside[1:-1]
    plain = fold(inside)
    args = [inside[slice(*piece)].strip() for piece in _split(plain, 0, len(plain), ",")]
    if len(args) < 2 or not all(args) or _partner(f"({plain})", 0, len(plain) + 2) != len(plain) + 1:
        return ()
    sign = "-" if match["name"] == "softmin" else ""
    powers = [f"exp({sign}({arg}))" if sign else f"exp({arg})" for arg in args]
    total = "+".join(powers)
    if match["name"] == "log_softmax":
        return tuple(f"({arg})-log({total})" for arg in args)
    return tuple(f"{power}/({total})" for power in powers)


def _picked(body: str) -> str:
    """softmax(x1, x2)[0] as the formula of that entry, wherever it stands; anything else as it is."""
    for match in reversed(list(_SOFTMAX_CALL.finditer(body))):
        closing = _partner(fold(body), match.end() - 1, len(body))
        index = _ENTRY.match(body, closing + 1) if closing > 0 else None
        entries = _softmax(body[match.start() : closing + 1]) if index else ()
        if index and -len(entries) <= (k := int(index["k"])) < len(entries):
            body = f"{body[: match.start()]}({entries[k]}){body[index.end() :]}"
    return body


def _summed(body: str) -> str:
    """\\sum_{i=1}^{3} x_i^2 as x_1^2 + x_2^2 + x_3^2; anything else as it is."""
    match = _SUM.search(body)
    if not match:
        return body
    low, high = int(match["low"]), int(match["high"] or match["digit"])
    end = _end_of_term(body, match.end())
    term = body[match.end() : end].strip()
    if not term or not low <= high < low + MAX_SUM or "\\sum" in term:
        return body
    index = match["index"]
    terms = (_with_index(term, index, k) for k in range(low, high + 1))
    return f"{body[: match.start()]}({'+'.join(terms)}){body[end:]}"


_INDEX = re.compile(r"(?P<below>_\{?)?(?<![A-Za-z\\])(?P<letter>[a-z])(?![A-Za-z(])")


def _with_index(term: str, index: str, k: int) -> str:
    def told(match: re.Match[str]) -> str:
        if match["letter"] != index:
            return match[0]
        return f"{match['below']}{k}" if match["below"] else f"({k})"

    return _INDEX.sub(told, term)


def _end_of_term(body: str, start: int) -> int:
    depth = 0
    for at in range(start, len(body)):
        depth += (body[at] in _OPENERS) - (body[at] in _CLOSERS)
        if depth < 0 or (depth == 0 and body[at] in "+-=" and body[start:at].strip()):
            return at
    return len(body)
