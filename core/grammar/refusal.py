"""What can be wrong with a text, as codes with facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.problem import ProblemError, Span

T = TypeVar("T")

# code -> the facts it always carries (a ``suggestion`` may come on top)
CODES: dict[str, tuple[str, ...]] = {
    # limits
    "empty": (),
    "empty_entry": (),
    "too_long": ("length", "limit"),
    "too_deep": ("limit",),
    "too_many_operations": ("limit",),
    "too_many_bars": ("limit",),
    "number_too_long": ("limit",),
    "number_out_of_range": ("limit",),
    "number_too_small": ("limit",),
    "number_too_large": ("limit",),
    "exponent_too_large": ("limit",),
    # characters and words
    "bad_character": ("character", "code_point", "unicode_name"),
    "not_allowed": ("what",),
    "unknown_name": ("name",),
    "undeclared_name": ("name", "known"),
    "not_a_number": ("name",),
    "reserved_name": ("name",),
    "bad_name": ("name",),
    "mixed_indexing": ("name",),
    "not_a_vector": ("name",),
    "ambiguous": ("first", "second"),
    # functions
    "unknown_function": ("name",),
    "unsupported_function": ("name",),
    "needs_more": ("name",),
    "several_outputs": ("name",),
    "function_of": ("name",),
    "matrices": ("what",),
    "wrong_argument_count": ("name", "counts", "most", "given"),
    "missing_brackets": ("name",),
    "condition_expected": ("name",),
    # structure
    "unexpected": ("found",),
    "unfinished": (),
    "unbalanced": ("bracket",),
    "missing_operator": (),
    "comparison_outside_where": ("operator",),
    "one_comparison": ("operator",),
    "equation": (),
    "two_functions": (),
    # values
    "not_finite": ("expression",),
    "division_by_zero": ("expression",),
    "no_real_value": ("expression",),
}
# of matrices: what is called how, with its shape
MATRICES: dict[str, tuple[str, ...]] = {
    "inner_sizes_differ": ("left", "left_shape", "right", "right_shape", "inner", "other"),
    "scalar_operand": ("left", "left_shape", "right", "right_shape"),
    "no_broadcast": ("left", "left_shape", "right", "right_shape"),
    "parts_differ": ("left", "left_shape", "right", "right_shape"),
    "kernel_too_large": ("left", "left_shape", "right", "right_shape"),
    "vector_expected": ("shape",),
    "matrix_expected": ("shape",),
    "not_square": ("shape",),
    "not_as_many_entries": ("shape", "other_shape"),
    "scalar_part": ("shape",),
    "wrong_target_count": ("shape", "rows", "count"),
    "no_such_class": ("target", "last"),
    "targets_expected": ("name",),
    "no_such_dimension": ("dim", "shape", "last"),
    "no_such_place": ("place", "shape"),
    "too_many_dimensions": ("shape", "limit"),
    "tensor_too_large": ("shape", "limit"),
    "empty_tensor": (),
    "program_too_large": ("limit",),
    "ragged": ("row", "count", "expected"),
    "mask_expected": ("name",),
    "whole_number_expected": ("text",),
    "write_instead": ("name", "instead"),
}
CLIP = 24  # characters of the reader's text that a fact repeats


class Refusal(Exception):  # noqa: N818  # the reader sees a ProblemError
    """A text that cannot be read; ``fixes`` are whole texts that might be meant, the likeliest first."""

    def __init__(self, code: str, span: Span, fixes: tuple[str, ...] = (), /, **facts: str | int) -> None:
        super().__init__(code, span, facts)
        self.code, self.span, self.fixes, self.facts = code, span, fixes, facts


def clip(text: str, limit: int = CLIP) -> str:
    """``text`` short enough to be repeated in a message, unprintable characters replaced."""
    shown = "".join(char if char.isprintable() else "�" for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def clip_apart(first: str, second: str, limit: int = CLIP) -> tuple[str, str]:
    """Two texts short enough for a message, cut so that where they first differ can still be seen."""
    differ = next((at for at, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), 0)
    start = max(0, differ - limit // 2) if max(len(first), len(second)) > limit else 0
    cut = "…" if start else ""
    return clip(cut + first[start:], limit), clip(cut + second[start:], limit)


def replaced(text: str, span: Span, new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


_FIXES_TRIED = 4  # a text with two mistakes gets both mended, one with ten is not worth the time


def reading(text: str, read: Callable[[str], T], field: str, index: int | None = None) -> T:
    """What ``read`` makes of ``text``. Its Refusal becomes a ProblemError, with a suggestion if one can be read."""
    try:
        return read(text)
    except Refusal as refusal:
        facts, suggestion = dict(refusal.facts), _suggestion(refusal, read)
        if suggestion is not None:
            facts["suggestion"] = suggestion
        raise ProblemError(refusal.code, field=field, index=index, span=refusal.span, **facts) from None


def _suggestion(refusal: Refusal, read: Callable[[str], object]) -> str | None:
    """The first fix that can be read, each mended further where something else is wrong with it."""
    fixes = list(refusal.fixes)
    for _ in range(_FIXES_TRIED):
        if not fixes:
            return None
        fix = fixes.pop(0)
        try:
            read(fix)
        except Refusal as again:
            fixes[:0] = again.fixes
        else:
            return fix
    return None
