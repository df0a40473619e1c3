"""What leaves the page: its link, its equations as text, and the state as a slide, a notebook or a script."""

from __future__ import annotations

from html import escape
from urllib.parse import urljoin

import streamlit as st

from core import export
from core.export.archive import archive
from core.export.qr import qr
from core.export.tex import piece_tex
from core.share import DEFAULTS
from core.typeset import equations
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


def share(page: str) -> None:
    """The link with its QR code, how to embed it, and the equations of the page as LaTeX and Markdown."""
    with st.popover(views.words("nav.share"), key="share", on_change="rerun") as popover:
        if not popover.open:
            return
        link = _absolute(session.address(page))
        st.caption(views.words("nav.share_help"))
        st.code(link, language="text", wrap_lines=True)
        st.image(qr(link), width=280, alt=views.words("share.qr"))
        if page in DEFAULTS:
            _embedding(page, link)
            _copies(page)


def _absolute(address: str) -> str:
    """An address as others can open it: on the host that the reader sees, or the one that is configured."""
    return urljoin(export.base_url() or st.context.url or "", address)


def _embedding(page: str, link: str) -> None:
    query = link.partition("?")[2]
    picture = urljoin(link, f"./export.png?page={page}&{query}")
    st.caption(views.words("share.embed"))
    st.code(f"[![Jacobian Lens](<{picture}>)](<{link}>)", language="text", wrap_lines=True)
    st.code(f'<a href="{escape(link)}"><img src="{escape(picture)}"></a>', language="text", wrap_lines=True)


def _copies(page: str) -> None:
    explanation, _ = views.explained(page)
    form = st.segmented_control(
        views.words("share.copy"), ("LaTeX", "Markdown"), default="LaTeX", required=True, key="share.form"
    )
    for piece in equations.main(explanation):
        text = piece_tex(piece, None)
        st.code(text if form == "LaTeX" else f"$$\n{text}\n$$", language="latex", wrap_lines=True)


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
    options = _options(suffix in PICTURES)
    if suffix in PICTURES:
        preview = export.Options(theme=options.theme, size=options.size, lang=options.lang, base=options.base)
        st.image(export.export(explanation, ".png", preview)[0], width="stretch", alt=views.words("export_as.preview"))
    files = export.export(explanation, f".{suffix}", options)
    data, name = (
        (files[0], f"{page}.{suffix}") if len(files) == 1 else (archive(page, f".{suffix}", files), f"{page}.zip")
    )
    mime = export.MIME[f".{suffix}"] if len(files) == 1 else "application/zip"
    st.download_button(
        views.words("export_as.download", name=name), data, name, mime, on_click="ignore", key="export.go"
    )


def _options(pictured: bool) -> export.Options:
    theme, size, steps = "light", "1080", False
    if pictured:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            size = st.selectbox(views.words("export_as.size"), export.SIZES, key="export.size", width=150)
            theme = st.segmented_control(
                views.words("export_as.theme"),
                ("light", "dark"),
                format_func=lambda name: views.words(f"export_as.{name}"),
                default=st.context.theme.type or "light",
                required=True,
                key="export.theme",
            )
        steps = st.toggle(views.words("export_as.steps"), key="export.steps")
    base = export.base_url() or (st.context.url or "").rpartition("/")[0]
    return export.Options(theme=str(theme), size=size, lang=session.language(), steps=steps, base=base)
