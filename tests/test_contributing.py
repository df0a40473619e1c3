"""What CONTRIBUTING.md promises of a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPONENTS = sorted(path.parent for path in (ROOT / "pages" / "components").glob("*/__init__.py"))


@pytest.mark.parametrize("folder", COMPONENTS, ids=lambda folder: folder.name)
def test_every_component_has_its_module_and_its_sheet(folder: Path):
    assert re.search(rf'component\(\s*"{folder.name}"', (folder / "__init__.py").read_text("utf-8"))
    scripts = [script.read_text("utf-8") for script in (ROOT / "pages" / "static" / "js").rglob(f"{folder.name}.js")]
    assert any(re.search(r"^export [^\n]*\bshow\b", script, re.M) for script in scripts)
    assert (folder / f"{folder.name}.css").exists()
