"""One verdict: the page, the slide, the notebook, the script and the command line say the same of the same state."""

from __future__ import annotations

import json
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from core import address as share
from core.__main__ import answer
from core.export import Options, export
from core.kinds import KINDS, explain, subject
from core.wording import explain_note, say
from tests.pages.test_pages import visit

FAR = "a=exp(690),1;1,1&b=exp(60),1;1,1"
TABLE = [  # address, verdict, the codes of its notes
    ("/vjp?f=x1^2*x2;x2&at=x1:3,x2:2&v=2,1", "exact", []),
    ("/vjp?f=sin(x)/3&at=x:2&v=0.7", "exact", []),
    ("/vjp?f=abs(x)&at=x:0&v=3", "same", ["kink"]),  # a kink
    ("/vjp?f=max(x,y)&at=x:1,y:1&v=2", "explained", ["tie", "tie"]),  # a tie
    ("/vjp?f=sin(x)/x&at=x:0", "same", ["hole"]),  # a hole
    ("/vjp?f=x^1.5&at=x:0", "exact", ["edge"]),  # an edge
    ("/vjp?f=x^2;abs(x)&at=x:0&v=1,0", "exact", ["kink"]),  # a kink that v leaves out
    ("/chain?f=x1^2;x1*x2&g=y1*y2&at=x1:3,x2:2&v=2", "exact", []),
    ("/chain?f=abs(x)&g=3*y1&at=x:0", "same", ["kink"]),
    ("/chain?f=2*x1;x2&g=max(y1,y2)&at=x1:1,x2:2", "explained", ["tie", "tie"]),
    ("/chain?f=sin(x)/x&g=y1^2&at=x:0", "same", ["hole"]),
    ("/chain?f=x^1.5&g=2*y1&at=x:0", "exact", ["edge"]),
    ("/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,2,1;0,1,-1", "exact", []),
    ("/matmul?a=1/3,0.1&b=pi;0.7&v=0.3&wrt=a", "exact", []),
    (f"/matmul?{FAR}", "exact", ["overflow_value"]),
    ("/matmul?a=exp(690),1;1,1&b=1,1;1,1&v=exp(60),1;1,1", "same", ["overflow_back"]),
    ("/tensor?f=relu(x@W%2Bb)&x=1,2;3,-1&W=1,0,-1;2,1,1&b=1,-1,2&v=1,2,-1;3,1,2&wrt=W", "exact", []),
]
MARKS = {"exact": "✓", "agree": "✓", "same": "!", "explained": "≠"}


def test_every_kind_is_in_the_table() -> None:
    assert {share.decode(address).page for address, *_ in TABLE} == set(KINDS)


def shown(app: AppTest, style: str) -> list[str]:
    """What stands in paragraphs of a style."""
    around = f'<p class="{style}">'
    return [unescape(html.value[len(around) : -len("</p>")]) for html in app.html if html.value.startswith(around)]


@pytest.mark.parametrize("row", range(len(TABLE)), ids=lambda row: TABLE[row][0])
def test_every_view_says_the_same(row: int) -> None:
    address, kind, codes = TABLE[row]
    lang = share.LANGUAGES[row % 2]
    e = explain(share.decode(address).problem)
    assert (e.verdict.kind, [note.code for note in e.verdict.notes]) == (kind, codes)
    said = f"{MARKS[kind]} {say(lang, f'check.{kind}')}"
    reasons = [explain_note(lang, note.code, note.facts, note.place) for note in e.verdict.notes]
    calm = kind in ("exact", "agree")

    app = visit(address, lang)
    (line,) = shown(app, "lens-agrees" if calm else "lens-explained")
    assert line.startswith(said)
    assert shown(app, "lens-note") == reasons

    slide = subject(e).slides(lang)[-1]
    assert slide.frame.agrees == calm
    assert slide.frame.remark.startswith(said)
    assert all(reason in slide.notes for reason in reasons)

    book = json.loads(export(subject(e), ".ipynb", Options(lang=lang))[0])
    (script,) = export(subject(e), ".py", Options(lang=lang))
    texts = ["".join(cell["source"]).replace("\\", "") for cell in book["cells"]]
    told = "".join(script.decode().replace("\n# ", " ").split())
    for sentence in (said, *reasons):
        assert any(sentence in text for text in texts), sentence
        assert "".join(sentence.split()) in told

    described, _ = answer(f"{address}&lang={lang}")
    assert described["verdict"] == kind
    assert [(note["code"], note["message"]) for note in described["notes"]] == list(zip(codes, reasons, strict=True))
    assert described["checks"]["torch"]["agrees"] == (kind != "explained")
