"""PowerPoint: words, code and link as native text, the equation as a picture, what a speaker says as notes.

The picture is an SVG that stays sharp, with a PNG for readers that know no SVG (office suites before 2016).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.presentation import Presentation as Document
from pptx.shapes.base import BaseShape
from pptx.shapes.picture import Picture
from pptx.slide import Slide as Shapes
from pptx.text.text import TextFrame
from pptx.util import Pt

from core.export.deck import Exported, Page, deck
from core.export.drawing import BOTTOM, EDGE, describe_slide, draw_bodies, shortened
from core.export.options import SIZES, Options
from core.export.qr import made
from core.export.svg import flatten
from core.notation.typst import THEMES
from core.wording import say

Box = tuple[float, float, float, float]  # left, top, width, height in points
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
SVG_NAMESPACE = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
TITLE_ONLY = 5  # of the layouts that python-pptx brings
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
FOOT, FOOT_HEIGHT = 434, 62  # points: where code and remark stand, above the link
LINE = 1.2  # em from line to line
MONO, SANS, HANZI = "Courier New", "Calibri", "Microsoft YaHei"  # what every PowerPoint has


def pptx(exported: Sequence[Exported]) -> list[bytes]:
    """One presentation with a slide for each."""
    pages, options = deck(exported), exported[0][1]
    document = Presentation()
    size = SIZES[options.size]
    document.slide_width, document.slide_height = Pt(size.width), Pt(size.height)
    document.core_properties.title = pages[-1].slide.title
    document.core_properties.language = LANGUAGES[pages[0].lang]
    pictures = zip(draw_bodies(pages, options, "png"), draw_bodies(pages, options, "svg"), strict=True)
    for page, (png, svg) in zip(pages, pictures, strict=True):
        _add(document, page, len(pages), png, flatten(svg, page.slide.title, page.slide.alt), options)
    file = io.BytesIO()
    document.save(file)
    return [file.getvalue()]


def _add(document: Document, drawn: Page, count: int, png: bytes, svg: bytes, options: Options) -> None:
    theme, described, slide = THEMES[options.theme], describe_slide(drawn, 1, 1, options), drawn.slide
    page = document.slides.add_slide(document.slide_layouts[TITLE_ONLY])
    if not options.transparent:
        page.background.fill.solid()
        page.background.fill.fore_color.rgb = _rgb(theme.page)
    width, side = SIZES[options.size].width, described["qr-size"]
    inner = width - 2 * EDGE
    beside = inner - side - 28
    ink, tone = theme.palette.ink, theme.agrees if slide.frame.agrees else theme.explained
    title = page.shapes.title
    assert title is not None  # the layout has one
    _place(title, EDGE, 24, inner, 48)
    _write(title.text_frame, [slide.title], _fitting(slide.title, inner, 30), ink, bold=True)
    numbered = 60 if count > 1 else 0
    _text(
        page,
        [slide.subtitle],
        (EDGE, 74, inner - numbered, 30),
        _fitting(slide.subtitle, inner - numbered, 17),
        theme.muted,
    )
    if numbered:
        _number(page, (width - EDGE - numbered, 76, numbered, 24), count, theme.muted)
    _picture(page, png, svg, described["room"], slide.alt)
    code, remark = _foot(slide.frame.code, beside)
    _text(page, slide.frame.code, code, _code_size(slide.frame.code, code), ink, font=MONO)
    if slide.frame.remark:
        _text(page, [slide.frame.remark], remark, _flowing(slide.frame.remark, remark, 13), tone)
    link = drawn.link
    to = link if drawn.leads_somewhere else ""
    _text(page, [shortened(link)], (EDGE, 500, beside, 28), 10, theme.muted, link=to)
    if described["qr"]:
        picture = page.shapes.add_picture(_qr(link), Pt(width - EDGE - side), Pt(BOTTOM - side), Pt(side), Pt(side))
        _describe(picture, say(drawn.lang, "export.alt.qr"))
    notes = page.notes_slide.notes_text_frame
    assert notes is not None  # the notes master has one
    notes.text = "\n\n".join([slide.notes, say(drawn.lang, "export.notes.link", link=link)])
    for frame in (*(shape.text_frame for shape in page.shapes if shape.has_text_frame), notes):
        _speak(frame, LANGUAGES[drawn.lang])


def _speak(frame: TextFrame, language: str) -> None:
    """Every run says its language: a spelling checker and a voice need it."""
    for run in frame._txBody.xpath(".//a:r | .//a:fld"):
        run.get_or_add_rPr().set("lang", language)


def _number(page: Shapes, box: Box, count: int, colour: str) -> None:
    """ "3 / 9", where the 3 is PowerPoint's own field and follows when slides are moved."""
    shape = page.shapes.add_textbox(*map(Pt, box))
    _write(shape.text_frame, [f" / {count}"], 13, colour)
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    run = paragraph.runs[0]._r
    field = parse_xml(f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum"/>')
    field.append(deepcopy(run.rPr))
    field.append(parse_xml(f"<a:t {nsdecls('a')}>‹#›</a:t>"))
    run.addprevious(field)


def _foot(lines: Sequence[str], width: float) -> tuple[Box, Box]:
    """Where code and remark stand: side by side, or the remark below a wide code."""
    needed = 0.6 * 13 * max(map(len, lines)) + 4
    if needed <= 0.7 * width:
        return (EDGE, FOOT, needed, FOOT_HEIGHT), (EDGE + needed + 20, FOOT, width - needed - 20, FOOT_HEIGHT)
    code = FOOT_HEIGHT - 20
    return (EDGE, FOOT, width, code), (EDGE, FOOT + code + 2, width, 18)


def _code_size(lines: Sequence[str], box: Box) -> float:
    """The size at which every line is whole and all of them find room."""
    return min(13, box[2] / (0.6 * max(map(len, lines))), box[3] / (LINE * len(lines)))


def _flowing(text: str, box: Box, size: float) -> float:
    """The size at which a text of several lines finds room."""
    while size > 6 and (1 + _ems(text) * size // box[2]) * LINE * size > box[3]:
        size -= 0.5
    return size


def _ems(text: str) -> float:
    """About how wide a text is: a hanzi an em, a letter half of one."""
    return sum(1.0 if character >= "\u2e80" else 0.52 for character in text)


def _fitting(text: str, width: float, size: float) -> float:
    """The size at which about one line of the text fits."""
    return min(size, width / _ems(text))


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]


def _place(shape: BaseShape, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Pt(left), Pt(top), Pt(width), Pt(height)


def _text(
    page: Shapes, lines: Sequence[str], box: Box, size: float, colour: str, font: str = SANS, link: str = ""
) -> None:
    shape = page.shapes.add_textbox(*map(Pt, box))
    _write(shape.text_frame, lines, size, colour, font=font)
    if link:
        shape.click_action.hyperlink.address = link  # of the box: a link in the text would take the viewer's blue


def _write(
    frame: TextFrame,
    lines: Sequence[str],
    size: float,
    colour: str,
    bold: bool = False,
    font: str = SANS,
) -> None:
    """One paragraph a line, in a font that is there, smaller where a line would not fit its box."""
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(0)
    for k, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()  # type: ignore[no-untyped-call]
        paragraph.alignment = PP_ALIGN.LEFT  # the layout centres a title
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
        run.font.color.rgb = _rgb(colour)
        run.font._element.append(parse_xml(f'<a:ea {nsdecls("a")} typeface="{HANZI}"/>'))


def _picture(page: Shapes, png: bytes, svg: bytes, room: Box, alt: str) -> None:
    picture = page.shapes.add_picture(io.BytesIO(png), *map(Pt, room))
    _describe(picture, alt)
    package = page.part.package
    name = PackURI(f"/ppt/media/equation{len(package.presentation_part.presentation.slides)}.svg")
    relation = page.part.relate_to(Part(name, "image/svg+xml", package, svg), RELATIONSHIP_TYPE.IMAGE)
    blip = picture._element.xpath("./p:blipFill/a:blip")[0]
    blip.append(
        parse_xml(
            f'<a:extLst {nsdecls("a", "r")}><a:ext uri="{SVG_EXTENSION}">'
            f'<asvg:svgBlip xmlns:asvg="{SVG_NAMESPACE}" r:embed="{relation}"/></a:ext></a:extLst>'
        )
    )


def _describe(picture: Picture, alt: str) -> None:
    picture._element.xpath("./p:nvPicPr/p:cNvPr")[0].set("descr", alt)


def _qr(link: str) -> io.BytesIO:
    file, code = io.BytesIO(), made(link)
    assert code is not None  # describe_slide has found room for it
    code.save(file, kind="png", scale=8, border=3)
    file.seek(0)
    return file
