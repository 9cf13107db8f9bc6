"""XML and XHTML from outside, parsed so that nothing in it reaches further than itself."""

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from lxml import etree

from timbre.books.book import one_line

Element = Any
"""An element of lxml, which has no types of its own."""

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,40});")
_OWN = {"amp", "lt", "gt", "quot", "apos"}


class DeclaresEntities(ValueError):
    """It declares entities of its own, which may hide anything."""


def parse(data: bytes) -> Element | None:
    """The root of a document, sound or mended; None, where there is none. Raises DeclaresEntities.

    Real books have named signs of HTML in their XHTML, without saying what they are.
    """
    text = _ENTITY.sub(_sign, _DECLARATION.sub("", _decoded(data)))
    if "<!ENTITY" in text:
        raise DeclaresEntities()
    options: dict[str, Any] = {"remove_comments": True, "remove_pis": True, "huge_tree": False, "no_network": True}
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, encoding="utf-8", **options)
    whole = text.encode("utf-8", "replace")
    try:
        root = etree.fromstring(whole, parser)
        if root is None or not (len(root) or root.text):
            root = etree.fromstring(whole, etree.HTMLParser(encoding="utf-8", **options))
        if root is not None:
            etree.strip_tags(root, etree.Entity)  # signs that nobody declared
        return root
    except (etree.LxmlError, ValueError):
        return None


def name_of(element: Element) -> str:
    """What an element is called, in small letters, whatever its namespace."""
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """The value of an attribute, whatever its namespace; empty: it has none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].rpartition(":")[2].lower() == name:
            return str(value)
    return ""


def every(root: Element, *names: str) -> Iterator[Element]:
    """The elements below that are called so, in order."""
    return (element for element in root.iter() if name_of(element) in names)


def text_of(element: Element) -> str:
    return one_line("".join(element.itertext()))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data.lstrip(b"\xef\xbb\xbf \r\n\t"))
    try:
        return data.decode(declared[1].decode() if declared else "utf-8-sig", "replace").lstrip("\ufeff")
    except LookupError:
        return data.decode("utf-8-sig", "replace")


def _sign(found: re.Match[str]) -> str:
    """A named sign as itself; one that nobody knows is none."""
    name = found[1]
    return found[0] if name in _OWN else html5.get(f"{name};", "") and html.escape(html5[f"{name};"])
