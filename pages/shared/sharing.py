"""What leaves the page: its link, its equations as text, and the state as a slide, a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape
from urllib.parse import urljoin

import streamlit as st

from core import export
from core.explain import Explanation, MatmulExplanation, explain
from core.export.archive import archive
from core.export.python import python
from core.export.qr import qr
from core.export.tex import piece_tex
from core.problem import Problem, ProblemError
from core.share import DEFAULTS
from core.typeset import equations
from core.typeset.tree import Piece
from pages.shared import session, views

FORMATS = {
    "png": "PNG",
    "svg": "SVG",
    "pdf": "PDF",
    "pptx": "PowerPoint",
    "tex": "LaTeX Beamer",
    "ipynb": "Jupyter",
    "py": "Python",
}
PICTURES = ("png", "svg", "pdf", "pptx")  # what a size, a theme and steps make a difference to
SOURCES = {"tex": "latex", "ipynb": "json", "py": "python"}
FORMS: dict[str, Callable[[Piece], str]] = {
    "LaTeX": lambda piece: piece_tex(piece, None),
    "Markdown": lambda piece: f"$$\n{piece_tex(piece, None)}\n$$",
    "Python": python,
}
PROJECTED = 640  # pixels: what a projector of 1080 lines shows whole


def share(page: str) -> None:
    """The link with its QR code, how to embed it, and the equations of the page as text."""
    link = _absolute(session.address(page))
    if session.projected():
        st.dialog(views.words("share.qr"), width="large")(_projected)(link)
    with st.popover(views.words("nav.share"), key="share", on_change="rerun") as popover:
        if not popover.open:
            return
        st.caption(views.words("nav.share_help"))
        st.code(link, language="text", wrap_lines=True)
        st.image(qr(link), width=280, alt=views.words("share.qr"))
        st.button(views.words("share.large"), key="share.large", on_click=session.project)
        if page in DEFAULTS:
            _embedding(page, link)
            _copies(page)


def _projected(link: str) -> None:
    """The code as large as the window has room for, to be read from the back row."""
    with st.container(horizontal_alignment="center"):
        st.image(qr(link), width=PROJECTED, alt=views.words("share.qr"))
        st.code(link, language="text", wrap_lines=True)


def _absolute(address: str) -> str:
    """An address as others can open it: on the host that the reader sees, or the one that is configured."""
    configured = export.base_url()  # with a path or without
    return urljoin(f"{configured.rstrip('/')}/" if configured else st.context.url or "", address)


def _embedding(page: str, link: str) -> None:
    query = link.partition("?")[2]
    picture = urljoin(link, f"./export.png?page={page}&{query}")
    st.caption(views.words("share.embed"))
    st.code(f"[![Jacobian Lens](<{picture}>)](<{link}>)", language="text", wrap_lines=True)
    st.code(
        f'<a href="{escape(link)}"><img src="{escape(picture)}" alt="Jacobian Lens"></a>',
        language="text",
        wrap_lines=True,
    )


def _copies(page: str) -> None:
    explanation, _ = views.explained(page)
    form = st.segmented_control(
        views.words("share.copy"), tuple(FORMS), default="LaTeX", required=True, key="share.form"
    )
    equations_ = equations.shown(explanation)
    if isinstance(explanation, MatmulExplanation):
        equations_ += equations.of_element(explanation, *_element(explanation))
    for piece in equations_:
        if text := FORMS[form](piece):
            st.code(text, language="python" if form == "Python" else "latex", wrap_lines=True)


def _element(explanation: MatmulExplanation) -> tuple[int, int]:
    """The element of c whose equations are to be copied: (i, j) from 0."""
    m, _, n = explanation.sizes
    places = [(i, j) for i in range(m) for j in range(n)]
    return st.selectbox(
        views.words("share.element"), places, format_func=lambda place: f"c{place[0] + 1}{place[1] + 1}", key="share.ij"
    )


# ── Export ───────────────────────────────────────────────────────────────────────────────────────────────


def export_as(page: str) -> None:
    """A file of what is on screen: format, size and theme, a preview, and one download."""
    with st.popover(views.words("nav.export"), key="export", on_change="rerun") as popover:
        if popover.open:
            _choices(page)


@st.fragment
def _choices(page: str) -> None:
    explanation, refusal = views.explained(page)
    if refusal:
        views.error(refusal)
        return
    suffix = st.selectbox(
        views.words("export_as.format"), FORMATS, format_func=FORMATS.__getitem__, key="export.format"
    )
    options = _options(suffix)
    if suffix == "png":
        try:
            export.affordable(export.count(explanation, options.steps), options)
        except ProblemError as refusal:
            views.error(refusal)
            return
    _preview(explanation, suffix, options)
    several = options.steps and suffix in ("png", "svg")
    name, mime = (f"{page}.zip", "application/zip") if several else (f"{page}.{suffix}", export.MIME[f".{suffix}"])
    st.download_button(
        views.words("export_as.download", name=name),
        lambda: _file(page, explanation, suffix, options),  # made when it is asked for, not at every change
        name,
        mime,
        on_click="ignore",
        key="export.go",
    )


def _file(page: str, explanation: Explanation, suffix: str, options: export.Options) -> bytes:
    files = export.export(explanation, f".{suffix}", options)
    return files[0] if len(files) == 1 else archive(page, f".{suffix}", files)


def _preview(explanation: Explanation, suffix: str, options: export.Options) -> None:
    """The slide, any of the steps, or the source text."""
    if suffix not in PICTURES:
        text = export.export(explanation, f".{suffix}", options)[0].decode()
        st.code(text, language=SOURCES[suffix], height=300, wrap_lines=True)
        return
    number = count = export.count(explanation, options.steps)
    if count > 1:
        number = st.slider(views.words("export_as.slide"), 1, count, 1, key="export.slide")
    st.image(_drawn(explanation.problem, options, number), width="stretch", alt=views.words("export_as.preview"))


@lru_cache(maxsize=64)
def _drawn(problem: Problem, options: export.Options, number: int) -> bytes:
    return export.preview((explain(problem), options), number)


def _options(suffix: str) -> export.Options:
    theme, size, steps, transparent = st.context.theme.type or "light", "1080", False, False
    if suffix in PICTURES:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            size = st.selectbox(views.words("export_as.size"), export.SIZES, key="export.size", width=150)
            theme = st.segmented_control(
                views.words("export_as.theme"),
                ("light", "dark"),
                format_func=lambda name: views.words(f"export_as.{name}"),
                default=theme,
                required=True,
                key="export.theme",
            )
        with st.container(horizontal=True):
            steps = st.toggle(views.words("export_as.steps"), key="export.steps")
            transparent = st.toggle(views.words("export_as.transparent"), key="export.transparent")
    base = export.base_url() or (st.context.url or "").rpartition("/")[0]
    return export.Options(str(theme), size, session.language(), steps, transparent, base)
