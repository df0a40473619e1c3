"""Browser components: one folder each, with its Python face, its .js and its .css."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st


def component(folder: str, html: str) -> Any:
    """Registers the component of a folder, ``<folder>/<folder>.js`` and ``.css`` (no build step)."""
    place = Path(__file__).parent / folder

    def text(suffix: str) -> str:
        return (place / f"{folder}{suffix}").read_text(encoding="utf-8")

    return st.components.v2.component(folder, html=html, css=text(".css"), js=text(".js"), isolate_styles=False)
