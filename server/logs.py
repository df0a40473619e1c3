"""What the log says: where something went wrong, and under which number its visitor was told; nothing that was typed.

The text of an exception may quote what a visitor typed. Its type and the lines it passed through are enough to mend it.
"""

from __future__ import annotations

import logging
import threading
import traceback
from secrets import token_hex

from core.allowance import Allowance
from server.metrics import failures

BURST, RATE = 100, 0.5  # lines of the log that one line of code may write at once, and then every second

log = logging.getLogger("jacobian_lens")


class Discreet(logging.Filter):
    """Keeps the type and the lines of an exception, and drops its words; and one place fills no disk."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = Allowance(BURST, RATE)

    def filter(self, record: logging.LogRecord) -> bool:
        if not self.lines.take(f"{record.name}:{record.lineno}"):
            return False
        if record.exc_info and record.exc_info[1]:
            record.msg, record.args = f"{record.getMessage()}: {described(record.exc_info[1])}", ()
            record.exc_info = record.exc_text = None
        return True


def described(error: BaseException) -> str:
    """``KeyError at core/kinds/derived.py:20 in derive, called from …``: the innermost line first."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in reversed(frames)]
    return f"{type(error).__name__} at {' < '.join(places[:12])}"


def _short(filename: str) -> str:
    return "/".join(filename.split("/")[-3:])


def failed(error: BaseException) -> str:
    """Logs an error under a new number, which is returned so that the visitor can be told."""
    number = token_hex(4)
    failures[type(error).__name__] += 1
    log.error("failure %s: %s", number, described(error))
    return number


def quiet() -> None:
    """From now on nobody writes the words of an exception; Streamlit's own report of one is not needed twice."""
    threading.excepthook = lambda told: log.error("in a thread: %s", described(told.exc_value or told.exc_type()))
    logging.getLogger("streamlit.error_util").disabled = True
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        handler.addFilter(Discreet())
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        log.addHandler(handler)
        log.propagate = False
