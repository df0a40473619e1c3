"""What CONTRIBUTING.md promises of a picture."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPONENTS = sorted(path.parent for path in (ROOT / "pages" / "components").glob("*/__init__.py"))


@pytest.mark.parametrize("folder", COMPONENTS, ids=lambda folder: folder.name)
def test_every_component_has_its_module_and_its_sheet(folder: Path):
    calls = [
        node for node in ast.walk(ast.parse((folder / "__init__.py").read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    (call,) = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "component"]
    name, _, module = (argument.value for argument in call.args if isinstance(argument, ast.Constant))
    assert name == folder.name
    script = ROOT / "pages" / "static" / "js" / f"{module}.js"
    assert re.search(r"^export const component = ", script.read_text("utf-8"), re.M)
    assert (folder / f"{folder.name}.css").exists()
