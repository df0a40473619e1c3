"""The QR code of a link, made in one place; a link that is longer than any code holds has none."""

from __future__ import annotations

import segno
from segno.encoder import DataOverflowError

ROBUST = 400  # characters of a link whose code still has room for more correction


def made(link: str, boost_error: bool = True) -> segno.QRCode | None:
    """The code of a link, with more correction than asked for where that is free; None where it does not fit one."""
    try:
        return segno.make_qr(link, error="m" if len(link) < ROBUST else "l", boost_error=boost_error)
    except DataOverflowError:
        return None


def qr(link: str) -> str | None:
    """An SVG, dark on light whatever the theme, so that every phone reads it from the back row; None as above."""
    code = made(link)
    return str(code.svg_inline(scale=8, dark="#1C2333", light="#FFFFFF")) if code else None
