"""What the answers of the command line are made of: numbers, maps and checks as JSON carries them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from core.engines.verdict import Check, Note, Verdict
from core.expression.text import to_text
from core.maps import Map, Pullback, Rows
from core.numbers.exact import Number
from core.wording import explain_note

Json = Any


def number(value: float) -> float | int | str:
    """A JSON number; whole floats as integers; "nan", "inf" and "-inf", which JSON has not, as strings."""
    if not math.isfinite(value):
        return str(value)
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def numbers(values: Iterable[Number]) -> Json:
    return [number(n.value) for n in values]


def matrix(rows: Rows) -> Json:
    return [numbers(row) for row in rows]


def checks(judged: Verdict) -> Json:
    """Each engine's vᵀJ, and whether it agrees."""
    return {"torch": _check(judged.torch), "finite_difference": _check(judged.finite_difference)}


def _check(judged: Check) -> Json:
    return {"vjp": [number(x) for x in judged.vjp], "agrees": judged.agrees}


def notes(found: Sequence[Note], lang: str) -> Json:
    """Why engines differ or a derivative does not exist."""
    return [{"code": note.code, "message": explain_note(lang, note.code, note.facts, note.place)} for note in found]


def describe_map(at: Map) -> dict[str, Json]:
    """A map at its point; formulas as text that could be typed back."""
    shown = at.formulas
    return {
        "inputs": list(at.inputs),
        "outputs": [to_text(node) for node in shown.outputs],
        "primal": numbers(at.point),
        "constants": {name: number(n.value) for name, n in shown.constants},
        "values": numbers(at.values),
        "jacobian": [[to_text(entry) for entry in row] for row in shown.jacobian],
        "jacobian_at": matrix(at.jacobian_at),
    }


def describe_pullback(pulled: Pullback) -> dict[str, Json]:
    """v, the weighted rows and their sum."""
    return {
        "cotangent": numbers(pulled.weights),
        "weighted_rows": matrix(pulled.rows),
        "vjp": numbers(pulled.total),
    }
