"""Which files there are and what they are called: our scripts as one, our styles as one, Plotly, Streamlit's own."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

import streamlit as st

from core import figures
from server.static.bundle import bundle
from server.static.files import File

PAGES = Path(__file__).parent.parent.parent / "pages"
STATIC = PAGES / "static"
STREAMLIT = Path(st.__file__).parent / "static"
SCRIPTS = STREAMLIT / "static" / "js"
DEVELOPING = st.get_option("server.fileWatcherType") != "none"  # each module is fetched by itself, as it now stands
BASE = (st.get_option("server.baseUrlPath") or "").strip("/")
BASE = f"/{BASE}" if BASE else ""  # what every path of the app begins with
WEEK = "public, max-age=604800"
FONT = re.compile(r'url\("katex/fonts/([\w-]+)\.woff2"\)')
IMPORTED = re.compile(r'\b(?:from|import)"\./([\w.-]+\.js)"')  # before a script of Streamlit's runs


def modules() -> dict[str, str]:
    """ "folder/name" -> source of every module of ours."""
    root = STATIC / "js"
    paths = sorted(root.rglob("*.js"))
    return {path.relative_to(root).with_suffix("").as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def script() -> bytes:
    """KaTeX and all our modules, as they were at the start: its name says so."""
    return bundle(modules(), first=(STATIC / "katex" / "katex.min.js").read_text(encoding="utf-8")).encode()


def styles() -> str:
    """lens.css and those of the components, each of which reaches no further than its own: two have a `.lens-sum`."""
    components = ((sheet.stem, sheet.read_text(encoding="utf-8")) for sheet in sorted(PAGES.glob("components/*/*.css")))
    return "\n".join(((STATIC / "lens.css").read_text(encoding="utf-8"), *(scoped(*sheet) for sheet in components)))


def scoped(name: str, sheet: str) -> str:
    """A sheet for what is in the element that pages/components puts around a component, which has no box of its own."""
    around = f":where(.lens-of-{name})"  # no more specific than without; @scope is too new for last year's browsers
    return f"{around} {{\ndisplay: contents;\n{sheet}}}"


@cache
def named() -> dict[str, str]:
    """The paths below the app of "script", "styles" and "plotly", which change with their content."""
    contents = {"script.js": script(), "styles.css": _moved_styles(), "plotly.js": figures.script()}
    return {key.partition(".")[0]: _path(key, content) for key, content in contents.items()}


@cache
def own() -> dict[str, File]:
    """Path below the app -> file that only we answer."""
    return {
        named()["script"]: File("script.js", script),
        named()["styles"]: File("styles.css", _moved_styles),
        named()["plotly"]: File("plotly.js", figures.script),
        # What a page that is not ours asks for, and ours while code is being written.
        "app/static/lens.css": File("lens.css", lambda: styles().encode(), "no-cache", changing=DEVELOPING),
        "plotly.js": File("plotly.js", figures.script, WEEK),
        "favicon.png": File("icon.svg", (STATIC / "icon.svg").read_bytes, WEEK),  # Streamlit asks for it by this name
    }


@cache
def streamlit() -> dict[str, File]:
    """Path below the app -> file of Streamlit's."""
    files = (path for path in (STREAMLIT / "static").rglob("*") if path.is_file())
    return {path.relative_to(STREAMLIT).as_posix(): File(path.name, path.read_bytes) for path in files}


def needed(*elements: str) -> list[str]:
    """The scripts, below the app, that elements of Streamlit's ("TextInput") are made of, in the order of their use."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in ordered:
            ordered[name] = None
            for other in _imported(name):
                visit(other)

    for element in elements:
        for path in SCRIPTS.glob(f"{element}.*.js"):
            visit(path.name)
    return [f"static/js/{name}" for name in ordered]


@cache
def _imported(name: str) -> list[str]:
    return IMPORTED.findall((SCRIPTS / name).read_text(encoding="utf-8"))


def fonts(*names: str) -> list[str]:
    """Fonts of Streamlit's ("KaTeX_Main-Regular"), below the app."""
    return [_font(name) for name in names]


def _font(name: str) -> str:
    return next((STREAMLIT / "static" / "media").glob(f"{name}.*.woff2")).relative_to(STREAMLIT).as_posix()


@cache
def _moved_styles() -> bytes:
    """The styles under their name, with the fonts that Streamlit's own styles load anyway."""
    return FONT.sub(lambda font: f'url("../{_font(font[1])}")', styles()).encode()


def _path(name: str, content: bytes) -> str:
    stem, _, suffix = name.partition(".")
    return f"lens/{stem}.{sha256(content).hexdigest()[:12]}.{suffix}"
