"""Functions of the optimisation literature at their standard points, against the complex-step derivative.

Moré, Garbow and Hillstrom 1981, "Testing unconstrained optimization software": the residuals that fit, and the sum
of their squares at the start. Hock and Schittkowski 1981, "Test examples for nonlinear programming codes": objective,
constraints and the objective's value at the start. The derivative is the imaginary part of f(x + ih)/h (Squire and
Trapp 1998): it subtracts nothing, so it is right to the last digits, and shares no code with the app.
"""

from __future__ import annotations

import cmath
from urllib.parse import quote

import pytest

from core.__main__ import answer

STEP = 1e-40


def atan(z: complex) -> complex:
    return cmath.atan(z) if z.imag == 0 else complex(cmath.atan(z.real).real, z.imag / (1 + z.real**2))


def atan2(y: complex, x: complex) -> complex:
    inside = x.real**2 + y.real**2
    return complex(cmath.phase(complex(x.real, y.real)), (x.real * y.imag - y.real * x.imag) / inside)


MEANING = {"exp": cmath.exp, "log": cmath.log, "sin": cmath.sin, "cos": cmath.cos, "sqrt": cmath.sqrt,
           "atan": atan, "atan2": atan2, "pi": cmath.pi}  # fmt: skip


def jacobian(functions: list[str], point: list[float]) -> list[list[float]]:
    def value(function: str, j: int) -> complex:
        env = {f"x{k + 1}": complex(x, STEP if k == j else 0) for k, x in enumerate(point)}
        return eval(function.replace("^", "**"), {"__builtins__": {}}, {**MEANING, **env})

    return [[value(function, j).imag / STEP for j in range(len(point))] for function in functions]


def explained(functions: list[str], point: list[float]) -> dict:
    at = ",".join(f"x{j + 1}:{x}" for j, x in enumerate(point))
    described, code = answer(f"/vjp?f={quote(';'.join(functions), safe='')}&at={at}")
    assert code == 0, described
    return described


def assert_right(functions: list[str], described: dict, point: list[float]) -> None:
    assert [len(described["outputs"]), len(described["inputs"])] == [len(functions), len(point)]
    for row, true in zip(described["jacobian_at"], jacobian(functions, point), strict=True):
        assert row == pytest.approx(true, rel=1e-12, abs=1e-14 * max(1, *map(abs, true)))
    assert described["checks"]["torch"]["agrees"]
    assert described["notes"] == []


T4 = [0.5, 1.0, 2.0, 4.0]
MGH = {
    "rosenbrock": (["10*(x2-x1^2)", "1-x1"], [-1.2, 1], 24.2),
    "freudenstein_roth": (["-13+x1+((5-x2)*x2-2)*x2", "-29+x1+((x2+1)*x2-14)*x2"], [0.5, -2], 400.5),
    "powell_badly_scaled": (["1e4*x1*x2-1", "exp(-x1)+exp(-x2)-1.0001"], [0, 1], 1.13526171734838),
    "brown_badly_scaled": (["x1-1e6", "x2-2e-6", "x1*x2-2"], [1, 1], 999998000003.0),
    "beale": (["1.5-x1*(1-x2)", "2.25-x1*(1-x2^2)", "2.625-x1*(1-x2^3)"], [1, 1], 14.203125),
    "jennrich_sampson": ([f"{2 + 2 * i}-(exp({i}*x1)+exp({i}*x2))" for i in range(1, 9)], [0.3, 0.4], None),
    "helical_valley": (
        ["10*(x3-10*(atan(x2/x1)/(2*pi)+0.5))", "10*(sqrt(x1^2+x2^2)-1)", "x3"], [-1, 0, 0], 2500.0),
    "bard": (
        [f"{y}-(x1+{i}/({16 - i}*x2+{min(i, 16 - i)}*x3))"
         for i, y in enumerate([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39], 1)], [1, 1, 1], None),
    "gaussian": (
        [f"x1*exp(-x2*(({8 - i})/2-x3)^2/2)-{y}"
         for i, y in enumerate([0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989], 1)], [0.4, 1, 0], None),
    "meyer": (
        [f"x1*exp(x2/({45 + 5 * i}+x3))-{y}"
         for i, y in enumerate([34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744], 1)], [0.02, 4000, 250], None),
    "gulf": (
        [f"exp(-((25+(-50*log({i}/100))^(2/3)-x2)^2)^(x3/2)/x1)-{i}/100" for i in range(1, 9)], [5, 2.5, 0.15], None),
    "box_3d": (
        [f"exp(-{i}/10*x1)-exp(-{i}/10*x2)-x3*(exp(-{i}/10)-exp(-{i}))" for i in range(1, 9)], [0, 10, 20], None),
    "powell_singular": (
        ["x1+10*x2", "sqrt(5)*(x3-x4)", "(x2-2*x3)^2", "sqrt(10)*(x1-x4)^2"], [3, -1, 0, 1], 215.0),
    "wood": (
        ["10*(x2-x1^2)", "1-x1", "sqrt(90)*(x4-x3^2)", "1-x3", "sqrt(10)*(x2+x4-2)", "(x2-x4)/sqrt(10)"],
        [-3, -1, -3, -1], 19192.0),
    "kowalik_osborne": (
        [f"{y}-x1*({u}^2+{u}*x2)/({u}^2+{u}*x3+x4)" for y, u in zip(
            [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342],
            [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1], strict=True)], [0.25, 0.39, 0.415, 0.39], None),
    "brown_dennis": (
        [f"(x1+{i}/5*x2-exp({i}/5))^2+(x3+x4*sin({i}/5)-cos({i}/5))^2" for i in range(1, 9)], [25, 5, -5, -1], None),
    "osborne_1": (
        [f"{y}-(x1+x2*exp(-{10 * i}*x4)+x3*exp(-{10 * i}*x5))"
         for i, y in enumerate([0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85])],
        [0.5, 1.5, -1, 0.01, 0.02], None),
    "biggs_exp6": (
        [f"x3*exp(-{i}/10*x1)-x4*exp(-{i}/10*x2)+x6*exp(-{i}/10*x5)"
         f"-(exp(-{i}/10)-5*exp(-{i})+3*exp(-4*{i}/10))" for i in range(1, 9)], [1, 2, 1, 1, 1, 1], None),
    "extended_rosenbrock": (
        [f for k in (1, 3, 5, 7) for f in (f"10*(x{k + 1}-x{k}^2)", f"1-x{k}")], [-1.2, 1] * 4, 96.8),
    "extended_powell": (
        [f for k in (1, 5) for f in (f"x{k}+10*x{k + 1}", f"sqrt(5)*(x{k + 2}-x{k + 3})", f"(x{k + 1}-2*x{k + 2})^2",
                                     f"sqrt(10)*(x{k}-x{k + 3})^2")], [3, -1, 0, 1] * 2, 430.0),
    "penalty_1": (
        [*(f"sqrt(1/100000)*(x{i}-1)" for i in range(1, 5)), "x1^2+x2^2+x3^2+x4^2-1/4"], [1, 2, 3, 4], 885.06264),
    "penalty_2": (
        ["x1-0.2", *(f"sqrt(1/100000)*(exp(x{i}/10)+exp(x{i - 1}/10)-exp({i}/10)-exp({i - 1}/10))" for i in (2, 3, 4)),
         *(f"sqrt(1/100000)*(exp(x{i}/10)-exp(-1/10))" for i in (2, 3, 4)), "4*x1^2+3*x2^2+2*x3^2+x4^2-1"],
        [0.5] * 4, 2.34000880546302),
    "variably_dimensioned": (
        [*(f"x{i}-1" for i in range(1, 7)),
         "+".join(f"{i}*(x{i}-1)" for i in range(1, 7)), "(" + "+".join(f"{i}*(x{i}-1)" for i in range(1, 7)) + ")^2"],
        [1 - i / 6 for i in range(1, 7)], None),
    "trigonometric": (
        [f"6-(cos(x1)+cos(x2)+cos(x3)+cos(x4)+cos(x5)+cos(x6))+{i}*(1-cos(x{i}))-sin(x{i})" for i in range(1, 7)],
        [1 / 6] * 6, None),
    "brown_almost_linear": (
        [*(f"x{i}+x1+x2+x3+x4+x5+x6-7" for i in range(1, 6)), "x1*x2*x3*x4*x5*x6-1"], [0.5] * 6, None),
    "discrete_boundary_value": (
        [f"2*x{i}-{f'x{i - 1}' if i > 1 else 0}-{f'x{i + 1}' if i < 6 else 0}+(x{i}+{i}/7+1)^3/98"
         for i in range(1, 7)],
        [i / 7 * (i / 7 - 1) for i in range(1, 7)], None),
    "broyden_tridiagonal": (
        [f"(3-2*x{i})*x{i}-{f'x{i - 1}' if i > 1 else 0}-{f'2*x{i + 1}' if i < 8 else 0}+1" for i in range(1, 9)],
        [-1] * 8, None),
    "linear_full_rank": ([f"x{i}-2/4*(x1+x2+x3+x4)-1" for i in range(1, 5)], [1] * 4, None),
    "linear_rank_1": ([f"{i}*(x1+2*x2+3*x3+4*x4)-1" for i in range(1, 5)], [1] * 4, None),
}  # fmt: skip


@pytest.mark.parametrize("name", MGH)
def test_residuals_of_more_garbow_and_hillstrom_have_their_jacobian(name):
    functions, point, sum_of_squares = MGH[name]
    described = explained(functions, point)
    assert_right(functions, described, point)
    if sum_of_squares is not None:
        assert sum(value**2 for value in described["values"]) == pytest.approx(sum_of_squares, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("rosenbrock", [[24, 10], [-1, 0]]),
        ("freudenstein_roth", [[1, -34], [1, -6]]),
        ("brown_badly_scaled", [[1, 0], [0, 1], [1, 1]]),
        ("beale", [[0, 1], [0, 2], [0, 3]]),
        ("powell_singular", [[1, 10, 0, 0], [0, 0, 5**0.5, -(5**0.5)], [0, -2, 4, 0],
                             [4 * 10**0.5, 0, 0, -4 * 10**0.5]]),
        ("linear_rank_1", [[1, 2, 3, 4], [2, 4, 6, 8], [3, 6, 9, 12], [4, 8, 12, 16]]),
    ],
)  # fmt: skip
def test_a_jacobian_that_can_be_written_down_is_found(name, known):
    functions, point, _ = MGH[name]
    for row, true in zip(explained(functions, point)["jacobian_at"], known, strict=True):
        assert row == pytest.approx(true, rel=1e-13)


# number: objective and constraints, the start, the objective there
HS = {
    1: (["100*(x2-x1^2)^2+(1-x1)^2"], [-2, 1], 909),
    3: (["x2+1e-5*(x2-x1)^2"], [10, 1], 1.00081),
    4: (["(x1+1)^3/3+x2"], [1.125, 0.125], 3.323568),
    5: (["sin(x1+x2)+(x1-x2)^2-1.5*x1+2.5*x2+1"], [0, 0], 1),
    6: (["(1-x1)^2", "10*(x2-x1^2)"], [-1.2, 1], 4.84),
    7: (["log(1+x1^2)-x2", "(1+x1^2)^2+x2^2-4"], [2, 2], -0.390562),
    8: (["-1+0*x1", "x1^2+x2^2-25", "x1*x2-9"], [2, 1], -1),
    9: (["sin(pi*x1/12)*cos(pi*x2/16)", "4*x1-3*x2"], [0, 0], 0),
    10: (["x1-x2", "-3*x1^2+2*x1*x2-x2^2+1"], [-10, 10], -20),
    11: (["(x1-5)^2+x2^2-25", "-x1^2+x2"], [4.9, 0.1], -24.98),
    12: (["x1^2/2+x2^2-x1*x2-7*x1-7*x2", "25-4*x1^2-x2^2"], [0, 0], 0),
    13: (["(x1-2)^2+x2^2", "(1-x1)^3-x2"], [-2, -2], 20),
    14: (["(x1-2)^2+(x2-1)^2", "-x1^2/4-x2^2+1", "x1-2*x2+1"], [2, 2], 1),
    15: (["100*(x2-x1^2)^2+(1-x1)^2", "x1*x2-1", "x1+x2^2"], [-2, 1], 909),
    16: (["100*(x2-x1^2)^2+(1-x1)^2", "x1+x2^2", "x1^2+x2"], [-2, 1], 909),
    17: (["100*(x2-x1^2)^2+(1-x1)^2", "x2^2-x1", "x1^2-x2"], [-2, 1], 909),
    18: (["x1^2/100+x2^2", "x1*x2-25", "x1^2+x2^2-25"], [2, 2], 4.04),
    19: (["(x1-10)^3+(x2-20)^3", "(x1-5)^2+(x2-5)^2-100", "-(x2-5)^2-(x1-6)^2+82.81"], [20.1, 5.84], -1808.858296),
    20: (["100*(x2-x1^2)^2+(1-x1)^2", "x1+x2^2", "x1^2+x2", "x1^2+x2^2-1"], [-2, 1], 909),
    21: (["x1^2/100+x2^2-100", "10*x1-x2-10"], [-1, -1], -98.99),
    22: (["(x1-2)^2+(x2-1)^2", "-x1-x2+2", "-x1^2+x2"], [2, 2], 1),
    23: (["x1^2+x2^2", "x1+x2-1", "x1^2+x2^2-1", "9*x1^2+x2^2-9", "x1^2-x2", "x2^2-x1"], [3, 1], 10),
    24: (["((x1-3)^2-9)*x2^3/(27*sqrt(3))", "x1/sqrt(3)-x2", "x1+sqrt(3)*x2", "-x1-sqrt(3)*x2+6"], [1, 0.5],
         -0.013364591),
    26: (["(x1-x2)^2+(x2-x3)^4", "(1+x2^2)*x1+x3^4-3"], [-2.6, 2, 2], 21.16),
    27: (["(x1-1)^2/100+(x2-x1^2)^2", "x1+x3^2+1"], [2, 2, 2], 4.01),
    28: (["(x1+x2)^2+(x2+x3)^2", "x1+2*x2+3*x3-1"], [-4, 1, 1], 13),
    29: (["-x1*x2*x3", "-x1^2-2*x2^2-4*x3^2+48"], [1, 1, 1], -1),
    30: (["x1^2+x2^2+x3^2", "x1^2+x2^2-1"], [1, 1, 1], 3),
    31: (["9*x1^2+x2^2+9*x3^2", "x1*x2-1"], [1, 1, 1], 19),
    32: (["(x1+3*x2+x3)^2+4*(x1-x2)^2", "6*x2+4*x3-x1^3-3", "1-x1-x2-x3"], [0.1, 0.7, 0.2], 7.2),
    33: (["(x1-1)*(x1-2)*(x1-3)+x3", "x3^2-x2^2-x1^2", "x1^2+x2^2+x3^2-4"], [0, 0, 3], -3),
    34: (["-x1", "x2-exp(x1)", "x3-exp(x2)"], [0, 1.05, 2.9], 0),
    35: (["9-8*x1-6*x2-4*x3+2*x1^2+2*x2^2+x3^2+2*x1*x2+2*x1*x3", "3-x1-x2-2*x3"], [0.5, 0.5, 0.5], 2.25),
    36: (["-x1*x2*x3", "72-x1-2*x2-2*x3"], [10, 10, 10], -1000),
    37: (["-x1*x2*x3", "72-x1-2*x2-2*x3", "x1+2*x2+2*x3"], [10, 10, 10], -1000),
    38: (["100*(x2-x1^2)^2+(1-x1)^2+90*(x4-x3^2)^2+(1-x3)^2+10.1*((x2-1)^2+(x4-1)^2)+19.8*(x2-1)*(x4-1)"],
         [-3, -1, -3, -1], 19192),
    39: (["-x1", "x2-x1^3-x3^2", "x1^2-x2-x4^2"], [2, 2, 2, 2], -2),
    40: (["-x1*x2*x3*x4", "x1^3+x2^2-1", "x1^2*x4-x3", "x4^2-x2"], [0.8] * 4, -0.4096),
    41: (["2-x1*x2*x3", "x1+2*x2+2*x3-x4"], [2] * 4, -6),
    42: (["(x1-1)^2+(x2-2)^2+(x3-3)^2+(x4-4)^2", "x1-2", "x3^2+x4^2-2"], [1] * 4, 14),
    43: (["x1^2+x2^2+2*x3^2+x4^2-5*x1-5*x2-21*x3+7*x4", "8-x1^2-x2^2-x3^2-x4^2-x1+x2-x3+x4",
          "10-x1^2-2*x2^2-x3^2-2*x4^2+x1+x4", "5-2*x1^2-x2^2-x3^2-2*x1+x2+x4"], [0] * 4, 0),
    44: (["x1-x2-x3-x1*x3+x1*x4+x2*x3-x2*x4", "8-x1-2*x2", "12-4*x1-x2", "12-3*x1-4*x2", "8-2*x3-x4", "8-x3-2*x4",
          "5-x3-x4"], [0] * 4, 0),
    45: (["2-x1*x2*x3*x4*x5/120"], [2] * 5, 1.733333333),
    46: (["(x1-x2)^2+(x3-1)^2+(x4-1)^4+(x5-1)^6", "x1^2*x4+sin(x4-x5)-1", "x2+x3^4*x4^2-2"],
         [2**0.5 / 2, 1.75, 0.5, 2, 2], 3.337626),
    48: (["(x1-1)^2+(x2-x3)^2+(x4-x5)^2", "x1+x2+x3+x4+x5-5", "x3-2*(x4+x5)+3"], [3, 5, -3, 2, -2], 84),
    49: (["(x1-x2)^2+(x3-1)^2+(x4-1)^4+(x5-1)^6", "x1+x2+x3+4*x4-7", "x3+5*x5-6"], [10, 7, 2, -3, 0.8], 266.000064),
    50: (["(x1-x2)^2+(x2-x3)^2+(x3-x4)^4+(x4-x5)^2", "x1+2*x2+3*x3-6", "x2+2*x3+3*x4-6", "x3+2*x4+3*x5-6"],
         [35, -31, 11, 5, -5], 7516),
    51: (["(x1-x2)^2+(x2+x3-2)^2+(x4-1)^2+(x5-1)^2", "x1+3*x2-4", "x3+x4-2*x5", "x2-x5"], [2.5, 0.5, 2, -1, 0.5], 8.5),
    52: (["(4*x1-x2)^2+(x2+x3-2)^2+(x4-1)^2+(x5-1)^2", "x1+3*x2", "x3+x4-2*x5", "x2-x5"], [2] * 5, 42),
    53: (["(x1-x2)^2+(x2+x3-2)^2+(x4-1)^2+(x5-1)^2", "x1+3*x2", "x3+x4-2*x5", "x2-x5"], [2] * 5, 6),
    56: (["-x1*x2*x3", "x1-4.2*sin(x4)^2", "x2-4.2*sin(x5)^2", "x3-4.2*sin(x6)^2", "x1+2*x2+2*x3-7.2*sin(x7)^2"],
         [1, 1, 1, 0.5097, 0.5097, 0.5097, 0.9855], -1),
    60: (["(x1-1)^2+(x1-x2)^2+(x2-x3)^4", "x1*(1+x2^2)+x3^4-4-3*sqrt(2)"], [2, 2, 2], 1),
    61: (["4*x1^2+2*x2^2+2*x3^2-33*x1+16*x2-24*x3", "3*x1-2*x2^2-7", "4*x1-x3^2-11"], [0, 0, 0], 0),
    62: (["-32.174*(255*log((x1+x2+x3+0.03)/(0.09*x1+x2+x3+0.03))+280*log((x2+x3+0.03)/(0.07*x2+x3+0.03))"
          "+290*log((x3+0.03)/(0.13*x3+0.03)))", "x1+x2+x3-1"], [0.7, 0.2, 0.1], -25698.3),
    63: (["1000-x1^2-2*x2^2-x3^2-x1*x2-x1*x3", "8*x1+14*x2+7*x3-56", "x1^2+x2^2+x3^2-25"], [2, 2, 2], 976),
    64: (["5*x1+50000/x1+20*x2+72000/x2+10*x3+144000/x3", "1-4/x1-32/x2-120/x3"], [1, 1, 1], 266035),
    65: (["(x1-x2)^2+(x1+x2-10)^2/9+(x3-5)^2", "48-x1^2-x2^2-x3^2"], [-5, 5, 0], 136.1111111),
    66: (["0.2*x3-0.8*x1", "x2-exp(x1)", "x3-exp(x2)"], [0, 1.05, 2.9], 0.58),
    71: (["x1*x4*(x1+x2+x3)+x3", "x1*x2*x3*x4-25", "x1^2+x2^2+x3^2+x4^2-40"], [1, 5, 5, 1], 16),
    72: (["1+x1+x2+x3+x4", "0.0401-4/x1-2.25/x2-1/x3-0.25/x4", "0.010085-0.16/x1-0.36/x2-0.64/x3-0.64/x4"], [1] * 4, 5),
    76: (["x1^2+0.5*x2^2+x3^2+0.5*x4^2-x1*x3+x3*x4-x1-3*x2+x3-x4", "5-x1-2*x2-x3-x4", "4-3*x1-x2-2*x3+x4",
          "x2+4*x3-1.5"], [0.5] * 4, -1.25),
    77: (["(x1-1)^2+(x1-x2)^2+(x3-1)^2+(x4-1)^4+(x5-1)^6", "x1^2*x4+sin(x4-x5)-2*sqrt(2)", "x2+x3^4*x4^2-8-sqrt(2)"],
         [2] * 5, 4),
    78: (["x1*x2*x3*x4*x5", "x1^2+x2^2+x3^2+x4^2+x5^2-10", "x2*x3-5*x4*x5", "x1^3+x2^3+1"], [-2, 1.5, 2, -1, -1], -6),
    79: (["(x1-1)^2+(x1-x2)^2+(x2-x3)^2+(x3-x4)^4+(x4-x5)^4", "x1+x2^2+x3^3-2-3*sqrt(2)", "x2-x3^2+x4+2-2*sqrt(2)",
          "x1*x5-2"], [2] * 5, 1),
    80: (["exp(x1*x2*x3*x4*x5)", "x1^2+x2^2+x3^2+x4^2+x5^2-10", "x2*x3-5*x4*x5", "x1^3+x2^3+1"], [-2, 2, 2, -1, -1],
         0.000335462628),
    100: (["(x1-10)^2+5*(x2-12)^2+x3^4+3*(x4-11)^2+10*x5^6+7*x6^2+x7^4-4*x6*x7-10*x6-8*x7",
           "127-2*x1^2-3*x2^4-x3-4*x4^2-5*x5", "282-7*x1-3*x2-10*x3^2-x4+x5", "196-23*x1-x2^2-6*x6^2+8*x7",
           "-4*x1^2-x2^2+3*x1*x2-2*x3^2-5*x6+11*x7"], [1, 2, 0, 4, 0, 1, 1], 714),
}  # fmt: skip


@pytest.mark.parametrize("number", HS)
def test_objective_and_constraints_of_hock_and_schittkowski_have_their_jacobian(number):
    functions, point, objective = HS[number]
    described = explained(functions, point)
    assert_right(functions, described, point)
    assert described["values"][0] == pytest.approx(objective, rel=2e-6, abs=1e-9)


def test_there_are_a_hundred_of_them():
    assert sum(len(functions) for functions, _, _ in HS.values()) >= 100
