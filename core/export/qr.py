"""The QR code of a link."""

from __future__ import annotations

import segno


def qr(link: str) -> str:
    """An SVG, dark on light whatever the theme, so that every phone reads it from the back row."""
    return str(
        segno.make(link, error="m" if len(link) < 400 else "l").svg_inline(scale=8, dark="#1C2333", light="#FFFFFF")
    )
