"""docs/operators.md says what is true."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
import yaml

from benchmarks.replicas import DEPLOY
from benchmarks.serving import ROOT
from core.export.options import URL_VARIABLE
from server import guard, pictures
from server.environment import PREFIX, READERS, Environment

GUIDE = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
METRICS = (ROOT / "server" / "metrics.py").read_text(encoding="utf-8")


def section(title: str) -> str:
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_variable_is_in_the_table_and_no_other() -> None:
    named = [re.sub("`", "", row[0]) for row in rows("Settings")]
    assert sorted(named) == sorted([URL_VARIABLE, *(PREFIX + name.upper() for name in READERS)])
    assert set(READERS) == {field.name for field in fields(Environment)}


def test_what_a_variable_is_when_left_out_is_what_the_app_takes() -> None:
    """A number is that number; words stand for what is empty."""
    otherwise = {re.sub("`", "", row[0]): row[2] for row in rows("Settings")}
    for name in READERS:
        default, told = getattr(Environment(), name), otherwise[PREFIX + name.upper()]
        assert told == f"{default:g}" if isinstance(default, int | float) else not default and not told.isdigit()


def test_the_limits_are_those_of_the_app_and_of_nginx() -> None:
    told = "\n".join(row[0] for row in rows("Limits, and what a visitor sees"))
    for limit in (
        f"{Environment().sockets} pages of one address, {Environment().sessions:,} of all",
        f"{guard.RATE:g} messages a second on one page, {guard.BURST:g} at once",
        f"{guard.LARGEST // 1024} KB a message",
        f"{pictures.BURST} new pictures at once",
    ):
        assert limit in told
    conf = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r"(\d+) requests at once, then (\d+) a second, of one cookie; ([\d,]+) and (\d+) of one", told)
    assert found
    burst, rate, address_burst, address_rate = (number.replace(",", "") for number in found.groups())
    assert f"zone=visitor:4m rate={rate}r/s" in conf
    assert f"zone=address:4m rate={address_rate}r/s" in conf
    assert set(re.findall(r"zone=visitor burst=(\d+)", conf)) == {burst}
    assert set(re.findall(r"zone=address burst=(\d+)", conf)) == {address_burst}
    assert set(re.findall(r"limit_conn visitor_open (\d+)", conf)) == set(re.findall(r"(\d+) open pages of one", told))


def test_every_figure_that_is_named_is_one_of_the_apps() -> None:
    for name in set(re.findall(r"\blens_(?!replica)\w+", GUIDE)):
        stem = re.sub(r"_(total|bucket|sum|count)$", "", name)
        assert f'"{stem}"' in METRICS or stem.startswith("lens_workers_"), name
    assert set(re.findall(r"`(\w+)`", re.search(r"by reason \((.*?)\)", GUIDE)[1])) == refusals()


def refusals() -> set[str]:
    """The reasons for which the server refuses, as its sources name them."""
    source = "".join((ROOT / "server" / name).read_text(encoding="utf-8") for name in ("guard.py", "listener.py"))
    found = re.findall(r'refused\["(\w+)"\] \+=|_refuse\(.*, "(\w+)", \d|_close\([A-Z_]+, "(\w+)"\)', source)
    return {name for names in found for name in names if name}


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
def test_what_is_to_be_copied_can_be_read(block: str) -> None:
    assert yaml.safe_load(block)


def test_there_are_three_alerts_and_each_says_what_is_wrong() -> None:
    (groups,) = [
        told
        for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
        if "groups" in (told := yaml.safe_load(block))
    ]
    rules = groups["groups"][0]["rules"]
    assert len(rules) == 3
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in rules)


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"deploy/[\w@.-]+\w", GUIDE + (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert len(named) >= 8
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_heading_of_the_contents_is_there() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.*)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", GUIDE)) == headings


def test_the_commands_of_the_table_of_students_are_understood() -> None:
    from benchmarks.load import arguments

    commands = [re.search(r"`python -m benchmarks.load (.*?)`", row[2])[1] for row in rows("How many students")]
    chosen = [arguments(command.split()) for command in commands]
    assert [each.sessions for each in chosen] == [int(row[0].partition(",")[0]) for row in rows("How many students")]
