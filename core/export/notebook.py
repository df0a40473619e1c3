"""A Jupyter notebook (format 4.5): the same cells as the script, with the equations of the slide between them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.export.cells import Part
from core.export.deck import Exported
from core.export.script import cells
from core.export.tex import piece_tex


def notebook(exported: Sequence[Exported]) -> list[bytes]:
    """It runs from top to bottom with sympy and torch, and fails where a number differs."""
    book = {
        "cells": [_cell(part, k) for k, part in enumerate(cells(exported))],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return [json.dumps(book, ensure_ascii=False, indent=1).encode()]


def _cell(part: Part, k: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": f"cell-{k}", "metadata": {}}
    if part.kind == "code":
        return cell | {"cell_type": "code", "execution_count": None, "outputs": [], "source": part.text.rstrip("\n")}
    return cell | {"cell_type": "markdown", "source": _markdown(part, k)}


def _markdown(part: Part, k: int) -> str:
    if part.equation is not None:
        return f"$${piece_tex(part.equation, None)}$$"
    if part.kind == "heading":
        return f"{'#' if k == 0 else '##'} {part.text}"
    return escaped(part.text)


def escaped(text: str) -> str:
    """Words as Markdown that shows them as they are; a link becomes one."""
    return " ".join(
        f"<{word}>" if word.startswith(("http://", "https://")) else _plain(word) for word in text.split(" ")
    )


def _plain(word: str) -> str:
    return "".join(rf"\{character}" if character in r"\`*_{}[]<>#|$~" else character for character in word)
