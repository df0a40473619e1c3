"""What leaves the page: its link, its equations as text, and the state as a slide, a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from html import escape

import streamlit as st

from core import export
from core.address import View, host
from core.export.kept import Kept
from core.export.qr import qr
from core.export.tex import piece_tex
from core.export.turns import Visitors
from core.kinds import KINDS, Subject, subject
from core.kinds.kind import Explanation
from core.kinds.matmul import equations
from core.kinds.matmul.explanation import MatmulExplanation
from core.notation.python import python
from core.notation.tree import Piece
from core.problem import ProblemError
from pages.shared import session, views

FORMS: dict[str, Callable[[Piece], str]] = {
    "LaTeX": lambda piece: piece_tex(piece, None),
    "Markdown": lambda piece: f"$$\n{piece_tex(piece, None)}\n$$",
    "Python": python,
}
_visitors = Visitors()
_previews = Kept(count=256, size=32 << 20)
PROJECTED = 640  # pixels: what a projector of 1080 lines shows whole


@session.part
def share(page: str) -> None:
    """The link with its QR code, how to embed it, and the equations of the page as text."""
    if session.projected():
        link = _absolute(session.address(page, view=session.projected_view()))
        st.dialog(views.words("share.qr"), width="large")(_projected)(link)
    with st.popover(views.words("nav.share"), key="share", on_change="rerun") as popover:
        if not popover.open:
            return
        st.caption(views.words("nav.share_help"))
        view = _chosen_view() if page in KINDS else View()
        link = _absolute(session.address(page, view=view))
        st.code(link, language="text", wrap_lines=True)
        if _code(link, 280):
            st.button(views.words("share.large"), key="share.large", on_click=session.project, args=(view,))
        if page in KINDS:
            _embedding(page, link)
            with views.answer("copies"):
                _copies(page)


def _chosen_view() -> View:
    """How whoever opens the link sees the page."""
    guess = st.toggle(views.words("share.guess"), session.guessing(), key="share.guess")
    return replace(session.place(), guess=guess)


def _projected(link: str) -> None:
    """The code as large as the window has room for, to be read from the back row."""
    with st.container(horizontal_alignment="center", key="projected"):
        _code(link, PROJECTED)
        st.code(link, language="text", wrap_lines=True)


def _code(link: str, width: int) -> bool:
    """The QR code of a link, or in one sentence why there is none."""
    if drawn := qr(link):
        st.image(drawn, width=width, alt=views.words("share.qr"))
    else:
        views.hint("share.no_qr")
    return bool(drawn)


def _base() -> str:
    """Where others find the app: what is configured, else what the reader's browser says; "" if that is no host."""
    with suppress(ProblemError):
        return export.base_url() or host(st.context.url or "")
    return ""


def _absolute(address: str) -> str:
    """An address as others can open it, below the path at which the app stands."""
    base, relative = _base(), address.removeprefix("./")
    return f"{base}/{relative}" if base else relative


def _embedding(page: str, link: str) -> None:
    picture = _absolute(f"export.png?page={page}&{link.partition('?')[2]}")
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
    equations_ = subject(explanation).equations()
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


@session.part
def export_as(page: str) -> None:
    """A file of what is on screen: format, size and theme, a preview, and one download."""
    with st.popover(views.words("nav.export"), key="export", on_change="rerun") as popover:
        if popover.open:
            _choices(page)


def _choices(page: str) -> None:
    explanation, refusal = views.explained(page)
    if refusal:
        views.error(refusal)
        return
    suffix = st.selectbox(
        views.words("export_as.format"),
        export.FORMATS,
        format_func=lambda suffix: export.FORMATS[suffix].name,
        key="export.format",
    )
    chosen = export.FORMATS[suffix]
    options = _options(chosen)
    if suffix == ".png":
        try:
            export.affordable(subject(explanation).count(options.steps), options)
        except ProblemError as refusal:
            views.error(refusal)
            return
    with views.answer("preview"):
        _preview(explanation, suffix, options)
    exported = subject(explanation)
    visitor = session.visitor()  # the file is made in another thread, which knows no session
    several = options.steps and chosen.sheets
    name, mime = (f"{page}.zip", "application/zip") if several else (f"{page}{suffix}", chosen.mime)
    st.download_button(
        views.words("export_as.download", name=name),
        lambda: _file(visitor, page, exported, suffix, options),  # made when it is asked for, not at every change
        name,
        mime,
        on_click="ignore",
        key="export.go",
    )


def _file(visitor: str, page: str, exported: Subject, suffix: str, options: export.Options) -> bytes:
    with _visitors.one(visitor):
        return export.one_file(page, exported, suffix, options)


def _preview(explanation: Explanation, suffix: str, options: export.Options) -> None:
    """The slide, any of the steps, or the source text."""
    if not export.FORMATS[suffix].drawn:
        text = export.export(subject(explanation), suffix, options)[0].decode()
        st.code(text, language=export.FORMATS[suffix].language, height=300, wrap_lines=True)
        return
    number = count = subject(explanation).count(options.steps)
    if count > 1:
        number = st.slider(views.words("export_as.slide"), 1, count, 1, key="export.slide")
    try:
        picture = _drawn(explanation, options, number)
    except ProblemError as refusal:
        views.error(refusal)
        return
    st.image(picture, width="stretch", alt=views.words("export_as.preview"))


def _drawn(explanation: Explanation, options: export.Options, number: int) -> bytes:
    """A preview; what was drawn before costs nothing. The host in ``options`` is the reader's, so it is in the key."""
    key = explanation.problem, options, number
    if kept := _previews.get(key):
        return kept
    with _visitors.one(session.visitor()):
        return _previews.put(key, export.preview((subject(explanation), options), number))


def _options(chosen: export.Format) -> export.Options:
    theme, size, steps, transparent = st.context.theme.type or "light", "1080", False, False
    if chosen.drawn:
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
    return export.Options(str(theme), size, session.language(), steps, transparent, _base())
