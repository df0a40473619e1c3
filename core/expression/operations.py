"""What every function of the tree is called: one aligned table, from which all writers take their spelling.

What a function *means* stands in the table of each engine (core.calculus, core.numbers, core.engines and the browser's
expression.js), which share no code; a test holds that all of them have the same rows.
"""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """How many arguments a function takes, and how it is written: {0}, {1}, … are its arguments, {all} all of them.

    ``written`` is what mathematics writes before the bracketed arguments; a few functions have a notation of their own
    in core.notation.written. ``torch`` is the function whose conventions the app follows, at kinks above all.
    """

    least: int
    most: int
    written: str
    torch: str
    sympy: str


def _row(written: str, torch: str, sympy: str, least: int = 1, most: int = 0) -> Operation:
    """A row told in short: a name alone is that function of torch (F: torch.nn.functional) or of SymPy."""
    call = f"({', '.join(f'{{{i}}}' for i in range(least))})"
    return Operation(
        least,
        most or least,
        written,
        f"torch.{torch.replace('F.', 'nn.functional.')}{call}" if "(" not in torch else torch,
        f"sp.{sympy}{call}" if "(" not in sympy else sympy,
    )


SELU = (
    "(sp.Rational(10507009873554805, 10**16)*sp.Piecewise(({0}, {0} > 0), "
    "(sp.Rational(16732632423543772, 10**16)*(sp.exp({0}) - 1), True)))"
)
FUNCTIONS: dict[str, Operation] = {
    # name               mathematics      PyTorch           SymPy, and how many arguments if not one
    "sin":          _row("sin",           "sin",            "sin"),
    "cos":          _row("cos",           "cos",            "cos"),
    "tan":          _row("tan",           "tan",            "tan"),
    "asin":         _row("arcsin",        "asin",           "asin"),
    "acos":         _row("arccos",        "acos",           "acos"),
    "atan":         _row("arctan",        "atan",           "atan"),
    "atan2":        _row("atan2",         "atan2",          "atan2", 2),
    "sinh":         _row("sinh",          "sinh",           "sinh"),
    "cosh":         _row("cosh",          "cosh",           "cosh"),
    "tanh":         _row("tanh",          "tanh",           "tanh"),
    "asinh":        _row("arsinh",        "asinh",          "asinh"),
    "acosh":        _row("arcosh",        "acosh",          "acosh"),
    "atanh":        _row("artanh",        "atanh",          "atanh"),
    "exp":          _row("exp",           "exp",            "exp"),
    "expm1":        _row("expm1",         "expm1",          "(sp.exp({0}) - 1)"),
    "log":          _row("ln",            "log",            "log"),
    "log1p":        _row("log1p",         "log1p",          "sp.log(1 + {0})"),
    "logaddexp":    _row("logaddexp",     "logaddexp",      "sp.log(sp.exp({0}) + sp.exp({1}))", 2),
    "xlogy":        _row("xlogy",         "xlogy",          "(({0})*sp.log({1}))", 2),
    "sqrt":         _row("sqrt",          "sqrt",           "sqrt"),
    "cbrt":         _row("cbrt",          "(torch.sign({0})*torch.abs({0})**(1/3))",
                                       "(sp.sign({0})*sp.cbrt(sp.Abs({0})))"),
    "erf":          _row("erf",           "erf",            "erf"),
    "erfc":         _row("erfc",          "erfc",           "erfc"),
    "sinc":         _row("sinc",          "sinc",           "sp.sinc(sp.pi*({0}))"),
    "abs":          _row("abs",           "abs",            "Abs"),
    "sign":         _row("sign",          "sign",           "sign"),
    "relu":         _row("relu",          "relu",           "sp.Max(0, {0})"),
    "relu6":        _row("relu6",         "F.relu6",        "sp.Min(sp.Max(0, {0}), 6)"),
    "leaky_relu":   _row("leaky_relu",    "F.leaky_relu",   "sp.Piecewise(({0}, {0} > 0), (({1})*({0}), True))", 2),
    "elu":          _row("elu",           "F.elu",          "sp.Piecewise(({0}, {0} > 0), (sp.exp({0}) - 1, True))"),
    "selu":         _row("selu",          "F.selu",         SELU),
    "gelu":         _row("gelu",          "F.gelu",         "(({0})*(1 + sp.erf(({0})/sp.sqrt(2)))/2)"),
    "silu":         _row("silu",          "F.silu",         "(({0})/(1 + sp.exp(-({0}))))"),
    "sigmoid":      _row("sigma",         "sigmoid",        "(1/(1 + sp.exp(-({0}))))"),
    "logsigmoid":   _row("logsigmoid",    "F.logsigmoid",   "(-sp.log(1 + sp.exp(-({0}))))"),
    "softplus":     _row("softplus",      "F.softplus",     "sp.log(1 + sp.exp({0}))"),
    "hardtanh":     _row("hardtanh",      "F.hardtanh",     "sp.Min(sp.Max(-1, {0}), 1)"),
    "clamp":        _row("clamp",         "clamp",          "sp.Min(sp.Max({0}, {1}), {2})", 3),
    "clamp_min":    _row("clamp_min",     "clamp_min",      "Max", 2),
    "clamp_max":    _row("clamp_max",     "clamp_max",      "Min", 2),
    "floor":        _row("floor",         "floor",          "floor"),
    "ceil":         _row("ceil",          "ceil",           "ceiling"),
    "round":        _row("round",         "round",          "sp.floor({0} + sp.Rational(1, 2))"),
    "trunc":        _row("trunc",         "trunc",          "(sp.sign({0})*sp.floor(sp.Abs({0})))"),
    "frac":         _row("frac",          "frac",           "({0} - sp.sign({0})*sp.floor(sp.Abs({0})))"),
    "fmod":         _row("fmod",          "fmod",
                                       "({0} - ({1})*sp.sign(({0})/({1}))*sp.floor(sp.Abs(({0})/({1}))))", 2),
    "remainder":    _row("remainder",     "remainder",      "({0} - ({1})*sp.floor(({0})/({1})))", 2),
    "min":          _row("min",           "minimum",        "sp.Min({all})", 2, 8),
    "max":          _row("max",           "maximum",        "sp.Max({all})", 2, 8),
    "where":        _row("where",         "where",          "sp.Piecewise(({1}, {0}), ({2}, True))", 3),
}  # fmt: skip
STEPS = ("sign", "floor", "ceil", "round", "trunc")  # constant between their jumps: nothing flows back through them
