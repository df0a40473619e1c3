"""Streamlit's index.html with our name on it, and our styles and scripts told of at once."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

INDEX = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
SCRIPTS = ("katex/katex.min.js", "js/maths.js", "js/matrix.js", "js/numbers.js", "js/bus.js", "js/links.js")
HEAD = "".join(
    (
        "<title>Jacobian Lens</title>",
        '<meta name="description" content="What does y.backward(v) compute? The Jacobian, its weighted rows, x.grad.">',
        '<link rel="stylesheet" href="./app/static/lens.css">',
        *(f'<link rel="modulepreload" href="./app/static/{script}">' for script in SCRIPTS),
    )
)
SHELL = INDEX.replace("<title>Streamlit</title>", HEAD).replace("./favicon.png", "./app/static/icon.svg")


def shell(_request: Request) -> Response:
    """The page itself. Streamlit brings styles only with the first run; until then it would stand there without."""
    return HTMLResponse(SHELL, headers={"Cache-Control": "no-cache"})
