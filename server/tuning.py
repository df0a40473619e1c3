"""What Streamlit 1.67 does for every message or every run, and need not: done once, or in one go.

With thirty visitors the settings alone were a quarter of the time of all threads: Streamlit asks for them at every
message, under one lock, writes the whole theme at every run, and wakes its event loop for each of seventy messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

from streamlit import config
from streamlit.components.v2.bidi_component import main as components
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession


def tune() -> None:
    """To be called once, when the server has been configured."""
    _settings_are_read_once()
    _the_theme_is_written_once()
    _events_go_together()
    _what_a_component_says_is_only_read()


def _settings_are_read_once() -> None:
    config.get_option = cache(config.get_option)


def _the_theme_is_written_once() -> None:
    write = app_session._populate_theme_msg

    @cache
    def theme(section: str) -> CustomThemeConfig:
        written = CustomThemeConfig()
        write(written, section)
        return written

    def copied(msg: CustomThemeConfig, section: str = "theme") -> None:
        if theme(section).ByteSize():  # a part that says nothing must not be there at all
            msg.MergeFrom(theme(section))

    app_session._populate_theme_msg = copied


def _events_go_together() -> None:
    """What a run tells while the event loop is busy is handed over in one go, in its order."""
    wake = AppSession._call_soon_on_event_loop

    def later(session: AppSession, callback: Callable[[], None]) -> None:
        waiting: deque[Callable[[], None]] = session.__dict__.setdefault("_lens_waiting", deque())
        waiting.append(callback)
        if len(waiting) == 1:  # else the loop knows, and takes this one too
            wake(session, lambda: _hand_over(session, waiting))

    AppSession._call_soon_on_event_loop = later  # type: ignore[method-assign,assignment]


def _hand_over(session: AppSession, waiting: deque[Callable[[], None]]) -> None:
    """Each is taken away after it was called, so that whoever comes meanwhile does not wake the loop."""
    while waiting:
        try:
            waiting[0]()
        except Exception as error:  # as the loop does with a callback of its own: the others are called all the same
            session._event_loop.call_exception_handler({"message": "a run's event", "exception": error})
        finally:
            waiting.popleft()


def _what_a_component_says_is_only_read() -> None:
    """A plain dict in the session's state, for we never write there.

    Streamlit puts an object of a class of its own there, made for each component at each run, that refers to the state:
    a cycle, by which the state of everybody who has left waits for a collection of everything.
    """
    make = components.make_bidi_component_presenter  # type: ignore[attr-defined]

    def presenter(*ids: Any) -> Callable[[object, Any], object]:
        present = make(*ids)

        def plain(value: object, state: Any) -> object:
            shown = present(value, state)
            return dict(shown) if isinstance(shown, dict) else shown

        return plain

    components.make_bidi_component_presenter = presenter  # type: ignore[attr-defined,assignment]
