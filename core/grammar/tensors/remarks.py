"""What is legal and yet likely not meant, said of a program that was read."""

from __future__ import annotations

from dataclasses import dataclass

from core.problem import Span

# code -> the facts it always carries; the words stand in core/wording/content/*/choices.toml
CODES: dict[str, tuple[str, ...]] = {
    "stretched": ("left", "left_shape", "right", "right_shape", "shape"),
    "transposed_vector": ("name",),
}


@dataclass(frozen=True)
class Remark:
    """``code`` names the message ``remarks.<code>``, ``facts`` fill it; ``span`` is the operation it is about."""

    code: str
    span: Span
    facts: tuple[tuple[str, str | int], ...] = ()
