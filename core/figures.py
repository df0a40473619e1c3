"""Plotly's part: the script that draws surfaces in the browser, as the plotly wheel carries it.

Figures are made in the browser, from the trees of core/kinds/vector/geometry.py, so that they can follow a drag.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def script() -> bytes:
    """plotly.min.js (4.8 MB)."""
    package = find_spec("plotly")  # not imported: Python draws no figure
    assert package
    assert package.origin
    return (Path(package.origin).parent / "package_data" / "plotly.min.js").read_bytes()
