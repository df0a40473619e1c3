"""What is done in one go is the same as what Streamlit does one by one."""

from __future__ import annotations

import gc
import weakref
from collections import deque
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.components.v2.bidi_component import main as components
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata

from server import tuning


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tuned, and as it was again afterwards."""
    monkeypatch.setattr(config, "get_option", config.get_option)
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    monkeypatch.setattr(components, "make_bidi_component_presenter", components.make_bidi_component_presenter)
    monkeypatch.setattr(AppSession, "_call_soon_on_event_loop", AppSession._call_soon_on_event_loop)
    tuning.tune()


class Loop:
    """An event loop that is busy: what it is asked to call waits."""

    def __init__(self) -> None:
        self.asked: deque = deque()
        self.complaints: list[dict] = []

    def call_soon_threadsafe(self, callback) -> None:
        self.asked.append(callback)

    def call_exception_handler(self, told: dict) -> None:
        self.complaints.append(told)

    def run(self) -> None:
        while self.asked:
            self.asked.popleft()()


def test_events_arrive_in_their_order_and_wake_the_loop_once(tuned: None) -> None:
    loop, seen = Loop(), []
    session = SimpleNamespace(_event_loop=loop)

    def told(number: int) -> None:
        seen.append(number)
        if number == 3:  # tells more while it is being heard
            AppSession._call_soon_on_event_loop(session, lambda: told(70))

    for k in range(60):
        AppSession._call_soon_on_event_loop(session, lambda k=k: told(k))
    assert len(loop.asked) == 1
    loop.run()
    assert seen == [*range(60), 70]
    AppSession._call_soon_on_event_loop(session, lambda: told(80))
    loop.run()
    assert seen[-1] == 80


def test_an_event_that_fails_keeps_none_of_the_others_back(tuned: None) -> None:
    loop, seen = Loop(), []
    session = SimpleNamespace(_event_loop=loop)
    for callback in (lambda: seen.append(1), lambda: seen.append(1 // 0), lambda: seen.append(3)):
        AppSession._call_soon_on_event_loop(session, callback)
    loop.run()
    assert seen == [1, 3]
    assert isinstance(loop.complaints[0]["exception"], ZeroDivisionError)


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.dark.sidebar"])
def test_the_theme_says_what_it_would_have_said(section: str, request: pytest.FixtureRequest) -> None:
    plain = CustomThemeConfig()
    app_session._populate_theme_msg(plain.light, section)
    request.getfixturevalue("tuned")
    ours = CustomThemeConfig()
    for _ in range(2):
        ours = CustomThemeConfig()
        app_session._populate_theme_msg(ours.light, section)
    assert ours == plain
    assert ours.HasField("light") == plain.HasField("light")


def presented(state: SessionState) -> object:
    """What the session's state has of a component that has said v, and now tells of a move."""
    said = WidgetMetadata("events", lambda text: text, lambda value: value, "json_trigger_value")
    state._new_widget_state.set_widget_metadata(said)
    state._new_widget_state.set_from_value("events", [{"event": "moved", "value": 3}])
    return components.make_bidi_component_presenter("events", "component", None)({"v": [2, 1]}, state)


def test_what_a_component_says_is_the_same_as_before(request: pytest.FixtureRequest) -> None:
    before = presented(SessionState())
    request.getfixturevalue("tuned")
    assert presented(SessionState()) == before == {"v": [2, 1], "moved": 3}


def test_the_state_of_who_has_left_waits_for_no_collection_of_everything(tuned: None) -> None:
    state = SessionState()
    state._old_state["component"] = presented(state)
    state._old_state["draft"] = frozenset({1})
    there = weakref.ref(state._old_state["draft"])
    gc.collect()
    gc.freeze()  # as it is done now and then while a visitor is there
    try:
        del state
        assert there() is None
    finally:
        gc.unfreeze()
