"""Whatever is pasted: lines that are read or told of, soon, and nothing executed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import address as share
from core import grammar
from core.grammar.code import read
from core.problem import ProblemError
from core.wording import explain_line
from tests.core.test_cells import READ, SAYS

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests" / "cases" / "brought.json").read_text(encoding="utf-8"))
CELLS = [*(case["text"] for case in CASES), *(text for text, *_ in READ), *(text for text, *_ in SAYS)]
PIECES = (
    "x x[0] y 2 1e400 1e-3 0x1F 1_000 999999999999999999999999999999999999 2j + - * / ** // % @ ^ = == < > : ; , . ("
    " ) [ ] { } ' \" ''' \"\"\" # \\ ` $ & | ~ ! ? def lambda return import for while if else with class yield"
    " await async global del torch. np. sp. jnp. tf. F. nn. .T .sum() .backward() .view(-1) .at[0].set(1)"
    " torch.tensor([ [[1,2],[3,4]] zeros(8,8) ones(2) range(64) range(10**9) eye(8) symbols('x:9') jacobian("
    " jacrev(f)(x) grad(f) vjp(f, diff(f,x) .subs( {x:1} syms @(x) .^ .* ... >>> In[1]: Out[2]:"
    " %matplotlib !ls __import__('os').system('touch\tPWNED')"
    ' exec(\'open("PWNED","w")\') eval(x) \\frac{ \\begin{bmatrix} π ∂ 中 ２ﾠ \u202e \u200b \x00 \ud800 😀 é ñ × ² √ ᵀ'
    " NaN inf None True ... f'{x}' *a **k :="
).split(" ")
FUZZED = 2_000
P99 = 0.3  # seconds


def mutated(rng: random.Random) -> str:
    """A cell with pieces put in, taken out, doubled, its lines in another order, or two cells in one."""
    text = rng.choice(CELLS)
    if rng.random() < 0.3:
        other = rng.choice(CELLS)
        text = text[: rng.randint(0, len(text))] + rng.choice(("", "\n")) + other[rng.randint(0, len(other)) :]
    for _ in range(rng.randint(1, 5)):
        at, length = rng.randint(0, len(text)), rng.choice((0, 0, 0, 1, 2, 6))
        piece = rng.choice(PIECES) * rng.choice((1, 1, 1, 1, 2, 40))
        text = text[:at] + rng.choice(("", piece, piece)) + text[at + length :]
    if rng.random() < 0.2:
        rows = text.split("\n")
        rng.shuffle(rows)
        text = "\n".join(rows)
    return text


def hostile() -> Iterator[str]:
    """Texts at the limits: deep, long, wide, self-referring."""
    for one in (
        "(",
        "[",
        "{",
        "-",
        "not ",
        "lambda: ",
        "x.",
        "x(",
        "x[",
        "a if b else ",
        "f'{",
        "~",
        "**",
        "x**",
        "1+",
        "@",
    ):
        for length in (30, 1_000, 3_900):
            yield "y = " + (one * length)[:length] + "x"
            yield (one * length)[:length]
    yield "y = x\n" + "y = y*y\n" * 300
    yield "y = x\n" + "y = torch.stack([y, y]).sum()\n" * 300
    yield "f = lambda x: x\n" + "f = lambda x, f=f: f(f(x))\n" * 60 + "f(t)"
    yield "def f(x):\n    return f(x) + f(x)\nf(t)"
    yield "x = torch.ones(8, 8)\n" + "x = x @ x\n" * 60
    yield "x = symbols('x:64')\nMatrix([x]).jacobian(x)"
    yield "[[[[" * 900
    yield "\n" * 15_000
    yield "x = '" + "a" * 3_000
    yield "9" * 3_900
    yield "y = x^" + "9^" * 200 + "9"
    yield '{"cells": ' + "[" * 5_000
    yield json.dumps({"cells": [{"cell_type": "code", "source": ["y = x**2"]}, {"cell_type": "code", "source": 7}]})
    yield "y = [" + "[x for x in range(60)] for x in range(60)" + "]"


def told(text: str) -> float:
    """Reads a text, checks what comes of it, and says how many seconds it took."""
    started = time.process_time()
    try:
        brought = read(text)
    except ProblemError:
        return time.process_time() - started
    seconds = time.process_time() - started
    for _, said in brought.lines:
        assert explain_line("zh", said.code, dict(said.facts)) if said.code else said.read or not said.code
    for candidate in brought.candidates:
        found = share.decode(candidate.address)
        for function in getattr(found.problem, "functions", ()):
            grammar.parse(function, [name for name, _ in (*found.problem.point, *found.problem.constants)])
    return seconds


def fuzz(count: int, seed: int) -> list[float]:
    rng = random.Random(seed)
    return sorted(told(mutated(rng)) for _ in range(count))


def test_hostile_cells_are_read_or_refused_soon():
    """In a process of its own, whose end would be seen."""
    code = "import tests.core.test_cells_fuzz as t; print(max(map(t.told, t.hostile())))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, timeout=300, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 2


def test_mutated_cells_raise_nothing_and_are_read_soon():
    seconds = fuzz(FUZZED, seed=1)
    assert seconds[int(0.99 * len(seconds))] <= P99


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_mutated_cells_raise_nothing_and_are_read_soon(seed: int):
    seconds = fuzz(10_000, seed=seed + 100)
    assert seconds[int(0.99 * len(seconds))] <= P99


def test_nothing_of_a_cell_is_run_or_imported_and_no_file_and_no_connection_is_opened(monkeypatch: pytest.MonkeyPatch):
    rng = random.Random(7)
    texts = [mutated(rng) for _ in range(300)] + CELLS
    for text in texts:
        told(text)  # whatever of ours is imported late is there now
    events: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if arguments[:1] == ("<unknown>",):
            return  # Python's parser looks for the file of a text that it cannot read; ours has no file
        if watching[0] and event.partition(".")[0] in (
            "open",
            "exec",
            "import",
            "socket",
            "subprocess",
            "os",
            "ctypes",
        ):
            events.append(f"{event} {arguments}")

    sys.addaudithook(hook)
    try:
        for text in texts:
            told(text)
    finally:
        watching[0] = False
    assert not events
    assert not Path("PWNED").exists()
    assert not (ROOT / "PWNED").exists()
