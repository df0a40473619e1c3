"""No pattern takes more than about linear time, whatever a visitor's text is: every one of ours meets hostile texts.

The patterns are found in the sources themselves, so that a new one cannot escape.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "subn")
SEEN_WHOLE = ("search", "sub", "match", "fullmatch")  # of a pattern whose use cannot be seen: all that there is
SHORT, LONG = 2_500, 20_000
FLOOR = 0.5  # seconds of one text that pass whatever the ratio is: a busy machine
GROWTH = 3 * LONG / SHORT  # of the time from SHORT to LONG; a quadratic pattern grows by (LONG / SHORT)²
DEADLINE = 120  # seconds for all texts of one pattern
HUNG = r"(a+)+$"
RUNNER = """
import json, re, sys, time
pattern, flags, methods, texts = json.load(sys.stdin)
compiled = re.compile(pattern, flags)
call = {
    "sub": lambda text: compiled.sub("", text),
    "subn": lambda text: compiled.subn("", text),
    "finditer": lambda text: sum(1 for _ in compiled.finditer(text)),
}

def told(slow):
    print(json.dumps(slow))
    sys.exit()

for unit, short, long in texts:
    for method in methods:
        run, taken = call.get(method) or getattr(compiled, method), []
        for text in (short, long):
            started = time.process_time()
            run(text)
            taken.append(time.process_time() - started)
        if taken[1] > float(sys.argv[1]) and taken[1] > float(sys.argv[2]) * taken[0]:
            told([unit, method, *taken])
told([])
"""


class Pattern(NamedTuple):
    """A pattern as it stands in a file, and the methods by which it is used there."""

    place: str
    text: str
    flags: int
    methods: tuple[str, ...]


# ── Finding them ─────────────────────────────────────────────────────────────────────────────────────────


def patterns(path: Path) -> Iterator[Pattern]:
    """Every pattern of a file: compiled under a name, or handed to a function of ``re``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = path.relative_to(ROOT).as_posix()
    compiled = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_compile(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    module: Any = None
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _function_of_re(node)):
            continue
        module = module or importlib.import_module(
            place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        )
        found = _evaluated(node.args[0], module)
        assert found is not None, f"{place}:{node.lineno}: say this pattern in the module, so that it can be tested"
        flags = next((_evaluated(k.value, module) for k in node.keywords if k.arg == "flags"), None)
        position = {"compile": 1, "match": 2, "fullmatch": 2, "search": 2, "findall": 2, "finditer": 2}
        at = position.get(name := str(_function_of_re(node)), 99)
        flags = flags or (_evaluated(node.args[at], module) if len(node.args) > at else 0)
        methods = _uses(compiled.get(id(node))) if name == "compile" else (name,)
        yield Pattern(f"{place}:{node.lineno}", str(found), int(flags or 0), methods)


def _is_compile(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _function_of_re(node) == "compile"


def _function_of_re(node: ast.Call) -> str | None:
    """The name of the function of ``re`` that is called."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name) if name in ("compile", *METHODS):
            return name
    return None


def _evaluated(node: ast.expr, module: Any) -> Any:
    """The value of an expression that only needs the names of its module, None where it needs more."""
    try:
        return eval(compile(ast.Expression(node), "<pattern>", "eval"), vars(module))
    except NameError:
        return None


def _uses(name: str | None) -> tuple[str, ...]:
    """The methods that are called on a compiled pattern of this name, anywhere; all if that cannot be seen."""
    called, handed_on = set(), False
    for node in ALL_NODES:
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=method) if owner == name and method in METHODS:
                called.add(method)
            case ast.Call(args=arguments):
                handed_on = handed_on or any(isinstance(one, ast.Name) and one.id == name for one in arguments)
    return tuple(sorted(called)) if called and not handed_on else SEEN_WHOLE


SOURCES = sorted(file for folder in ("core", "pages", "server") for file in (ROOT / folder).rglob("*.py"))
ALL_NODES = [node for source in SOURCES for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))]
FOUND = sorted({pattern for source in SOURCES for pattern in patterns(source)})


# ── Hostile texts ────────────────────────────────────────────────────────────────────────────────────────

UNITS = (
    *("", "a", "1", "1,", "1.", "1.1", "ab1", "x1 ", "-1", "[", "[1]", "[[", "{", "{}", "(", "()", "'", '"', "')"),
    *("a=", "a = ", "|", "$", "\\", "\\\\[", "\\left", "\\begin{a}", "...", ". . .", "...\n", "= ", ";", "; ", ", "),
    *(
        ", a=1",
        ",a=",
        "}^",
        "^{",
        "_{",
        "_",
        "\\text{",
        "\\frac ",
        "\\log_",
        "torch.",
        "&",
        "//",
        "%41",
        ":/",
        "<script>",
    ),
)


def literals(pattern: str) -> set[str]:
    """What a pattern itself is made of: its single characters and its words."""
    said = re.sub(r"\(\?P<\w+>|\\[AZbBdDsSwW]", " ", pattern)
    return {*re.findall(r"\w+|[^\w\s]", said), *re.findall(r"\\.", said)}


def hostile(pattern: str) -> list[tuple[str, str, str]]:
    """Texts of two lengths that repeat one thing: a unit, or blanks behind one; and do not match in the end."""
    units = sorted({*UNITS, *literals(pattern)})
    told = []
    for unit in units:
        for filled in {unit, f"{unit} "} if unit else {" ", "\t", "\n"}:
            told.append((filled, *((filled * n)[:n] + "|x" for n in (SHORT, LONG))))
        for blank in (" ", "\n", "1", "a"):
            told.append((f"{unit}+{blank!r}", *(unit + blank * n + "=|x" for n in (SHORT, LONG))))
    return told


def slow_use(pattern: Pattern) -> list[Any]:
    """A text on which some method of the pattern is slow and grows faster than its length. Raises TimeoutExpired."""
    given = json.dumps([pattern.text, pattern.flags, pattern.methods, hostile(pattern.text)])
    command = [sys.executable, "-c", RUNNER, str(FLOOR), str(GROWTH)]
    told = subprocess.run(command, input=given, capture_output=True, text=True, timeout=DEADLINE, check=True)
    return list(json.loads(told.stdout))


# ── The tests ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_patterns_of_every_reader_are_found() -> None:
    places = {pattern.place.partition(":")[0] for pattern in FOUND}
    assert {"core/grammar/matrices.py", "core/grammar/scan.py", "core/address.py"} <= places
    assert len(FOUND) > 25


def test_patterns_are_only_made_where_they_can_be_found() -> None:
    called = {id(node.func) for node in ALL_NODES if isinstance(node, ast.Call)}
    for node in ALL_NODES:
        match node:
            case ast.ImportFrom(module="re"):
                pytest.fail(f"line {node.lineno}: import re, so that its calls are seen")
            case ast.Attribute(value=ast.Name(id="re"), attr=name) if name in ("compile", *METHODS):
                assert id(node) in called, f"line {node.lineno}: call re.{name} at once, so that its pattern is seen"


def test_a_pattern_that_hangs_is_seen() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", f"import re; re.match({HUNG!r}, 'a' * 60 + 'b')"], timeout=3, check=True)
    quadratic = Pattern("here", r"\s+$", 0, ("search",))
    assert slow_use(quadratic)


@pytest.mark.parametrize("pattern", [pytest.param(pattern, id=pattern.place) for pattern in FOUND])
def test_no_pattern_takes_more_than_linear_time(pattern: Pattern) -> None:
    assert not slow_use(pattern), pattern
