"""The log says where something failed, and nothing of what was typed."""

from __future__ import annotations

import logging

from server.logs import Discreet, described, failed

SECRET = "what-a-visitor-typed"


def failure() -> Exception:
    try:
        {}[SECRET]
    except KeyError as error:
        return error
    raise AssertionError


def test_a_failure_is_told_by_its_type_and_its_lines() -> None:
    said = described(failure())
    assert said.startswith("KeyError at tests/server/test_logs.py:")
    assert "in failure" in said
    assert SECRET not in said


def test_the_number_that_a_visitor_is_told_stands_in_the_log(caplog) -> None:
    with caplog.at_level(logging.ERROR, "jacobian_lens"):
        logging.getLogger("jacobian_lens").propagate = True
        number = failed(failure())
    assert number in caplog.text
    assert SECRET not in caplog.text


def test_one_place_fills_no_disk() -> None:
    discreet = Discreet()
    record = logging.LogRecord("x", logging.ERROR, "", 1, "again", (), None)
    other = logging.LogRecord("x", logging.ERROR, "", 2, "something else", (), None)
    written = [discreet.filter(record) for _ in range(1000)]
    assert sum(written) < 200
    assert discreet.filter(other)


def test_a_message_of_somebody_else_keeps_its_own_words_and_loses_the_exception_s() -> None:
    error = failure()
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Error in %s", ("a frame",), (type(error), error, None))
    assert Discreet().filter(record)
    text = logging.Formatter("%(message)s").format(record)
    assert text.startswith("Error in a frame: KeyError at")
    assert SECRET not in text
