"""SVG that every importer reads: no <use>, no <symbol>, nothing outside the file."""

from __future__ import annotations

from copy import deepcopy
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"
ElementTree.register_namespace("", SVG)


def flatten(drawn: bytes, title: str, alt: str) -> bytes:
    """Typst's SVG with every glyph written out where it stands, and a title and a description for screen readers.

    Typst writes a glyph once, as a <symbol>, and <use>s it; PowerPoint and older office suites leave those out.
    """
    root = ElementTree.fromstring(drawn)
    symbols = {symbol.get("id"): symbol for symbol in root.iter(_tag("symbol"))}
    _flatten(root, symbols)
    for name, text in (("desc", alt), ("title", title)):
        element = ElementTree.Element(_tag(name))
        element.text = text
        root.insert(0, element)
    root.set("role", "img")
    flat: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return flat


def _tag(name: str) -> str:
    return f"{{{SVG}}}{name}"


def _flatten(parent: ElementTree.Element, symbols: dict[str | None, ElementTree.Element]) -> None:
    for k, child in enumerate(list(parent)):
        if child.tag == _tag("use"):
            parent[k] = _written_out(child, symbols[child.attrib[HREF][1:]])
        elif child.tag == _tag("defs"):
            for symbol in [inner for inner in child if inner.tag == _tag("symbol")]:
                child.remove(symbol)
        else:
            _flatten(child, symbols)


def _written_out(use: ElementTree.Element, symbol: ElementTree.Element) -> ElementTree.Element:
    kept = {name: value for name, value in use.attrib.items() if name not in (HREF, "x", "y")}
    x, y = float(use.get("x", 0)), float(use.get("y", 0))
    if x or y:
        kept["transform"] = f"{use.get('transform', '')} translate({x:g} {y:g})".strip()
    group = ElementTree.Element(_tag("g"), kept)
    group.extend(deepcopy(child) for child in symbol)
    return group
