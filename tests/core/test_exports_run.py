"""Every script runs to its end: the numbers are asserted, or a sentence says what is undefined."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from core import address as share
from core import export
from core.kinds import explain, subject
from core.problem import ProblemError

EDGES = json.loads((Path(__file__).parents[1] / "cases" / "edges.json").read_text(encoding="utf-8"))
ADDRESSES = [
    *(case["address"] for case in EDGES),
    "/vjp?f=x^y&at=x:123456789/1000,y:9999",
    "/vjp?f=max(log(x),1)&at=x:-1",
    "/vjp?f=where(sqrt(x)>1,x,2*x)&at=x:-3",
    "/vjp?f=abs(asin(x));x&at=x:2&v=0,1",
    "/vjp?f=x/x;1/x&at=x:0",
    "/vjp?f=atan2(y,x)&at=x:0,y:0",
    "/vjp?f=sign(log(x))&at=x:0",
    "/chain?f=log(x);x&g=relu(y1);y2^2&at=x:-1",
    "/chain?f=x^2;x&g=y1^(300*y2)&at=x:123/100",
    "/chain?f=sin(x)&g=sqrt(y1)&at=x:pi",
    "/chain?f=x&g=1/y1&at=x:0",
]


def script(address: str, suffix: str = ".py") -> str | None:
    """The script of an address, None where the problem is refused."""
    decoded = share.decode(address)
    try:
        told = [subject(explain(decoded.problem))]
    except ProblemError:
        return None
    return export.export(told, suffix, [export.Options()])[0].decode()


def printed(source: str) -> str:
    """What a script prints; an exception is a failure."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_script_of_an_edge_runs_to_its_end(address):
    if source := script(address):
        assert "agree" in printed(source).splitlines()[-1]


@pytest.mark.parametrize("address", ADDRESSES[-11:])
def test_the_notebook_of_an_edge_runs_to_its_end(address):
    cells = json.loads(script(address, ".ipynb"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "agree" in printed(source).splitlines()[-1]


def test_a_script_of_a_point_without_a_value_says_so_and_ends_with_0(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(script("/vjp?f=relu(log(x))&at=x:-1"), encoding="utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert "SymPy has no number for this point" in done.stdout
    assert "not defined at this point: log(-1)" in " ".join(path.read_text(encoding="utf-8").replace("# ", "").split())


def test_no_power_of_thousands_of_digits_is_built():
    source = script("/vjp?f=(1%2Br/n)^(n*t)&at=r:0.05,n:365,t:30")
    assert max(map(len, printed(source).split())) < 100
    assert "SymPy, PyTorch and the slide agree." in printed(source)
