"""Every production of the grammar means what Python computes for it: nothing is silently another function.

A text is made together with the Python expression that it means, production by production; what is read of the text is
evaluated and compared. Python's own evaluation shares no code with the reader.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from core import grammar
from core.expression.tree import names
from core.numbers.floats import evaluate
from core.problem import ProblemError

Pair = tuple[str, str]  # as somebody types it, and as Python has it
POINT = {"x": 1.25, "y": -0.75, "x1": 0.5, "w_y": 2.5, "k_cat": 1.5, "dt": 0.125, "theta": 0.9, "E": 3.0, "loss": -1.5}
NAMES: tuple[Pair, ...] = (
    ("x", "x"), ("y", "y"), ("x1", "x1"), ("x_1", "x1"), ("x₁", "x1"), ("x_{1}", "x1"), ("w_y", "w_y"),
    ("k_{cat}", "k_cat"), ("dt", "dt"), ("θ", "theta"), ("theta", "theta"), ("E", "E"), ("loss", "loss"),
    ("x[0]", "x1"),
)  # fmt: skip
FUNCTIONS: tuple[tuple[str, str], ...] = (
    ("sin", "math.sin"), ("cos", "math.cos"), ("tanh", "math.tanh"), ("exp", "math.exp"), ("atan", "math.atan"),
    ("asinh", "math.asinh"), ("erf", "math.erf"), ("expm1", "math.expm1"), ("floor", "math.floor"), ("abs", "abs"),
)  # fmt: skip
PREFIXES = ("", "torch.", "np.", "jnp.", "torch.special.")


def number(rng: random.Random, depth: int) -> Pair:
    return rng.choice((("2", "2"), ("0.5", "0.5"), ("3.", "3.0"), (".25", "0.25"), ("½", "0.5"), ("1e-1", "0.1")))


def name(rng: random.Random, depth: int) -> Pair:
    return rng.choice(NAMES)


def binary(rng: random.Random, depth: int) -> Pair:
    (a, p), (b, q) = bracketed(rng, depth), bracketed(rng, depth)
    sign, ours = rng.choice((("+", "+"), ("-", "-"), ("−", "-"), ("*", "*"), ("×", "*"), ("·", "*")))
    space = rng.choice(("", " "))
    return f"{a}{space}{sign}{space}{b}", f"({p}){ours}({q})"


def chained(rng: random.Random, depth: int) -> Pair:
    """Signs by their binding alone, without brackets."""
    pairs = [rng.choice((number, name))(rng, 0) for _ in range(4)]
    signs = [rng.choice("+-*") for _ in pairs[1:]]
    return tuple(pairs[0][k] + "".join(s + pair[k] for s, pair in zip(signs, pairs[1:], strict=True)) for k in (0, 1))  # type: ignore[return-value]


def beside(rng: random.Random, depth: int) -> Pair:
    (a, p), (b, q) = rng.choice((("2", "2"), ("0.5", "0.5"))), bracketed(rng, depth)
    return f"{a}{b}", f"({p})*({q})"


def divided(rng: random.Random, depth: int) -> Pair:
    (a, p), (b, q) = bracketed(rng, depth), any_pair(rng, depth)
    text, over = rng.choice(((f"{a}/(2+({b})^2)", "/"), (rf"\frac{{{a}}}{{2+({b})^{{2}}}}", "/")))
    return f"({text})", f"({p}){over}(2+({q})**2)"


def raised(rng: random.Random, depth: int) -> Pair:
    a, p = bracketed(rng, depth)
    return f"{a}{rng.choice(('^2', '**2', '²', '^{2}'))}", f"({p})**2"


def negative(rng: random.Random, depth: int) -> Pair:
    a, p = raised(rng, depth)
    return f"-{a}", f"-({p})"


def called(rng: random.Random, depth: int) -> Pair:
    (a, p), (word, python) = any_pair(rng, depth), rng.choice(FUNCTIONS)
    prefix = rng.choice(PREFIXES)
    written = rng.choice((f"{prefix}{word}({a})", f"({a}).{word}()", f"{word.capitalize()}[{a}]"))
    return written, f"{python}({p})"


def bars(rng: random.Random, depth: int) -> Pair:
    a, p = bracketed(rng, depth)
    return f"|{a}|", f"abs({p})"


def rooted(rng: random.Random, depth: int) -> Pair:
    a, p = any_pair(rng, depth)
    return f"{rng.choice(('√', 'sqrt'))}(1+({a})^2)", f"math.sqrt(1+({p})**2)"


def chosen(rng: random.Random, depth: int) -> Pair:
    (a, p), (b, q) = any_pair(rng, depth), any_pair(rng, depth)
    written = rng.choice((f"where({a} > {b}, {a}, 2)", f"torch.where(({a}) > {b}, {a}, 2)"))
    return written, f"(({p}) if ({p}) > ({q}) else 2)"


def several(rng: random.Random, depth: int) -> Pair:
    (a, p), (b, q) = any_pair(rng, depth), any_pair(rng, depth)
    return rng.choice(
        (
            (f"max({a}, {b})", f"max({p}, {q})"),
            (f"mean({a}, {b})", f"((({p})+({q}))/2)"),
            (f"hypot({a}, {b})", f"math.hypot({p}, {q})"),
            (f"clamp({a}, min={b})", f"max({p}, {q})"),
            (f"({a}) % 3", f"(({p}) % 3)"),
        )
    )


def euler(rng: random.Random, depth: int) -> Pair:
    a, p = any_pair(rng, depth)
    return f"e^({a})", f"math.exp({p})"


PRODUCTIONS: tuple[Callable[[random.Random, int], Pair], ...] = (
    number, name, binary, chained, beside, divided, raised, negative, called, bars, rooted, chosen, several, euler,
)  # fmt: skip


def any_pair(rng: random.Random, depth: int) -> Pair:
    return rng.choice(PRODUCTIONS if depth > 0 else (number, name))(rng, depth - 1)


def bracketed(rng: random.Random, depth: int) -> Pair:
    a, p = any_pair(rng, depth)
    return f"({a})", f"({p})"


def compare(pair: Pair) -> bool:
    """Whether a text was read; what is read must be what Python computes."""
    text, python = pair
    try:
        meant = float(eval(python, {"__builtins__": {}}, {"math": math, "abs": abs, "max": max, **POINT}))
    except OverflowError:
        return False
    try:
        tree = grammar.meaning(text, tuple(POINT), new=True).tree
    except ProblemError:
        return False
    assert set(names([tree])) <= set(POINT), text
    assert evaluate(tree, POINT) == pytest.approx(meant, rel=1e-9, abs=1e-9), (text, python)
    return True


def try_all(count: int, seed: int) -> None:
    rng = random.Random(seed)
    read = sum(compare(any_pair(rng, rng.randint(1, 4))) for _ in range(count))
    assert read > 0.8 * count  # a refusal is no misreading, but most of these can be read


@pytest.mark.parametrize("production", PRODUCTIONS, ids=lambda production: production.__name__)
def test_a_production_means_what_python_computes(production: Callable[[random.Random, int], Pair]) -> None:
    rng = random.Random(7)
    assert sum(compare(production(rng, 1)) for _ in range(60)) > 40


def test_a_thousand_texts_mean_what_python_computes() -> None:
    try_all(1_000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_hundred_thousand_texts_mean_what_python_computes(seed: int) -> None:
    try_all(10_000, seed)
