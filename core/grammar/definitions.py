"""Functions that the tree does not have, told in those that it has, and what other languages call ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from core.expression.tree import FUNCTIONS

# how it is called -> what it is; a, b, c stand for the arguments
DEFINITIONS: dict[str, str] = {
    "log(a,b)": "log(a)/log(b)",
    "log10(a)": "log(a)/log(10)",
    "log2(a)": "log(a)/log(2)",
    "cot(a)": "1/tan(a)",
    "sec(a)": "1/cos(a)",
    "csc(a)": "1/sin(a)",
    "coth(a)": "1/tanh(a)",
    "sech(a)": "1/cosh(a)",
    "csch(a)": "1/sinh(a)",
    "asec(a)": "acos(1/a)",
    "acsc(a)": "asin(1/a)",
    "exp2(a)": "2^a",
    "exp10(a)": "10^a",
    "pow(a,b)": "a^b",
    "square(a)": "a^2",
    "reciprocal(a)": "1/a",
    "rsqrt(a)": "1/sqrt(a)",
    "neg(a)": "-a",
    "add(a,b)": "a+b",
    "sub(a,b)": "a-b",
    "mul(a,b)": "a*b",
    "div(a,b)": "a/b",
    "lerp(a,b,c)": "a+c*(b-a)",
    "deg2rad(a)": "a*pi/180",
    "rad2deg(a)": "a*180/pi",
    "sinpi(a)": "sin(pi*a)",
    "cospi(a)": "cos(pi*a)",
    "logit(a)": "log(a/(1-a))",
    "ndtr(a)": "(1+erf(a/sqrt(2)))/2",
    "heaviside(a)": "where(a<0,0,where(a>0,1,1/2))",
    "heaviside(a,b)": "where(a<0,0,where(a>0,1,b))",
    "clamp(a,b)": "clamp_min(a,b)",
    "hardtanh(a,b,c)": "clamp(a,b,c)",
    "threshold(a,b,c)": "where(a>b,a,c)",
    "leaky_relu(a)": "leaky_relu(a,0.01)",
    "prelu(a,b)": "where(a>0,a,b*a)",
    "elu(a,b)": "where(a>0,a,b*(exp(a)-1))",
    "celu(a)": "elu(a)",
    "celu(a,b)": "where(a>0,a,b*(exp(a/b)-1))",
    "softplus(a,b)": "softplus(b*a)/b",
    "softsign(a)": "a/(1+abs(a))",
    "mish(a)": "a*tanh(softplus(a))",
    "tanhshrink(a)": "a-tanh(a)",
    "hardsigmoid(a)": "relu6(a+3)/6",
    "hardswish(a)": "a*relu6(a+3)/6",
    "sympy_sinc(a)": "sinc(a/pi)",
}
MOST = 8  # arguments of a function of many
# of as many arguments as are given, which stand as texts
OF_MANY: dict[str, Callable[[Sequence[str]], str]] = {
    "sum": "+".join,
    "prod": "*".join,
    "mean": lambda args: f"({'+'.join(args)})/{len(args)}",
    "norm": lambda args: f"sqrt({'+'.join(f'{arg}^2' for arg in args)})",
    "logsumexp": lambda args: f"log({'+'.join(f'exp({arg})' for arg in args)})",
}
_PARAMETERS = "abcdefgh"


@cache
def definition(name: str, count: int) -> tuple[str, str] | None:
    """The parameters and the text of a function that is told in others; None where there is no such."""
    parameters = _PARAMETERS[:count]
    if name in OF_MANY and 2 <= count <= MOST:
        return parameters, OF_MANY[name](list(parameters))
    text = DEFINITIONS.get(f"{name}({','.join(parameters)})")
    return None if text is None else (parameters, text)


def _arity() -> dict[str, tuple[int, int]]:
    """Fewest and most arguments of every function that can be typed."""
    arity = dict(FUNCTIONS) | dict.fromkeys(OF_MANY, (2, MOST))
    for head in DEFINITIONS:
        name, count = head.partition("(")[0], head.count(",") + 1
        least, most = arity.get(name, (count, count))
        arity[name] = min(least, count), max(most, count)
    return arity


ARITY = _arity()
# what an argument is called behind a function -> its place
KEYWORDS: dict[str, dict[str, int]] = {
    "clamp": {"min": 1, "max": 2, "a_min": 1, "a_max": 2, "min_value": 1, "max_value": 2},
    "leaky_relu": {"negative_slope": 1},
    "elu": {"alpha": 1},
    "celu": {"alpha": 1},
    "softplus": {"beta": 1},
    "hardtanh": {"min_val": 1, "max_val": 2},
    "heaviside": {"values": 1},
}


def _words(**others: str) -> dict[str, str]:
    return {word: name for name, words in others.items() for word in words.split()}


# lower-case word -> the function it is read as
FUNCTION_WORDS: dict[str, str] = {
    **{name: name for name in ARITY if name != "sympy_sinc"},
    **_words(
        asin="arcsin",
        acos="arccos",
        atan="arctan arctg",
        atan2="arctan2",
        asinh="arcsinh arsinh",
        acosh="arccosh arcosh",
        atanh="arctanh artanh",
        asec="arcsec",
        acsc="arccsc",
        tan="tg",
        cot="ctg cotg cotan",
        csc="cosec",
        csch="cosech",
        log="ln",
        abs="absolute fabs",
        sign="sgn signum",
        sigmoid="expit logistic",
        logsigmoid="log_sigmoid",
        silu="swish",
        max="maximum fmax",
        min="minimum fmin",
        clamp="clip clip_by_value",
        ceil="ceiling",
        round="rint around",
        trunc="fix",
        remainder="mod",
        fmod="rem",
        pow="power float_power",
        norm="hypot",
        deg2rad="radians",
        rad2deg="degrees",
        ndtr="normcdf",
        add="plus",
        sub="subtract",
        mul="multiply times",
        div="divide true_divide",
        neg="negative",
        prod="product",
        mean="average",
    ),
    "piecewise": "piecewise",
}
UNARY = frozenset(word for word, name in FUNCTION_WORDS.items() if ARITY.get(name, (0, 0))[0] == 1)
