"""Whatever is typed: a tree or a ProblemError, soon, and nothing executed."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.expression.text import to_text
from core.expression.tree import names
from core.grammar import CODES, MAX_LENGTH, constant, parse, variable
from core.problem import ProblemError

CASES = Path(__file__).parents[1] / "cases"
SEEDS = [
    case["input"]
    for name in ("readings.json", "inputs.json")
    for case in json.loads((CASES / name).read_text(encoding="utf-8"))
    if len(case["input"]) <= 700
]
GOOD = (
    "x x1 x_{2} y xy alpha λ π e E lam 2 0 .5 1e9 1e99 9 ½ ² ⁻¹ ³⁴ + + - * / ^ ** ( ( ) ) | , < >= sin sin( exp("
    " log( max( where( Piecewise(( True abs sqrt √ √( [0] (-8) ^-1 1/0 torch. np.sin( \\frac{ } ^{"
    " \\sqrt[3]{ \\left( \\right)"
    " \\frac \\vert \\Big| \\left[ \\right] { \\text{relu} \\log_e and or & ×× ln lnx xe asinh( log1p( 2j"
    " \\left| \\right| \\sin \\cdot \\alpha_1 \\operatorname{relu} 。 ， （ ） 𝑥"
).split(" ")
BAD = (
    "I [ ] { || ; == ≠ ₁ F. . _ __ \\ $ ' \" ! % & # @ ~ ` : ? х \N{KELVIN SIGN} ﬁ 中 \u200b \u202e \ud800 \x00 \n 😀"
    " = lambda import eval( __import__('os').system('touch\tPWNED')"
).split(" ")
SLOWEST = 0.05  # seconds


def texts(count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    for _ in range(count):
        yield rng.choice((pieced, pieced, mutated, mutated, spliced, from_bytes))(rng)


def piece(rng: random.Random) -> str:
    return rng.choice(BAD if rng.random() < 0.02 else GOOD)


def pieced(rng: random.Random) -> str:
    return rng.choice(("", " ")).join(piece(rng) for _ in range(rng.randint(1, rng.choice((6, 15, 150)))))


def mutated(rng: random.Random) -> str:
    chars = list(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(chars))
        new = chr(rng.randrange(0x20, 0x3000)) if rng.random() < 0.1 else piece(rng)
        chars[at : at + rng.randint(0, 2)] = rng.choice(("", new))
    return "".join(chars)


def spliced(rng: random.Random) -> str:
    one, other = rng.choice(SEEDS), rng.choice(SEEDS)
    return one[: rng.randint(0, len(one))] + other[rng.randint(0, len(other)) :]


def from_bytes(rng: random.Random) -> str:
    return rng.randbytes(rng.randint(0, 60)).decode(rng.choice(("latin-1", "utf-8", "utf-16")), "replace")


READERS: tuple[Callable[[str], object], ...] = (
    parse,
    lambda text: parse(text, ("x", "y", "x1", "xy", "loss")),
    lambda text: constant(text, field="v"),
    lambda text: variable(text, field="at"),
)


def seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    try:
        read(text)
    except ProblemError as caught:
        error: ProblemError | None = caught
    else:
        error = None
    taken = time.process_time() - started
    if error:
        check(error, read, text)
    return taken


def check(error: ProblemError, read: Callable[[str], object], text: str) -> None:
    assert set(error.facts) - {"suggestion"} == set(CODES[error.code])
    start, end = error.span or (-1, -1)
    assert 0 <= start <= end <= len(text)
    "".join(map(str, error.facts.values())).encode()  # no half a surrogate pair
    if "suggestion" in error.facts:
        read(str(error.facts["suggestion"]))


def try_all(count: int, seed: int) -> None:
    for text in texts(count, seed):
        for read in READERS:
            if seconds(read, text) > SLOWEST:  # the machine may have been busy
                assert min(seconds(read, text) for _ in range(3)) < SLOWEST, text
    assert not list(Path().rglob("PWNED"))


def test_two_thousand_texts_are_read_or_refused() -> None:
    try_all(2_000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_hundred_thousand_texts_are_read_or_refused(seed: int) -> None:
    try_all(10_000, seed)


def test_what_is_read_is_printed_and_read_alike() -> None:
    """The address that the app writes for a text brings back what the text meant."""
    for text in texts(3_000, seed=20):
        try:
            tree = parse(text)
        except ProblemError:
            continue
        printed = to_text(tree, spaces=False)
        declared = names([tree])  # as the address declares them, so that nothing in it can be read otherwise
        assert len(printed) > MAX_LENGTH or parse(printed, declared) == tree, (text, printed)
