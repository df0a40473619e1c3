"""What is tidied up when nobody waits."""

from __future__ import annotations

import gc
import threading
import weakref
from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from server import preload


class Session:
    """What is stored of a visitor who has left."""

    id = "a visitor"


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> MemorySessionStorage:
    """Streamlit's, with a clock that the test sets."""
    kept = MemorySessionStorage(ttl_seconds=120)
    manager = WebsocketSessionManager(kept, None, None, None)  # type: ignore[arg-type]
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    return kept


def test_who_cannot_come_back_any_more_is_let_go_though_nobody_else_leaves(
    storage: MemorySessionStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(storage._cache, "_timer", lambda: now)
    session = Session()
    there = weakref.ref(session)
    storage.save(SessionInfo(client=None, session=session))  # type: ignore[arg-type]
    del session
    now = 119.0
    assert not preload._let_go()
    assert storage.get("a visitor") is not None
    now = 120.0
    assert preload._let_go()
    gc.collect()
    assert there() is None
    assert not preload._let_go()


def test_nobody_is_let_go_before_there_is_a_server() -> None:
    assert not runtime.exists()
    assert not preload._let_go()


def test_what_is_let_go_is_collected_though_nothing_has_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, collected, looks = threading.Event(), list[bool](), iter((True, False, False))

    def let_go() -> bool:
        gone = next(looks, None)
        if gone is None:
            ended.set()
        return bool(gone)

    for name, value in {"CHECKS": 0, "QUIET": -1, "THOROUGHLY": -1, "_let_go": let_go}.items():
        monkeypatch.setattr(preload, name, value)
    monkeypatch.setattr(preload, "_collect", lambda thoroughly: collected.append(thoroughly))
    preload._tidy(ended)
    assert collected == [True]
