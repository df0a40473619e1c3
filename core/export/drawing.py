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
from typing import Any

import typst

from core.export.deck import Page
from core.export.options import SIZES, Options
from core.export.qr import made
from core.notation.typst import THEMES, blend
from core.problem import ProblemError
from core.slides.layout import block

HERE = Path(__file__).parent
SLIDE = HERE.parent / "slides" / "slide.typ"
EDGE, TOP, BOTTOM = 48, 124, 524  # points; slide.typ keeps to them
LONGEST_LINK = 150  # characters that are printed; the QR code and the link behind the text hold all of it
MODULE = 1.5  # points a module of a QR code has at least: 3 pixels of 1080 lines, which a phone still reads
SMALLEST_QR, LARGEST_QR = 80.0, 132.0  # points; a code that needs more is left out
CHUNK = 4  # slides drawn in one turn: others wait no longer, and no more pixels are held than these have
MAX_PIXELS = 160_000_000  # of all pictures of one export: 77 slides of 1920×1080
QUIET = 3  # modules of white around a QR code; slide.typ keeps to it
SHARP = 12  # slides of a presentation whose pictures have twice the pixels of a screen
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
    return SLIDE.read_bytes()


def _compiler() -> typst.Compiler:
    kept: typst.Compiler | None = getattr(_own, "compiler", None)
    if kept is None:
        nowhere = str(SLIDE)  # a root that is a file: read() and import find nothing below it
        kept = _own.compiler = typst.Compiler(
            b"", root=nowhere, font_paths=_fonts(), package_path=nowhere, package_cache_path=nowhere
        )
    return kept


def draw(pages: Sequence[Page], options: Options, kind: str) -> list[bytes]:
    """The slides as "png" or "svg" (a file each) or as one "pdf". Raises ProblemError ``too_many_pictures``."""
    # In SVG Typst leaves the & of a link as it is, which is no XML; a picture needs no link.
    size = SIZES[options.size]
    if kind == "png":
        affordable(len(pages), options)
    return _submit(describe(pages, options) | {"links": kind == "pdf"}, kind, size.ppi)


def draw_bodies(pages: Sequence[Page], options: Options, kind: str) -> list[bytes]:
    """Only what stands between the headline and the code, each "png" or "svg" on a ground of its own: none."""
    deck = describe(pages, options)
    deck["look"]["page"] = None
    sharp = 2 if len(pages) <= SHARP else 1  # the PNG is seen only where the SVG cannot be
    return _submit(deck | {"only": "body"}, kind, sharp * SIZES["1080"].ppi)


def affordable(count: int, options: Options) -> None:
    """Raises ProblemError ``too_many_pictures`` for more of them than a server should hold."""
    width, height = SIZES[options.size].pixels
    most = MAX_PIXELS // (width * height)
    if count > most:
        raise ProblemError("too_many_pictures", count=count, limit=most)


def _submit(deck: Deck, kind: str, ppi: float) -> list[bytes]:
    """Chunk by chunk, each in its turn; a PDF is one file, and little work."""
    told = deck["slides"]
    size = len(told) if kind == "pdf" else CHUNK
    chunks = (deck | {"slides": told[k : k + size]} for k in range(0, len(told), size))
    return [file for chunk in chunks for file in _drawing.submit(_compile, json.dumps(chunk), kind, ppi).result()]


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


def describe(pages: Sequence[Page], options: Options) -> Deck:
    """Everything slide.typ draws, as JSON; ``options`` say how it looks."""
    theme, size = THEMES[options.theme], SIZES[options.size]
    return {
        "title": pages[-1].slide.title,
        "lang": pages[0].lang,
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
        "slides": [describe_slide(page, k, len(pages), options) for k, page in enumerate(pages, 1)],
    }


def describe_slide(page: Page, number: int, count: int, options: Options) -> Deck:
    """One slide."""
    theme, slide, link = THEMES[options.theme], page.slide, page.link
    code = qr(link) if page.leads_somewhere else None
    side = side_of(code["modules"]) if code else None
    return {
        "lang": page.lang,
        "title": slide.title,
        "subtitle": slide.subtitle,
        "number": f"{number} / {count}" if count > 1 else "",
        "body": block(slide.body, theme),
        "alt": slide.alt,
        "code": list(slide.frame.code),
        "remark": slide.frame.remark,
        "remark-colour": theme.agrees if slide.frame.agrees else theme.explained,
        "link": shortened(link),
        "url": link if page.leads_somewhere else None,
        "qr": code if side else None,
        "qr-size": side or 0,
        "room": room(options, side or 0),
    }


def side_of(modules: int) -> float | None:
    """The side of a QR code in points, with its quiet zone; None where it would be too dense to be read."""
    side = max(SMALLEST_QR, MODULE * (modules + 2 * QUIET))
    return side if side <= LARGEST_QR else None


def room(options: Options, side: float) -> tuple[float, float, float, float]:
    """Left, top, width and height of the body, in points; ``side`` is that of the QR code, which stays clear of it."""
    return EDGE, TOP, SIZES[options.size].width - 2 * EDGE, min(304, BOTTOM - side - 10 - TOP)


def shortened(link: str) -> str:
    """The link as it is printed: a long one without its middle."""
    half = LONGEST_LINK // 2
    return link if len(link) <= LONGEST_LINK else f"{link[:half]} … {link[-half:]}"


@lru_cache(maxsize=64)  # the slides of one deck have one link
def qr(link: str) -> Deck | None:
    """The dark modules of a QR code: [x, y, length] of each run, for a square of ``modules``; None if it has none."""
    code = made(link, boost_error=False)
    if code is None:
        return None
    found = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            length = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if length:
                found.append([x, y, length])
            x += max(length, 1)
    return {"modules": len(code.matrix), "runs": found}
