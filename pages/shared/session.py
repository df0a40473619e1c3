"""The only module that touches session_state and query_params: the canonical state of one visitor.

For each page the state holds the *draft*, exactly as typed, and the last *sound* problem that could be read. The
address always shows the sound one, so a link is never broken; the fields always show the draft, so nothing typed
is ever lost.

The address is decoded on the first run of a session, when the visitor goes back or forward, and when another page
is opened with parameters; otherwise the session is the truth. (A rule like "decode when the address differs from
what was written last" loses the first of two quick edits, because the second arrives with the address of before
the first.)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, cast
from urllib.parse import unquote

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import address as share
from core.kinds import KINDS, complete, explain
from core.kinds.chain.problem import ChainProblem
from core.kinds.kind import Problem
from core.kinds.vector.edits import unfolded
from core.kinds.vector.problem import VectorProblem
from core.parameters import LANGUAGES, parameters
from core.problem import ProblemError
from core.turns import showing

P = ParamSpec("P")
Edit = Callable[[Any, str], Problem]  # a draft and what was typed into a field of it -> the next draft
PAGES = ("home", *KINDS)


_language: ContextVar[str] = ContextVar("language")  # of the run; asked for a hundred times in each


def language() -> str:
    """The reader's language."""
    return _language.get(None) or arrive()


def arrive() -> str:
    """The language of a run that begins: chosen by the address, else kept, else the browser's."""
    query = _parameters()
    if query.get("lang") in LANGUAGES and _arriving():
        st.session_state.lang = query["lang"]
    elif "lang" not in st.session_state:
        st.session_state.lang = "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
    chosen: str = st.session_state.lang
    _language.set(chosen)
    return chosen


def follow(page: str) -> None:
    """Brings state and address into step: decodes the address of an arriving visitor, writes that of others."""
    if "drafts" not in st.session_state:
        defaults = {name: kind.default for name, kind in KINDS.items()}
        st.session_state.drafts = dict(defaults)
        st.session_state.sound = dict(defaults)
        st.session_state.shown = dict(defaults)
        st.session_state.address_errors = ()
        st.session_state.unread = frozenset()
    st.session_state.first_run = "page" not in st.session_state
    st.session_state.refused = {}
    given = _parameters().keys() if st.session_state.get("page") != page else set()
    opened = given - {"lang", "", *share.COMMON}
    if _arriving() or "guess" in given:
        st.session_state.guessing = share.view_of(_parameters()).guess
    if (_arriving() or opened) and page in KINDS:
        decoded = share.read_query(page, _query())
        st.session_state.address_errors = decoded.errors
        drafted = decoded.problem
        _accept(page, unfolded(drafted) if isinstance(drafted, (VectorProblem, ChainProblem)) else drafted)
        _clear_fields(page)
        if len(_query()) > share.MAX_QUERY:
            st.session_state.unread |= {page}  # what has not been read at all is not lost either
    st.session_state.page = page
    if page not in st.session_state.unread:
        _write(page)


def visitor() -> str:
    """Who is looked after in this thread; "" for nobody in particular."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def problem(page: str) -> Problem:
    """What the reader typed, readable or not."""
    return cast(Problem, st.session_state.drafts[page])


def sound(page: str) -> Problem:
    """The last problem of the page that could be read."""
    return cast(Problem, st.session_state.sound[page])


def shown(page: str) -> Problem:
    """The last problem of the page that could be explained."""
    return cast(Problem, st.session_state.shown[page])


def remember(page: str) -> None:
    """The present problem could be explained."""
    st.session_state.shown[page] = problem(page)


def refuse(page: str, refusal: ProblemError) -> None:
    """The present problem could not be explained."""
    st.session_state.refused[page] = (problem(page), refusal)


def refused(page: str) -> ProblemError | None:
    """Why the present problem could not be explained, if that has been tried in this run: a time-out takes seconds."""
    tried, refusal = st.session_state.refused.get(page, (None, None))
    return refusal if tried == problem(page) else None


def address_errors() -> tuple[ProblemError, ...]:
    """Parameters of the address that could not be used."""
    return cast(tuple[ProblemError, ...], st.session_state.address_errors)


def change(page: str, draft: Problem) -> None:
    """A new draft, from a widget's callback; it becomes the sound problem too if it can be read."""
    st.session_state.address_errors = ()
    _accept(page, draft)


def replace_all(page: str, draft: Problem) -> None:
    """A new draft that does not come from the fields, which are therefore filled anew."""
    change(page, draft)
    _clear_fields(page)


def project(view: share.View) -> None:
    """A callback: the reader wants the code of the link as large as the window; what lies over it closes."""
    st.session_state.share = False
    st.session_state.projected = True
    st.session_state.projected_view = view


def projected() -> bool:
    """Whether the reader has just asked for the code."""
    return bool(st.session_state.pop("projected", False))


def projected_view() -> share.View | None:
    """How whoever reads the code is to see the page."""
    return st.session_state.get("projected_view")


def put(view: share.View) -> None:
    """Where the reader is on the page, as their browser says when a link is wanted."""
    st.session_state.place = (st.session_state.page, view)


def place() -> share.View:
    """Where the reader is on this page, as far as it is known."""
    page, view = st.session_state.get("place", ("", share.View()))
    return view if page == st.session_state.page else share.View()


def guessing() -> bool:
    """Whether the answer is covered until the reader has said what it is."""
    return bool(st.session_state.guessing)


def guess(wanted: bool) -> None:
    """The reader wants to guess, or no more."""
    st.session_state.guessing = wanted


def field(page: str, name: str, text: str, edit: Edit) -> dict[str, Any]:
    """Keyword arguments that tie a text widget to the draft: its key, and a callback for what was typed.

    ``edit`` makes the next draft of the one that there is when the callback comes: two quick edits may come together.

    The widget's value is only written where it is not the draft's already: what is written in a run outlives the run,
    and would hide an edit by which the run is interrupted.
    """
    key = f"{page}.{name}"
    arguments = {"key": key, "on_change": lambda: change(page, edit(problem(page), _typed(key)))}
    if anew() and key not in st.session_state:
        return arguments | {"value": text}
    if st.session_state.get(key) != text:
        st.session_state[key] = text
    return arguments


def several(page: str, name: str, chosen: list[str], edit: Callable[[Any, list[str]], Problem]) -> dict[str, Any]:
    """Keyword arguments that tie a widget of several choices to the draft: its key, and a callback."""
    key = f"{page}.{name}"
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen
    return {"key": key, "on_change": lambda: replace_all(page, edit(problem(page), list(st.session_state[key])))}


def part(function: Callable[P, None]) -> Callable[P, None]:
    """A part of a page that runs on its own when something in it changes, in its own turn."""

    @st.fragment
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with showing:
            function(*args, **kwargs)

    return run


def anew() -> bool:
    """Whether this is a session's first run, in which what a browser has sent before means nothing yet."""
    return bool(st.session_state.get("first_run"))


def resume(page: str, typed: str, text: str, edit: Edit) -> None:
    """Takes what a field holds for an edit, where the session is new and the field is not.

    A browser that comes back after a restart, or from another server, brings what its fields hold. Streamlit calls no
    callback in a session's first run, so what was typed meanwhile would stand there and mean nothing.
    """
    if anew() and typed != text:
        change(page, edit(problem(page), typed))
        st.rerun()


def _typed(key: str) -> str:
    """What stands in a text widget, as much of it as a link could hold: what is longer was typed by nobody."""
    return str(st.session_state[key])[: share.MAX_QUERY]


def component(key: str, name: str, store: Callable[[Any], None]) -> dict[str, Any]:
    """Keyword arguments that tie a browser component to the draft: its key, and a callback for what it sends."""

    def received() -> None:
        st.session_state.alive = True
        store(sent(key, name))

    return {"key": key, f"on_{name}_change": received}


def alive() -> bool:
    """Whether a browser component of this visitor has been heard of, so that no plain form is needed beside it."""
    return bool(st.session_state.get("alive", False))


def sent(key: str, name: str) -> Any:
    """What a browser component has sent last, None before that. It may be anything: a browser is not to be trusted."""
    return st.session_state.get(key, {}).get(name)


def address(page: str, lang: str | None = None, view: share.View | None = None) -> str:
    """The link to a page in its present state, relative to the app; ``view``: as it is to be looked at."""
    lang = lang or language()
    if page not in KINDS:
        return f"./?lang={lang}"
    shared = problem(page) if page in st.session_state.unread else sound(page)
    return share.encode(shared, lang, view or share.View(guessing())).removeprefix("/")


def _query() -> str:
    """The query as it stands in the address; st.query_params has lost which spaces were a +."""
    context = get_script_run_ctx()
    return context.query_string if context else ""


def _parameters() -> dict[str, str]:
    return parameters(_query()[: share.MAX_QUERY])


def _view() -> share.View:
    """How the page is looked at. All but the guessing is the browser's (kit/place.js): it stays as it came."""
    return replace(share.view_of(_parameters()), guess=guessing())


def _arriving() -> bool:
    context = get_script_run_ctx()
    return "page" not in st.session_state or bool(context and context.is_history_navigation)


def _accept(page: str, draft: Problem) -> None:
    """``unread`` holds the pages whose link has not been readable yet: it stays in the address bar as it came."""
    st.session_state.drafts[page] = draft
    try:
        st.session_state.sound[page] = complete(draft)
    except ProblemError as refusal:  # the page tells why, next to the field
        if _arriving() or st.session_state.get("page") != page:
            st.session_state.unread |= {page}
            with suppress(ProblemError):  # a link with a bad v still shows its own functions
                explain(near := KINDS[page].nearest(draft, refusal.field))
                st.session_state.shown[page] = near
    else:
        st.session_state.unread -= {page}


def _clear_fields(page: str) -> None:
    for key in [key for key in st.session_state if str(key).startswith(f"{page}.")]:
        del st.session_state[key]


def _write(page: str) -> None:
    """Puts the state into the address bar. st.query_params would escape all of it: f=2%2Ax1%2Bx2%5E2%3B…"""
    context = get_script_run_ctx()
    query = address(page, view=_view()).partition("?")[2]
    if context is None or query == context.query_string or unquote(query) == unquote(context.query_string):
        return
    message = ForwardMsg()
    message.page_info_changed.query_string = query
    context.query_string = query
    context.enqueue(message)
