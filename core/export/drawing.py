"""Slides → PNG, SVG and PDF by Typst, and nothing but what is bundled: no system fonts, no files, no packages.

slide.typ is the only source that is ever compiled. What is on a slide, and so everything that a visitor typed, is
handed to it as data.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import segno
import typst

from core.export.options import SIZES, Options
from core.typeset.blocks import Slide
from core.typeset.typst import THEMES, blend, block

HERE = Path(__file__).parent
EDGE, TOP, BOTTOM = 48, 124, 524  # points; slide.typ keeps to them
LONGEST_LINK = 150  # characters that are printed; the QR code and the link behind the text hold all of it
Deck = dict[str, Any]

# One at a time: an export has the cores for itself and the pages are not slowed by ten of them. A compiler stays with
# the thread that made it.
_drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slides")
_own = threading.local()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "fonts")])


@cache
def _source() -> bytes:
    return (HERE / "slide.typ").read_bytes()


def _compiler() -> typst.Compiler:
    kept: typst.Compiler | None = getattr(_own, "compiler", None)
    if kept is None:
        empty = mkdtemp(prefix="slides-")  # read() and import find nothing here
        kept = _own.compiler = typst.Compiler(b"", root=empty, font_paths=_fonts(), package_path=empty)
    return kept


def draw(slides: Sequence[Slide], options: Options, kind: str) -> list[bytes]:
    """The slides as "png" or "svg" (a file each) or as one "pdf"."""
    # In SVG Typst leaves the & of a link as it is, which is no XML; a picture needs no link. An address alone is none.
    links = kind == "pdf" and bool(options.base)
    return _submit(describe(slides, options) | {"links": links}, kind, SIZES[options.size].ppi)


def draw_bodies(slides: Sequence[Slide], options: Options, kind: str) -> list[bytes]:
    """Only what stands between the headline and the code, each "png" or "svg" on a ground of its own: none."""
    deck = describe(slides, options)
    deck["look"]["page"] = None
    return _submit(deck | {"only": "body"}, kind, 2 * SIZES["1080"].ppi)


def _submit(deck: Deck, kind: str, ppi: float) -> list[bytes]:
    return _drawing.submit(_compile, json.dumps(deck), kind, ppi).result()


def _compile(deck: str, kind: str, ppi: float) -> list[bytes]:
    accessible = ["ua-1"] if kind == "pdf" else []  # PDF/UA: tagged, with a title and a text for every picture
    made = _compiler().compile(
        _source(),
        format=kind,  # type: ignore[arg-type]
        ppi=ppi,
        sys_inputs={"deck": deck},
        pdf_standards=accessible,  # type: ignore[arg-type]
    )
    return made if isinstance(made, list) else [made or b""]


# ── The deck as data ─────────────────────────────────────────────────────────────────────────────────────


def describe(slides: Sequence[Slide], options: Options) -> Deck:
    """Everything slide.typ draws, as JSON."""
    theme, size = THEMES[options.theme], SIZES[options.size]
    return {
        "title": slides[-1].title,
        "lang": options.lang,
        "page": [size.width, size.height],
        "only": "slide",
        "links": True,
        "look": {
            "page": None if options.transparent else theme.page,
            "ground": theme.page,
            "ink": theme.palette.ink,
            "muted": theme.muted,
            "rule": theme.rule,
            "cell": blend(theme.muted, theme.page, 0.12),
        },
        "slides": [describe_slide(slide, k, len(slides), options) for k, slide in enumerate(slides, 1)],
    }


def describe_slide(slide: Slide, number: int, count: int, options: Options) -> Deck:
    """One slide."""
    theme, link = THEMES[options.theme], options.link(slide.frame.link)
    code = qr(link)
    side = min(112, max(80, 2 * code["modules"]))
    return {
        "title": slide.title,
        "subtitle": slide.subtitle,
        "number": f"{number} / {count}" if count > 1 else "",
        "body": block(slide.body, theme),
        "alt": slide.alt,
        "code": list(slide.frame.code),
        "remark": slide.frame.remark,
        "remark-colour": theme.agrees if slide.frame.agrees else theme.explained,
        "link": shortened(link),
        "url": link,
        "qr": code,
        "qr-size": side,
        "room": room(options, side),
    }


def room(options: Options, side: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the body, in points; ``side`` is that of the QR code, which stays clear of it."""
    return EDGE, TOP, SIZES[options.size].width - 2 * EDGE, min(304, BOTTOM - side - 10 - TOP)


def shortened(link: str) -> str:
    """The link as it is printed: a long one without its middle."""
    half = LONGEST_LINK // 2
    return link if len(link) <= LONGEST_LINK else f"{link[:half]} … {link[-half:]}"


@lru_cache(maxsize=64)  # the slides of one deck have one link
def qr(link: str) -> Deck:
    """The dark modules of a QR code: [x, y, length] of each run, for a square of ``modules``."""
    code = segno.make(link, error="m" if len(link) < 400 else "l", micro=False, boost_error=False)
    found = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            length = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if length:
                found.append([x, y, length])
            x += max(length, 1)
    return {"modules": len(code.matrix), "runs": found}
