"""Where a link leads: its host is a host or refused, and no file that carries a link carries anything else."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core import address as share
from core import wording as words
from core.export import FORMATS, URL_VARIABLE, Options, base_url, export
from core.export.qr import qr
from core.kinds import KINDS, explain, subject
from core.kinds.vector.problem import VectorProblem
from core.problem import ProblemError

READS = [
    ("http://127.0.0.1:8501/vjp?f=x", "http://127.0.0.1:8501"),
    ("https://lens.example.edu/lens/vjp?f=x", "https://lens.example.edu/lens"),
    ("https://lens.example.edu/a/b/", "https://lens.example.edu/a/b"),
    ("HTTPS://lens.example.edu/vjp", "https://lens.example.edu"),
    ("http://[::1]:8501/chain", "http://[::1]:8501"),
    ("https://xn--fiqs8s.example/~me/vjp#x", "https://xn--fiqs8s.example/~me"),
    ("/vjp?f=x", ""),
    ("vjp?f=http://x.example", ""),
    ("ftp://x.example/vjp", ""),
]
REFUSES = [
    r"http://x}\input{/etc/passwd}/vjp?f=x",
    "http://x<script>alert(1)</script>/vjp?f=x",
    "http://x]( y/vjp",
    "http://user:secret@x.example/vjp",
    "http://x.example:port/vjp",
    "http://x.example:123456/vjp",
    "http:///vjp?f=x",
    "http://x y/vjp",
    "http://x\n%0A/vjp",
    "http://[/vjp",
    "http://[x]/vjp",
    "http://x/$(id)/vjp",
    "http://x/a//b/vjp",
    "http://x../vjp",
    "http://линза.example/vjp",
    "http://" + "x" * 5_000 + "/vjp",
]
HOSTILE = "http://x}\\input{y}$`<script>&\"'\n#%^_~|[a](b)"


@pytest.mark.parametrize(("address", "host"), READS)
def test_a_host_is_what_stands_before_the_page(address: str, host: str) -> None:
    assert share.host(address) == host


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize("address", REFUSES)
def test_anything_that_is_no_host_is_refused_by_its_name(address: str, lang: str) -> None:
    with pytest.raises(ProblemError) as refused:
        share.host(address)
    assert refused.value.code == "bad_host"
    message = words.explain_error(lang, refused.value)
    assert address[:6] in message
    assert len(message) < 200


def test_the_command_line_writes_no_file_for_such_a_link(tmp_path: Path) -> None:
    out = tmp_path / "slide.tex"
    command = [sys.executable, "-m", "core", "export", REFUSES[0], "-o", str(out)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert json.loads(told.stdout)["error"]["code"] == "bad_host"
    assert not out.exists()


# ── What files carry, had a host not been looked at ──────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_hostile_host_is_escaped_in_every_file(suffix: str) -> None:
    (file, *_) = export(subject(explain(KINDS["vjp"].default)), suffix, Options(base=HOSTILE))
    for text in texts(suffix, file):
        for said in ("\\input", "<script>", "{y}$", "[a](b)"):
            assert said not in text, said


def texts(suffix: str, file: bytes) -> list[str]:
    match suffix:
        case ".pptx":
            folder = zipfile.ZipFile(BytesIO(file))
            parts = [folder.read(name) for name in folder.namelist() if name.endswith((".xml", ".rels"))]
            return ["".join(ElementTree.fromstring(part).itertext()) for part in parts]
        case ".svg":
            return [ElementTree.tostring(ElementTree.fromstring(file), "unicode")]
        case ".ipynb":
            return ["".join(cell["source"]) for cell in json.loads(file)["cells"]]
        case ".tex" | ".py":
            return [file.decode()]
    return []


def test_a_line_end_in_a_host_ends_no_comment_of_a_script() -> None:
    (file,) = export(subject(explain(KINDS["vjp"].default)), ".py", Options(base="http://x\nimport os\n#"))
    assert "import os" not in file.decode()


def test_a_link_keeps_the_path_below_which_the_app_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "https://lens.example.edu/lens/")
    assert Options(base=base_url()).link("/vjp?f=x") == "https://lens.example.edu/lens/vjp?f=x"


# ── A link that no code holds ────────────────────────────────────────────────────────────────────────────


def test_a_link_that_fits_no_qr_code_has_none() -> None:
    assert qr("http://x.example/vjp?f=" + "x" * 3_000) is None
    assert qr("http://x.example/vjp?f=x").startswith("<svg")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_whose_link_fits_no_code_is_made_without_one(suffix: str) -> None:
    told = explain(VectorProblem(("x^2",), (("x", "3"),)))
    (file, *_) = export(subject(told), suffix, Options(base="http://x.example/" + "a" * 4_000))
    assert file
    assert suffix != ".tex" or r"\hfil\lensqr" not in file.decode()
