"""Exports: every kind of file is made and opened by a reader that is not ours."""

from __future__ import annotations

import importlib
import inspect
import io
import json
import mimetypes
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from time import sleep
from xml.etree import ElementTree

import nbclient
import nbformat
import pptx
import pypdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from core import address as share
from core import embedded
from core import export as exporting
from core import wording as words
from core.export import FORMATS, SIZES, Options, drawing, turns
from core.export.deck import deck
from core.export.kept import Kept
from core.export.tex import words_tex
from core.kinds import explain, subject
from core.kinds.chain import equations as chain_equations
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.kind import Explanation
from core.kinds.matmul import equations as matmul_equations
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.tensor import equations as tensor_equations
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.vector import equations as vector_equations
from core.kinds.vector.explanation import VectorExplanation
from core.notation.latex import latex
from core.notation.palette import PALETTES
from core.notation.python import python
from core.notation.tree import NODES, Boxed, Bracketed, Hidden, Hued, Line, Matrix, Piece, Under, Value, line
from core.notation.typst import THEMES, program
from core.notation.walk import walk
from core.numbers.exact import Number
from core.numbers.tints import strengths
from core.problem import ProblemError
from core.slides.blocks import Slide, Tinted, Upon, formula, pieces
from core.slides.layout import block
from core.slides.words import answer_lines, shortened_answers

ROOT = Path(__file__).parents[2]
BASE = "https://lens.example.edu"
presentation = importlib.import_module("core.export.pptx")  # the name in the package is the function
SIDE = ";".join(",".join(str((3 * i + 5 * j) % 9 - 4) for j in range(8)) for i in range(8))
EIGHT = ";".join("%2B".join(f"{(i * j) % 7 + 1}*x{j + 1}^{(i + j) % 3 + 1}" for j in range(8)) for i in range(8))
PAGES = {
    "vjp": "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,-1",
    "chain": "/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2",
    "matmul": "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,0.5,-1;2,0,1.5&wrt=b",
}
STEPS = {"vjp": 1 + 2 + 1, "chain": 2 + 2 + 1 + 1, "matmul": 1 + 6 + 1}  # what is given, and at last the state
HARD = {
    "8 × 8": f"/vjp?f={EIGHT}&v=1,2,3,4,-5,6,7,0",
    "8 × 8 · 8 × 8": f"/matmul?a={SIDE}&b={SIDE}&v={SIDE}&wrt=b",
    "a by a column": "/matmul?a=1;2;3&b=4,5&v=1,0;0,1;2,-1&wrt=a",
    "long fractions": "/vjp?f=" + ";".join(f"exp(x{i})/(exp(x1)%2Bexp(x2)%2Bexp(x3))" for i in (1, 2, 3)),
    "one long sum": "/vjp?f=" + "%2B".join(f"{k}*x{k % 9 + 1}*sin(x{k % 7 + 1})" for k in range(1, 30)),
    "deep": f"/vjp?f={'sin(' * 20}x{')' * 20}",
    "nothing finite": "/vjp?f=sqrt(x1);1/x1&at=x1:0&v=1,0",
    "a kink": "/vjp?f=relu(x1)%2Bx2;abs(x1-x2)&at=x1:0,x2:1&v=1,2",
    "no dependence": "/vjp?f=3;x^0&at=x:1",
}
LOOKS = [(lang, theme) for lang in share.LANGUAGES for theme in THEMES]


@cache
def explained(address: str) -> Explanation:
    return explain(share.decode(address).problem)


def export(explanations: Explanation | Sequence[Explanation], suffix: str, options: Options) -> list[bytes]:
    each = explanations if isinstance(explanations, Sequence) else (explanations,)
    return exporting.export([subject(explanation) for explanation in each], suffix, options)


def slides(explanation: Explanation, lang: str, steps: bool = False) -> tuple[Slide, ...]:
    return subject(explanation).slides(lang, steps)


def options(**chosen: object) -> Options:
    return Options(base=BASE, **chosen)  # type: ignore[arg-type]


def made(page: str, suffix: str, **chosen: object) -> list[bytes]:
    return export(explained(PAGES[page]), suffix, options(**chosen))


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# ── Each kind of file, of each page, in each language and theme ──────────────────────────────────────────


def test_every_kind_of_file_has_a_type_that_a_browser_knows() -> None:
    assert all(mimetypes.guess_extension(each.mime) or "/x-" in each.mime for each in FORMATS.values())


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_png_has_the_promised_pixels_and_something_on_it(page: str, lang: str, theme: str) -> None:
    (data,) = made(page, ".png", lang=lang, theme=theme)
    shown = picture(data).convert("RGB")
    assert shown.size == (1920, 1080)
    ground = tuple(bytes.fromhex(THEMES[theme].page[1:]))
    assert shown.getpixel((5, 5)) == ground
    counts = {colour: count for count, colour in shown.getcolors(1 << 24)}
    assert counts[ground] < 0.97 * 1920 * 1080
    hue = bytes.fromhex(PALETTES[theme].hue(0)[1:])
    distance = min(max(abs(a - b) for a, b in zip(hue, colour, strict=True)) for colour in counts)
    assert distance < 20, "the hue of the first row is seen"


@pytest.mark.parametrize("size", SIZES)
def test_each_size_has_its_pixels(size: str) -> None:
    (data,) = made("vjp", ".png", size=size)
    assert picture(data).size == SIZES[size].pixels


def test_a_transparent_picture_has_no_ground_but_a_qr_code_that_can_be_read() -> None:
    (data,) = made("vjp", ".png", transparent=True)
    shown = picture(data).convert("RGBA")
    assert shown.getpixel((5, 5))[3] == 0
    assert shown.getpixel((1920 - 2 * 48 - 6, 1048 - 6)) == (255, 255, 255, 255)


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_an_svg_is_outlines_only_and_leads_nowhere(page: str, lang: str, theme: str) -> None:
    (data,) = made(page, ".svg", lang=lang, theme=theme)
    root = ElementTree.fromstring(data)
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert not {"use", "symbol", "image", "text", "script", "a", "style"} & set(tags)
    assert tags.count("path") > 100
    assert not [value for element in root.iter() for name, value in element.attrib.items() if "href" in name]
    assert b"http" not in re.sub(rb'xmlns(:\w+)?="[^"]*"', b"", data)
    assert root.get("viewBox") == "0 0 960 540"
    title, description = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert title.text == slides(explained(PAGES[page]), lang)[0].title
    assert description is not None
    assert description.text


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_pdf_has_a_page_for_each_slide_with_its_title_as_text(page: str, lang: str, theme: str) -> None:
    (data,) = made(page, ".pdf", lang=lang, theme=theme, steps=theme == "dark")
    document = pypdf.PdfReader(io.BytesIO(data))
    told = slides(explained(PAGES[page]), lang, steps=theme == "dark")
    assert len(document.pages) == len(told) == (STEPS[page] if theme == "dark" else 1)
    for shown, slide in zip(document.pages, told, strict=True):
        assert squeezed(slide.title) in squeezed(shown.extract_text())
        assert [link["/A"]["/URI"] for link in map(pypdf.generic.IndirectObject.get_object, shown["/Annots"])] == [
            BASE + slide.frame.link
        ] * 2, "the text and the QR code"
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"], "tagged"
    assert root["/Lang"] == lang
    assert document.metadata is not None
    assert document.metadata.title == told[-1].title


def test_an_address_without_a_host_is_printed_but_leads_nowhere() -> None:
    (data,) = export(explained(PAGES["vjp"]), ".pdf", Options())
    (page,) = pypdf.PdfReader(io.BytesIO(data)).pages
    assert PAGES["vjp"] in page.extract_text()
    assert "/Annots" not in page


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_font_of_a_pdf_is_embedded() -> None:
    (data,) = made("matmul", ".pdf", lang="zh")
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in pypdf.PdfReader(io.BytesIO(data)).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & font.keys() for font in fonts)


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_presentation_has_native_words_a_described_picture_and_notes(page: str, lang: str, theme: str) -> None:
    (data,) = made(page, ".pptx", lang=lang, theme=theme, steps=theme == "dark")
    document = pptx.Presentation(io.BytesIO(data))
    told = slides(explained(PAGES[page]), lang, steps=theme == "dark")
    assert len(document.slides) == len(told) == (STEPS[page] if theme == "dark" else 1)
    for shown, slide in zip(document.slides, told, strict=True):
        assert shown.shapes.title.text == slide.title
        texts = [shape.text_frame.text for shape in shown.shapes if shape.has_text_frame]
        tags = {"en": "en-US", "zh": "zh-CN"}
        spoken = [run.get("lang") for run in shown._element.xpath(".//a:r/a:rPr | .//a:fld/a:rPr")]
        assert spoken
        assert set(spoken) == {tags[lang]}
        assert len(shown._element.xpath(".//a:fld[@type='slidenum']")) == (len(told) > 1)
        assert "\n".join(slide.frame.code) in texts
        assert slide.notes.split("\n")[0] in shown.notes_slide.notes_text_frame.text
        assert BASE + slide.frame.link in shown.notes_slide.notes_text_frame.text
        equation, code = (
            shape for shape in shown.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE
        )
        assert equation._element.xpath("./p:nvPicPr/p:cNvPr/@descr") == [slide.alt]
        assert code._element.xpath("./p:nvPicPr/p:cNvPr/@descr") == [words.say(lang, "export.alt.qr")]
        assert picture(equation.image.blob).width > 1500, "the fallback"
        (sharp,) = equation._element.xpath(".//*[local-name()='svgBlip']/@*[local-name()='embed']")
        svg = shown.part.related_part(sharp).blob
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert b"<use" not in svg


BLANK = io.BytesIO()
Image.new("RGB", (1, 1)).save(BLANK, "png")


def frames(shown: pptx.slide.Slide) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom in points of the writing on a slide, as far as it reaches."""
    found = []
    for shape in shown.shapes:
        if shape.has_text_frame:
            lines = [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs[:1]]
            height = 1.2 * sum(run.font.size.pt for run in lines)
            left, top, width = (side / 12700 for side in (shape.left, shape.top, shape.width))
            found.append((left, top, left + width, top + height))
    return found


@pytest.mark.parametrize("size", ["1080", "4:3"])
@pytest.mark.parametrize("address", [example.address for example in words.examples()])
def test_no_writing_of_a_presentation_runs_into_another(address: str, size: str) -> None:
    pages = deck([(subject(explained(address)), options(size=size))])
    document = pptx.Presentation()
    for page in pages:
        presentation._add(document, page, 2, BLANK.getvalue(), b"<svg/>", options(size=size))
    for shown in document.slides:
        boxes = frames(shown)
        for k, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[k + 1 :]:
                apart = other[0] >= right or other[2] <= left or other[1] >= bottom - 1 or other[3] <= top + 1
                assert apart, (boxes[k], other)


# ── Notebook, script and LaTeX ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_notebook_is_one(page: str, lang: str) -> None:
    (data,) = made(page, ".ipynb", lang=lang)
    book = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(book)
    text = "".join(cell.source for cell in book.cells)
    assert "import sympy" in text
    assert "import torch" in text
    assert "$$" in text
    assert BASE in text


def test_a_notebook_of_every_page_runs_and_finds_the_numbers() -> None:
    told = [explained(address) for address in (*PAGES.values(), HARD["a kink"], HARD["no dependence"])]
    (data,) = export(told, ".ipynb", options())
    book = nbformat.reads(data.decode(), as_version=4)
    assert any("∂y₁/∂x₁: There is a kink" in cell.source for cell in book.cells)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    ended = [cell.outputs[0].text for cell in book.cells if "assert close" in cell.source]
    assert ["SymPy" in text for text in ended] == [True, True, True, False, True]  # at a kink it is not compared


def test_a_script_of_every_page_runs_and_finds_the_numbers(tmp_path: Path) -> None:
    (data,) = export([explained(address) for address in PAGES.values()], ".py", options(lang="zh"))
    answer = run_script(tmp_path, data.decode())
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count(words.say("zh", "export.script.same")) == 3


def test_a_script_fails_where_a_number_is_not_the_one_of_the_slide(tmp_path: Path) -> None:
    (data,) = made("vjp", ".py")
    source = data.decode()
    assert source.count("[2.0, -16.0]") == 2
    answer = run_script(tmp_path, source.replace("[2.0, -16.0]", "[2.0, -15.0]"))
    assert answer.returncode == 1
    assert "AssertionError" in answer.stderr


def test_a_script_of_a_chain_asserts_every_cotangent_and_every_jacobian() -> None:
    (data,) = made("chain", ".py")
    asserted = [line.partition(", ")[0] for line in data.decode().splitlines() if line.startswith("assert")]
    found = [line.removeprefix("assert close(") for line in asserted]
    assert found == [
        "x.grad.tolist()",
        "derived",
        "torch.func.jacrev(f)(x.detach()).flatten().tolist()",
        "J_xy.subs(here_x)",
        "y.grad.tolist()",
        "y_grad",
        "torch.func.jacrev(g)(y.detach()).flatten().tolist()",
        "J_yz.subs(here_y)",
    ]


def run_script(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "slide.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "slide.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120)


@pytest.mark.parametrize(("page", "least"), [("vjp", 2), ("chain", 1), ("matmul", 2)])
def test_every_equation_with_numbers_is_python_whose_sides_are_equal(page: str, least: int) -> None:
    compared = 0
    for code in map(python, subject(explained(PAGES[page])).equations()):
        names: dict[str, object] = {}
        exec(code, names)  # our own text: it must run as it is
        said, _, further = code.rpartition("\n# = ")
        if said and "symbols" not in code:
            assert eval(said.splitlines()[-1], names) == eval(further, names), code
            compared += 1
    assert compared >= least


@pytest.mark.parametrize(
    ("piece", "code"),
    [
        (matmul_equations.general_product(), ""),
        (chain_equations.chain_entry(), ""),
        (
            line("x", "=", Bracketed(line(Value(Number(0.5)), ",", Value(Number(-2.0))))),
            "(0.5, -2.0)",
        ),
    ],
)
def test_an_equation_in_letters_is_no_python(piece: Piece, code: str) -> None:
    assert python(piece).removeprefix("import sympy as sp\n") == code


def test_words_mean_nothing_to_tex_but_themselves() -> None:
    assert words_tex(r"50% of $x_1 & \input{y}") == r"50\% of \$x\_1 \& \textbackslash{}input\{y\}"


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_beamer_source_has_a_frame_for_each_step_and_is_in_balance(page: str, lang: str, theme: str) -> None:
    source = made(page, ".tex", lang=lang, theme=theme, steps=True)[0].decode()
    assert source.count(r"\begin{frame}") == source.count(r"\end{frame}") == STEPS[page]
    plain = re.sub(r"\\[{}\\]", "", source)
    assert plain.count("{") == plain.count("}")
    assert source.count(r"\left") == source.count(r"\right")


def tex_lacks(*files: str) -> bool:
    if not shutil.which("xelatex") or not shutil.which("kpsewhich"):
        return True
    return subprocess.run(["kpsewhich", *files], capture_output=True, text=True).stdout.count("\n") < len(files)


@pytest.mark.skipif(
    tex_lacks("beamer.cls", "ctexbeamer.cls", "tikz.sty"), reason="no TeX with beamer, ctex and tikz is installed"
)
@pytest.mark.parametrize(("lang", "engine"), [("en", "pdflatex"), ("zh", "xelatex")])
@pytest.mark.parametrize("page", [*PAGES, *HARD])
def test_beamer_source_compiles(page: str, lang: str, engine: str, tmp_path: Path) -> None:
    chosen = options(lang=lang, theme="dark", steps=page in PAGES)
    (tmp_path / "slide.tex").write_bytes(export(explained((PAGES | HARD)[page]), ".tex", chosen)[0])
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "slide.tex"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    assert answer.returncode == 0, answer.stdout[-2000:].decode(errors="replace")
    told = answer.stdout.decode(errors="replace")
    assert not [much for much in re.findall(r"Overfull \\vbox \((\d+)", told) if int(much) > 3], told[-2000:]
    source = (tmp_path / "slide.tex").read_text(encoding="utf-8")
    assert len(pypdf.PdfReader(tmp_path / "slide.pdf").pages) == source.count(r"\begin{frame}")


# ── What is on a slide ───────────────────────────────────────────────────────────────────────────────────


def without_bands(part: object) -> object:
    """A tree without the phantoms that hold the bands of a matrix in line, which say every entry again."""
    match part:
        case Matrix(rows):
            return Matrix(without_bands(rows))  # type: ignore[arg-type]
        case tuple():
            return tuple(map(without_bands, part))
        case _ if type(part) in NODES:
            return type(part)(*(without_bands(getattr(part, field.name)) for field in fields(part)))  # type: ignore[arg-type]
    return part


def letters_of_latex(piece: Piece) -> str:
    text = latex(without_bands(piece), PALETTES["light"])  # type: ignore[arg-type]
    text = re.sub(r"\\(begin|end|operatorname|textcolor)\{#?\w+\}|\\\\\[0\.\d+em\]", "", text)
    return "".join(re.findall("[A-Za-z0-9.]", re.sub(r"\\[A-Za-z]+", "", text)))


def letters_of_program(piece: Piece) -> str:
    """The same of what Typst is given; named functions and Greek letters are commands in LaTeX."""
    kinds = ("symbol", "number", "word", "code", "bold", "text")
    shown = [str(step[1]) for step in program(piece, THEMES["light"]) if step[0] in kinds]
    return "".join(re.findall("[A-Za-z0-9.]", "".join(shown)))


def page_equations(e: Explanation) -> list[Piece]:
    """What the pages draw with KaTeX."""
    match e:
        case VectorExplanation():
            weights = e.pullback.weights
            return [
                *vector_equations.outputs(e.map),
                vector_equations.jacobian(e.map, weights),
                vector_equations.jacobian_at(e.map, weights),
                vector_equations.weighted_symbols(e.map),
                vector_equations.weighted_sum(e.map, e.pullback),
                *vector_equations.transposed_product(e.map, e.pullback),
            ]
        case ChainExplanation():
            return [
                *chain_equations.chain_jacobians(e),
                chain_equations.chain_product(e),
                chain_equations.chain_backward(e),
            ]
        case MatmulExplanation():
            return [
                matmul_equations.product(e),
                matmul_equations.upstream(e),
                matmul_equations.element(e, 0, 0),
                matmul_equations.card(e, 0, 0, e.problem.wrt, "letters", True),
                matmul_equations.gradient_sum_symbols(e, e.problem.wrt),
                matmul_equations.gradient(e, e.problem.wrt),
                matmul_equations.closed_form(e, e.problem.wrt),
            ]
        case TensorExplanation():
            return [*tensor_equations.shown(e), *(tensor_equations.card(e, 0, weighted) for weighted in (True, False))]


@pytest.mark.parametrize("address", [example.address for example in words.examples()] + list(HARD.values()))
def test_typst_is_given_the_leaves_that_katex_is_given(address: str) -> None:
    for piece in page_equations(explained(address)):
        if not isinstance(piece, Line) or r"\underset" not in latex(piece, PALETTES["light"]):
            assert letters_of_program(piece) == letters_of_latex(piece)


@pytest.mark.parametrize(
    ("page", "drawn"),
    [
        ("vjp", lambda e: vector_equations.jacobian(e.map, e.pullback.weights)),
        ("vjp", lambda e: vector_equations.weighted_sum(e.map, e.pullback)),
        ("chain", lambda e: chain_equations.chain_jacobian(e, 0)),
        ("chain", lambda e: chain_equations.chain_backward(e)),
        ("matmul", lambda e: matmul_equations.product(e)),
        ("matmul", lambda e: matmul_equations.upstream(e)),
    ],
)
def test_the_slide_draws_the_very_equations_of_the_page(page: str, drawn: object) -> None:
    explanation = explained(PAGES[page])
    (slide,) = slides(explanation, "en")
    assert drawn(explanation) in pieces(slide.body)  # type: ignore[operator]


def test_the_contributions_on_a_slide_add_up_to_the_gradient() -> None:
    explanation = explained(PAGES["matmul"])
    (slide,) = slides(explanation, "en")
    cards = [card.picture for card in pieces(slide.body) if isinstance(card, Upon)]
    assert len(cards) == 6
    entries = [
        [part.number.value for part in walk(card.matrix) if isinstance(part, Value)]
        for card in cards
        if isinstance(card, Tinted)
    ]
    assert [sum(column) for column in zip(*entries, strict=True)] == [7, 0.5, 3.5, 10, 1, 4]


def test_a_step_frames_its_row_keeps_those_before_and_leaves_room_for_those_to_come() -> None:
    _, first, second, state = slides(explained(PAGES["vjp"]), "en", steps=True)
    drawn = [jacobian_of(slide) for slide in (first, second, state)]
    assert [[band and band.framed for band in matrix.bands] for matrix in drawn] == [
        [True, None],
        [False, True],
        [False, False],
    ]
    tinted = {tuple(band.opacity for band in matrix.bands if band) for matrix in drawn}
    strong, weak = strengths((2, -1))
    assert tinted == {(strong,), (strong, weak)}, "a row keeps its tint from step to step"
    assert [[isinstance(cell, Hidden) for (cell, *_) in matrix.rows] for matrix in drawn] == [
        [False, True],
        [False, False],
        [False, False],
    ]
    assert "(4, 8)" in first.alt
    assert "(2, -16)" in second.alt


def jacobian_of(slide: Slide) -> Matrix:
    """J at the point: the last matrix with two banded rows of two."""
    lines = [piece for piece in pieces(slide.body) if isinstance(piece, Line)]
    return [m for line in lines for m in line.pieces if isinstance(m, Matrix) and len(m.bands) == len(m.rows[0]) == 2][
        -1
    ]


def everything(piece: object) -> Iterator[object]:
    """A piece or picture and all that it is made of, but for what is hidden."""
    if isinstance(piece, Hidden):
        return
    yield piece
    parts = (
        piece
        if isinstance(piece, tuple)
        else [getattr(piece, field.name) for field in fields(piece)]
        if is_dataclass(piece)
        else ()
    )
    for part in parts:
        yield from everything(part)


@pytest.mark.parametrize("page", PAGES)
def test_the_steps_begin_with_what_is_given_and_tell_the_answer_last(page: str) -> None:
    *before, state = slides(explained(PAGES[page]), "en", steps=True)
    call = {"vjp": "y.backward(v)", "chain": "z.backward(v)", "matmul": "c.backward(v)"}[page]
    assert {(slide.frame.code, slide.frame.remark) for slide in before} == {((call,), "")}
    assert len(state.frame.code) > 1
    assert state.frame.remark
    assert not [part for part in everything(pieces(before[0].body)) if isinstance(part, (Boxed, Under))]
    assert len({slide.notes for slide in before}) == len(before)


def test_the_sweep_has_empty_brackets_for_what_is_still_to_come() -> None:
    told = slides(explained(PAGES["chain"]), "en", steps=True)[1:4]
    shown = [
        [part.number.value for part in everything(pieces(slide.body)) if isinstance(part, Value)] for slide in told
    ]
    seen = [{88.0, 6.0} & set(values) for values in shown]  # x.grad and y.grad begin with these
    assert seen == [set(), {6.0}, {6.0, 88.0}]


def test_the_last_step_of_a_chain_multiplies_the_jacobians() -> None:
    told = slides(explained(PAGES["chain"]), "en", steps=True)[-2]
    assert chain_equations.chain_product(explained(PAGES["chain"])) in pieces(told.body)


def test_a_row_that_counts_for_nothing_fades_and_nothing_at_all_has_no_arrows() -> None:
    (slide,) = slides(explained("/vjp?f=x1*x2;x1%2Bx2&at=x1:1,x2:2&v=0,0"), "en")
    assert all(isinstance(cell, Hued) and cell.row is None for row in jacobian_of(slide).rows for cell in row)
    assert "arrows" not in kinds(slide)
    (slide,) = slides(explained(PAGES["vjp"]), "en")
    assert "arrows" in kinds(slide)


def kinds(slide: Slide) -> set[object]:
    """The kinds of everything a slide is made of."""

    def found(described: dict[str, object]) -> Iterator[object]:
        yield described["kind"]
        for inner in described.get("blocks", ()):  # type: ignore[attr-defined]
            yield from found(inner)

    return set(found(block(slide.body, THEMES["light"])))


@pytest.mark.parametrize(
    ("address", "said", "never"),
    [
        ("/vjp?f=x*y;x/y&at=x:1,y:3&v=1,1", ["=", r"\frac{1}{3}"], [r"\approx 0.3333 "]),
        ("/vjp?f=sin(x)*y;x*y&at=x:1/3,y:3&v=1,1", [r"\approx", "0.3272", "0.3333"], [r"\frac{1}{3} &"]),
        ("/vjp?f=x^2*y&at=x:12.345678,y:1&v=1", [r"x,y\right) \approx"], []),
    ],
)
def test_what_is_rounded_is_never_said_to_be_equal(address: str, said: list[str], never: list[str]) -> None:
    e = explained(address)
    assert isinstance(e, VectorExplanation)
    text = latex(vector_equations.jacobian_at(e.map, ()), PALETTES["light"]).replace(", ", ",")
    assert all(part in text for part in said), text
    assert not any(part in text for part in never), text


def test_one_matrix_is_not_a_sum() -> None:
    (slide,) = slides(explained("/matmul?a=3&b=-2&v=1/2"), "en")
    assert slide.title == "b.grad is one weighted matrix, ∂c₁₁/∂b"


@pytest.mark.parametrize(
    ("expression", "printed", "lines"),
    [
        ("x.grad", "tensor([ 6., 32.], dtype=torch.float64)", ["x.grad  # tensor([ 6., 32.])"]),
        (
            "x.grad",
            "tensor([10.4976, -0.6711, -3.0314,  0.6364,\n         1.0781, -3.1145],\n       dtype=torch.float64)",
            ["x.grad  # tensor([10.4976, -0.6711, …, 1.0781, -3.1145])"],
        ),
        (
            "b.grad",
            "tensor([[4., 4.],\n        [6., 6.]])",
            ["b.grad  # tensor([[4., 4.],", "        #         [6., 6.]])"],
        ),
        (
            "b.grad",
            "tensor([[1.],\n        [2.],\n        [3.]])",
            ["b.grad  # tensor([[1.], …,", "        #         [3.]])"],
        ),
    ],
)
def test_a_long_answer_loses_its_middle(expression: str, printed: str, lines: list[str]) -> None:
    assert list(answer_lines(expression, printed)) == lines


def test_of_many_gradients_the_last_one_is_always_told() -> None:
    answers = [(f"{letter}.grad  # 1",) for letter in "wzyx"]
    assert shortened_answers(answers) == ("w.grad  # 1", "…", "x.grad  # 1")


def test_a_line_never_breaks_between_a_name_and_what_it_is() -> None:
    e = explained(PAGES["vjp"])
    described = block(formula(vector_equations.weighted_sum(e.map, e.pullback)), THEMES["light"])
    signs = list(described["breaks"])  # type: ignore[attr-defined]
    assert len(signs) == 2, "before − and before the last =, not before the first"


# ── Room ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", ["1080", "4:3"])
@pytest.mark.parametrize("name", HARD)
def test_nothing_is_cut_off_and_nothing_overlaps(name: str, size: str) -> None:
    (data,) = export(explained(HARD[name]), ".png", options(size=size))
    shown = picture(data).convert("RGB")
    width, height = shown.size
    gaps = {  # bands of the slide that stay empty, in points
        "left": (0, 0, 44, 540),
        "right": (width // 2 - 44, 0, width // 2, 540),
        "top": (0, 0, width // 2, 24),
        "between headline and body": (0, 115, width // 2, 122),
        "between body and code": (0, 429, width // 2 - 48 - int(drawing.LARGEST_QR), 436),
        "bottom": (0, 531, width // 2, 540),
    }
    for where, box in gaps.items():
        found = shown.crop(tuple(2 * side for side in box)).getcolors(1 << 20)
        assert [colour for _, colour in found] == [(255, 255, 255)], where
    assert height == 1080


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_the_fonts_have_every_character_that_we_print(lang: str) -> None:
    known: set[int] = set()
    for file in (ROOT / "core" / "export" / "fonts").glob("NotoSans*-Regular.*"):
        known |= TTFont(file).getBestCmap().keys()
    folder = ROOT / "core" / "wording" / "content" / lang  # slides say what stands in these
    text = "".join((folder / file).read_text("utf-8") for file in ("export.toml", "notes.toml", "words.toml"))
    assert not {character for character in text if character.isprintable() and ord(character) not in known}


F8 = ";".join(f"sin(x{i}*x{i % 8 + 1})*cos(x{(i + 2) % 8 + 1})%2Bexp(-x{i % 8 + 1}^2)" for i in range(1, 9))
POINT = ",".join(f"x{i}:{i}/4" for i in range(1, 9))
LARGE = {
    "8 × 8 long": f"/vjp?f={F8}&at={POINT}&v=1,-2,3,0,1/2,pi/4,-0.7,8",
    "8 × 8 chain": f"/chain?f={F8}&g={';'.join(f'sin(y{i}*y{i % 8 + 1})' for i in range(1, 9))}&at={POINT}",
    "5 × 3 · 3 × 6": "/matmul?a=1,2,3;4,5,6;7,8,9;-1,-2,-3;0,1,0&b=1,2,3,4,5,6;7,8,9,10,11,12;-1,-2,-3,-4,-5,-6",
    "8 × 8 · 8 × 8": HARD["8 × 8 · 8 × 8"],
}


@pytest.mark.parametrize("name", LARGE)
def test_what_must_be_read_is_large_enough_on_every_slide(name: str) -> None:
    (data,) = export(explained(LARGE[name]), ".pdf", options(steps=not name.startswith("8 × 8 ·")))
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(data)).pages, 1):
        sizes = body_sizes(page)
        assert sizes[len(sizes) // 4] >= 12, f"slide {number}: three quarters of the characters; the rest are indices"


def body_sizes(page: pypdf.PageObject) -> list[float]:
    """The size in points of every character between headline and code, the smallest first."""
    sizes: list[float] = []

    def see(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        y = 540 - (tm[5] * cm[3] + cm[5])
        if 112 < y < 430:
            sizes.extend([abs(size * tm[3] * cm[3])] * len(text.strip()))

    page.extract_text(visitor_text=see)
    return sorted(sizes)


def test_a_phone_is_shown_a_qr_code_only_where_it_can_read_and_open_it() -> None:
    pages = [(PAGES["vjp"], options()), (PAGES["vjp"], Options()), (HARD["8 × 8"], options())]
    decks = [(deck([(subject(explained(address)), chosen)]), chosen) for address, chosen in pages]
    codes = [drawing.describe_slide(slides[0], 1, 1, chosen) for slides, chosen in decks]
    assert [code["qr"] is not None for code in codes] == [True, False, False]
    assert all(code["qr-size"] / (code["qr"]["modules"] + 6) >= 1.5 for code in codes[:1])


def test_a_qr_code_holds_the_whole_link() -> None:
    import segno

    link = BASE + PAGES["matmul"]
    described = drawing.qr(link)
    grid = [[0] * described["modules"] for _ in range(described["modules"])]
    for x, y, length in described["runs"]:
        grid[y][x : x + length] = [1] * length
    assert grid == [list(row) for row in segno.make(link, error="m", micro=False, boost_error=False).matrix]


def test_a_long_link_is_printed_short() -> None:
    link = BASE + HARD["8 × 8 · 8 × 8"]
    assert len(drawing.shortened(link)) <= drawing.LONGEST_LINK + 3


# ── Safety and load ──────────────────────────────────────────────────────────────────────────────────────


def test_typst_compiles_nothing_but_our_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Compiler:
        def compile(self, source: bytes, **chosen: object) -> bytes:
            seen.append((source, chosen["sys_inputs"]))
            return b""

    monkeypatch.setattr(drawing, "_compiler", Compiler)
    for page in PAGES:
        made(page, ".pdf")
    assert {source for source, _ in seen} == {(ROOT / "core" / "slides" / "slide.typ").read_bytes()}
    assert all(inputs.keys() == {"deck"} for _, inputs in seen)


def test_names_that_mean_something_to_typst_are_only_text() -> None:
    (data,) = export(explained("/vjp?f=sys*panic%2Beval*read&at=sys:1,panic:2,eval:3,read:4"), ".pdf", options())
    text = pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert all(name in text for name in ("sys", "panic", "eval", "read"))


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_the_same_state_gives_the_same_file(suffix: str) -> None:
    assert made("chain", suffix) == made("chain", suffix)


def test_forty_exports_at_once_all_succeed() -> None:
    jobs = [(page, suffix) for page in PAGES for suffix in (".png", ".svg", ".pdf")] * 5
    with ThreadPoolExecutor(40) as threads:
        files = list(threads.map(lambda job: made(*job), jobs[:40]))
    assert len(files) == 40
    assert all(file for group in files for file in group)


# ── A link as a picture ──────────────────────────────────────────────────────────────────────────────────


def test_a_picture_is_drawn_once_and_the_oldest_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(embedded, "_draw", lambda query, _base: drawn.append(query) or b"png")
    monkeypatch.setattr(embedded, "_kept", Kept(count=4, size=100))
    assert embedded.kept("v=1") is None
    assert embedded.picture("v=1") == embedded.picture("v=1") == embedded.kept("v=1") == b"png"
    assert drawn == ["v=1"]
    for k in range(2, 6):
        embedded.picture(f"v={k}")
    assert embedded.kept("v=1") is None
    assert embedded.kept("v=2") == b"png"


def test_what_is_kept_is_bounded_in_number_and_in_bytes() -> None:
    kept = Kept(count=10, size=100)
    for k in range(30):
        assert kept.put(k, bytes(1 + k)) == bytes(1 + k)
        assert len(kept) <= 10
        assert kept.held == sum(len(kept.get(key) or b"") for key in range(30)) <= 100
    kept.get(28)
    kept.put("new", bytes(60))
    assert kept.get(28) is not None, "what was asked for last stays longest"
    assert kept.get(29) is None
    kept.put("larger than all", bytes(101))
    assert len(kept) == kept.held == 0
    kept.put("again", b"12")
    kept.put("again", b"345")
    assert kept.held == 3


def test_the_picture_of_a_link_leads_to_the_configured_host_and_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Options] = []
    monkeypatch.setattr(embedded, "png", lambda told: drawn.append(told[0][1]) or [b"png"])
    monkeypatch.setattr(embedded, "_kept", Kept(count=4, size=100))
    monkeypatch.delenv("JACOBIAN_LENS_URL", raising=False)
    embedded.picture("page=vjp")
    monkeypatch.setenv("JACOBIAN_LENS_URL", BASE)
    embedded.picture("page=vjp")
    assert [options.base for options in drawn] == ["", BASE]
    assert list(inspect.signature(embedded.picture).parameters) == ["query"], "nobody who asks can name a host"


# ── Turns ────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_deck_is_drawn_at_a_time_and_only_a_few_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, go = [], [], threading.Event()

    def slowly(_told: object) -> list[bytes]:
        at_once.append(1)
        most.append(len(at_once))
        assert go.wait(60)
        at_once.pop()
        return [b"deck"]

    monkeypatch.setitem(FORMATS, ".pdf", replace(FORMATS[".pdf"], write=slowly))
    steps = Options(steps=True)
    with ThreadPoolExecutor(20) as threads:
        decks = [threads.submit(export, explained(PAGES["vjp"]), ".pdf", steps) for _ in range(20)]
        while len([deck for deck in decks if deck.done()]) < 20 - turns.MAX_WAITING - 1:
            sleep(0.01)
        assert most == [1]
        assert export(explained(PAGES["vjp"]), ".py", steps), "what takes no drawing waits for nobody"
        go.set()
    codes = [error.code for deck in decks if isinstance(error := deck.exception(), ProblemError)]
    assert codes == ["many_exports"] * (20 - turns.MAX_WAITING - 1)
    assert max(most) == 1
    assert export(explained(PAGES["vjp"]), ".pdf", steps) == [b"deck"]


def test_a_visitor_has_one_thing_drawn_at_a_time_and_so_many_in_all() -> None:
    visitors = turns.Visitors(burst=3, rate=0.0)
    with visitors.one("a"), visitors.one("b"), pytest.raises(ProblemError, match="one_export"), visitors.one("a"):
        pass
    with pytest.raises(ZeroDivisionError), visitors.one("a"):
        raise ZeroDivisionError
    with visitors.one("a"):
        pass
    with pytest.raises(ProblemError, match="many_of_yours"), visitors.one("a"):
        pass


def test_drawing_leaves_no_folder_behind_and_finds_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is none"))
    monkeypatch.setattr(drawing, "_own", threading.local())
    compiler = drawing._compiler()
    assert compiler.compile(b"drawn", format="svg")
    for path in (
        "slide.typ",
        "/slide.typ",
        "fonts",
        "../options.py",
        "/../options.py",
        str(Path(__file__)),
        "/etc/passwd",
    ):
        with pytest.raises(RuntimeError, match=r"load file|escape"):
            compiler.compile(f'#read("{path}")'.encode(), format="svg")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("query", "lang"), [("f=2*&lang=zh", "zh"), ("f=2*", "en"), ("lang=fr", "en"), ("lang=zh&page=x", "zh")]
)
def test_a_link_is_refused_in_its_own_language(query: str, lang: str) -> None:
    assert embedded.language(query) == lang


@pytest.mark.slow
def test_memory_stays_flat_over_a_thousand_exports() -> None:
    sizes = []
    for k in range(1000):
        address = f"/vjp?f=2*x1%2Bx2^2;x1^2%2B{k}*x2^3&at=x1:1,x2:2&v=2,1"
        export(explain(share.decode(address).problem), (".png", ".svg", ".pdf")[k % 3], options())
        if k % 100 == 99:
            sizes.append(resident())
    assert sizes[-1] < 1.15 * sizes[2], sizes


def resident() -> int:
    """Bytes of memory in use by this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


# ── The command line ─────────────────────────────────────────────────────────────────────────────────────


def test_the_command_line_writes_a_deck_of_several_links(tmp_path: Path) -> None:
    answer = command("export", "-", "-o", str(tmp_path / "deck.pdf"), "--lang", "zh", links=PAGES.values())
    assert answer.returncode == 0, answer.stderr
    assert len(pypdf.PdfReader(tmp_path / "deck.pdf").pages) == 3


def test_the_command_line_numbers_the_pictures_of_the_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.__main__ import parser

    monkeypatch.setenv("JACOBIAN_LENS_URL", BASE)
    chosen = parser().parse_args(["export", PAGES["vjp"], "-o", str(tmp_path / "row.png"), "--steps", "--size", "4:3"])
    assert chosen.run(chosen) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"row-{k}.png" for k in range(1, 5)]
    assert capsys.readouterr().out.count("row-") == 4


@pytest.mark.parametrize(
    ("address", "file", "told"), [(PAGES["vjp"], "a.docx", ".pptx"), ("/vjp?f=(2x", "a.pdf", '"unbalanced"')]
)
def test_the_command_line_says_what_is_wrong(
    address: str, file: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.__main__ import parser

    chosen = parser().parse_args(["export", address, "-o", str(tmp_path / file)])
    assert chosen.run(chosen) == 2
    written = capsys.readouterr()
    assert told in written.out + written.err
    assert not list(tmp_path.iterdir())


def exported(*arguments: str) -> int:
    from core.__main__ import parser

    chosen = parser().parse_args(["export", *arguments])
    return int(chosen.run(chosen))


@pytest.mark.parametrize(
    ("folder", "setting", "link", "told"),
    [
        (BASE + "/class", "", BASE + "/class", 0),
        (BASE + "/class", "https://else.example.edu", BASE + "/class", 0),
        ("", BASE, BASE, 0),
        ("", "", None, 1),
    ],
)
def test_a_link_keeps_its_host_and_one_without_has_the_configured_one_or_no_code(
    folder: str,
    setting: str,
    link: str | None,
    told: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JACOBIAN_LENS_URL", setting)
    assert exported(folder + PAGES["vjp"], folder + PAGES["chain"], "-o", str(tmp_path / "a.pdf")) == 0
    assert capsys.readouterr().err.count("QR") == told
    first, _ = pypdf.PdfReader(tmp_path / "a.pdf").pages
    leads = [note.get_object()["/A"]["/URI"] for note in first.get("/Annots", ())]
    assert leads == ([link + PAGES["vjp"]] * 2 if link else [])


def test_each_link_of_a_deck_has_its_own_language_unless_one_is_asked_for(tmp_path: Path) -> None:
    links = [PAGES["vjp"], PAGES["chain"] + "&lang=zh", PAGES["matmul"]]
    assert exported(*links, "-o", str(tmp_path / "a.pdf")) == 0
    titles = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    assert [words.say(lang, "export.title.chain")[:4] in titles[1] for lang in ("en", "zh")] == [False, True]
    assert words.say("en", "export.title.vjp") in titles[0]
    assert "weighted sum" in titles[2]
    assert exported(*links, "-o", str(tmp_path / "b.pdf"), "--lang", "en") == 0
    assert "Backward" in pypdf.PdfReader(tmp_path / "b.pdf").pages[1].extract_text()


@pytest.mark.parametrize(
    ("file", "told"),
    [("nowhere/a.pdf", "there is no folder"), ("folder.pdf", "is a folder"), ("locked.pdf", "cannot be written")],
)
def test_a_place_that_cannot_be_written_is_told_before_anything_is_drawn(
    file: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "locked.pdf").write_bytes(b"")
    monkeypatch.setattr("os.access", lambda path, _mode: "locked" not in str(path))
    monkeypatch.setattr(drawing, "_compile", lambda *_: pytest.fail("drawn"))
    assert exported(PAGES["vjp"], "-o", str(tmp_path / file)) == 2
    written = capsys.readouterr().err
    assert told in written
    assert written.count("\n") == 1


def test_a_disk_that_fails_while_writing_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setenv("JACOBIAN_LENS_URL", BASE)
    monkeypatch.setattr(Path, "write_bytes", full)
    assert exported(PAGES["vjp"], "-o", str(tmp_path / "a.svg")) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'a.svg'}: No space left on device\n"


def test_a_list_may_have_comments_and_empty_lines_but_not_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"# week 3\n\n{PAGES['vjp']}\n  # and then\n{PAGES['chain']}\n"))
    assert exported("-", "-o", str(tmp_path / "a.pdf")) == 0
    assert len(pypdf.PdfReader(tmp_path / "a.pdf").pages) == 2
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n# nothing yet\n"))
    assert exported("-", "-o", str(tmp_path / "b.pdf")) == 2
    assert "no address" in capsys.readouterr().err
    assert not (tmp_path / "b.pdf").exists()


def test_an_error_names_the_address_that_it_is_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(PAGES["vjp"], "/", "-o", str(tmp_path / "a.pdf")) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["address"] == "/"
    assert "page /" in error["message"]


def test_more_pictures_than_can_be_held_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = ("--steps", "--size", "2160")
    assert exported(HARD["8 × 8 · 8 × 8"], "-o", str(tmp_path / "a.png"), *many) == 2
    assert "66 pictures" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_long_deck_is_drawn_in_turns_that_let_others_in(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def compile_(described: str, *_: object) -> list[bytes]:
        told = json.loads(described)["slides"]
        sizes.append(len(told))
        return [b""] * len(told)

    monkeypatch.setattr(drawing, "_compile", compile_)
    files = made("matmul", ".png", steps=True)
    assert len(files) == 8
    assert max(sizes) <= drawing.CHUNK


def command(*arguments: str, links: object = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        input="\n".join(links),  # type: ignore[call-overload]
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
