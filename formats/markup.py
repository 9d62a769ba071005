"""XML and HTML to trees: the only place that imports lxml, set so that it reaches for nothing outside the bytes."""

from collections.abc import Iterator
from typing import Any, Protocol, overload

from lxml import etree, html  # type: ignore[import-untyped]


class MarkupError(ValueError):
    """The bytes are not the markup that they should be; readers turn it into an UnreadableFile."""


class Element(Protocol):
    """What we use of an element of lxml. `tag` is no string for comments and instructions."""

    tag: Any
    text: str | None
    tail: str | None

    @overload
    def get(self, key: str) -> str | None: ...

    @overload
    def get(self, key: str, default: str) -> str: ...

    def find(self, path: str) -> "Element | None": ...

    def findall(self, path: str) -> "list[Element]": ...

    def iter(self, *tags: str) -> "Iterator[Element]": ...

    def __iter__(self) -> "Iterator[Element]": ...


def parse_xml(content: bytes) -> Element:
    """The root of an XML document; no entity is resolved and nothing is fetched. Raises MarkupError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root: Element = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MarkupError("is not well-formed XML") from error
    return root


def parse_html(text: str) -> Element:
    """The root of a web page, mended as a browser would. Raises MarkupError where there is no page at all."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root: Element = html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MarkupError("is not HTML") from error
    return root
