"""What README.md and CONTRIBUTING.md say is so: their tables, commands, names and paths."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import answer
from core.address import COMMON
from core.export import FORMATS
from core.kinds import KINDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"`([^`\n]+)`")


def section(text: str, title: str) -> str:
    """What stands under a heading."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_column(text: str) -> set[str]:
    """Everything quoted in the first cell of the rows of a table."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {name for cell in rows for name in QUOTED.findall(cell)}


def blocks(text: str, language: str = "") -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


# ── README ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_parameter_of_an_address_is_in_the_table_and_no_other():
    ours = {name for kind in KINDS.values() for name in kind.texts(kind.default)}
    assert first_column(section(README, "The address is the problem")) == {*ours, "h", "k", "lang", *COMMON}


def test_every_kind_has_an_address_in_the_examples():
    (lines,) = blocks(section(README, "The address is the problem"))
    assert {line.partition("?")[0].strip("/") for line in lines.splitlines()} >= set(KINDS)


def test_every_key_of_the_answer_is_in_the_answer():
    text = section(README, "The command line")
    (command, *_) = blocks(text, "sh")
    found, code = answer(shlex.split(command)[4])
    assert code == 0
    assert first_column(text) <= found.keys()


def test_every_key_of_the_answer_to_matrices_is_in_the_answer():
    text = section(README, "The command line").partition("\n`tensor` answers ")[2].partition("\n\n")[0]
    found, code = answer("/tensor?f=softmax(x@W)&x=1,2;3,4&batch=x")
    named = {name for name in QUOTED.findall(text) if re.fullmatch(r"[a-z_]+", name)}
    assert code == 0
    assert {"grads", "blocks", "vmap"} < named
    assert named <= {*found, *found["batch"], *found["tape"][-1], *found["tape"][-1]["sent"][0]}


def test_the_suffixes_are_those_of_the_exporters():
    line = next(line for line in README.splitlines() if line.startswith("python -m core export"))
    assert set(re.findall(r"(?<=\s)\.\w+", line.partition("#")[2])) == set(FORMATS)


PASTED = {"cell.py": "x = torch.tensor([1., 2.])\ny = torch.sin(x[0]) * x[1]\n", "m.txt": "1\t2\n3\t4\n"}


@pytest.mark.parametrize("command", "".join(blocks(section(README, "The command line"), "sh")).splitlines())
def test_every_command_runs_as_it_stands(command: str, tmp_path: Path):
    for name, text in PASTED.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    _, *arguments = shlex.split(command, comments=True)
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_tree_names_every_folder():
    (tree,) = blocks(section(README, "How it is built"))
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_", "node_"))}
    rooms = {path.name for path in (ROOT / "core").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert set(re.findall(r"(?<![\w/])(\w+)/", tree)) == folders | rooms


def test_every_benchmark_that_gave_a_figure_is_there():
    named = re.findall(r"\(`(\w+)`\)", section(README, "How fast it is"))
    assert named
    assert all((ROOT / "benchmarks" / f"{name}.py").exists() for name in named)


# ── Both ─────────────────────────────────────────────────────────────────────────────────────────────────

PATHS = re.compile(r"(?:app\.py|(?:core|pages|server|tests|benchmarks|docs|deploy|\.ci)/[\w./<>-]*)")


@pytest.mark.parametrize(
    "path", sorted({path for text in (README, CONTRIBUTING) for path in QUOTED.findall(text) if PATHS.fullmatch(path)})
)
def test_every_path_exists(path: str):
    pattern = re.sub(r"<\w+>", "*", path)
    assert list(ROOT.glob(pattern)), path


# ── CONTRIBUTING: a recipe ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", sorted({name for name in QUOTED.findall(CONTRIBUTING) if re.fullmatch(r"core(\.\w+)+", name)})
)
def test_every_name_of_a_recipe_exists(name: str):
    module, _, attribute = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ImportError:
        assert hasattr(importlib.import_module(module), attribute)


def test_there_are_six_recipes_and_each_names_the_test_that_keeps_it():
    recipes = re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", CONTRIBUTING, re.M | re.S)
    assert len(recipes) >= 6
    for title, text in recipes:
        named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", text)
        assert named, f"{title}: no test"
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{title}: {path}::{test}"
