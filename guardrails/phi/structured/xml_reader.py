"""XML such as C-CDA, and HTML: read by element and attribute; mark-up that does not close is read as far as it goes."""

import re
from collections.abc import Iterator

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.structured.fields import Piece, Reading, field, labelled
from guardrails.phi.structured.meaning import handling_of, identifier_kind

_TAG = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[?!][^>]*>|<(/?)([A-Za-z_][\w:.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_INLINE = frozenset(["b", "i", "u", "em", "strong", "span", "a", "font", "small", "sup", "sub", "content"])
_DATED = frozenset(
    ["birthtime", "time", "effectivetime", "low", "high", "center", "deceasedtime", "signaturetime", "date"]
)
_MOMENT = re.compile(
    r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:\d{2,6}(?:\.\d+)?)?)?(?:[+-]\d{4})?|(?:18|19|20)\d\d-\d\d(?:-\d\d(?:T[\d:.+Z-]+)?)?"
)
_KEPT_ATTRIBUTES = frozenset(
    [
        "code",
        "codesystem",
        "codesystemname",
        "displayname",
        "root",
        "classcode",
        "moodcode",
        "typecode",
        "determinercode",
        "xsi:type",
        "type",
        "unit",
        "use",
        "nullflavor",
        "xmlns",
        "href",
        "src",
        "class",
        "style",
        "id",
        "lang",
        "xml:lang",
        "version",
        "encoding",
        "schemalocation",
        "width",
        "height",
        "border",
        "align",
        "colspan",
        "rowspan",
        "name",
        "system",
        "assigningauthorityname",
        "inversionind",
        "contextcontrolcode",
        "independentind",
        "negationind",
        "operator",
        "extensible",
        "mediatype",
        "representation",
        "styletype",
        "charset",
        "rel",
        "content",
        "property",
    ]
)
_FEWEST_TAGS = 3
_FEWEST_DIGITS = 3


def looks_like_xml(text: str) -> bool:
    """Whether the text is mark-up as a whole: it begins with a tag and holds several."""
    head = text.lstrip("\ufeff \t\r\n")
    if not head.startswith("<"):
        return False
    tags = [match for _, match in zip(range(40), _TAG.finditer(text), strict=False) if match[2]]
    return len(tags) >= _FEWEST_TAGS and any(match[1] for match in tags)


def read_xml(text: str, start: int, end: int) -> Reading:
    """Identifiers of [start, end) by element and attribute; text is left to scan, with its element's name as label."""
    found: list[Found] = []
    pieces: list[Piece] = []
    path: list[str] = []
    at = start
    for match in _TAG.finditer(text, start, end):
        _text(text, at, match.start(), path, found, pieces)
        at = match.end()
        if match[2] is None:
            continue
        name = match[2].rpartition(":")[2]
        if match[1]:
            _leave(path, name)
        else:
            _attributes(match, [*path, name], found, pieces)
            if not match[4] and name.lower() not in ("br", "hr", "img", "meta", "link", "input"):
                path.append(name)
    _text(text, at, end, path, found, pieces)
    return Reading(found, pieces)


def _leave(path: list[str], name: str) -> None:
    """Close the nearest open element of that name; a closing tag that matches none is ignored."""
    if name in path:
        while path.pop() != name:
            pass


def _text(text: str, start: int, end: int, path: list[str], found: list[Found], pieces: list[Piece]) -> None:
    shown = text[start:end]
    if not shown.strip():
        return
    lead = len(shown) - len(shown.lstrip())
    body = shown.strip()
    handling = handling_of(path, body) if path else "scan"
    if isinstance(handling, PhiType):
        found.append(field(start + lead, start + lead + len(body), handling))
    elif handling == "scan":
        inline = bool(path) and path[-1].lower() in _INLINE
        label = "" if inline or not path or path[-1].lower() in _PLAIN_ELEMENTS else path[-1]
        value = list(_unescaped(body, start + lead))
        pieces += [*value, Piece(" ", value[-1].end, value[-1].end)] if inline else labelled(label, value, start)


_PLAIN_ELEMENTS = frozenset(
    [
        "p",
        "div",
        "td",
        "th",
        "tr",
        "li",
        "ul",
        "ol",
        "text",
        "paragraph",
        "item",
        "list",
        "table",
        "body",
        "html",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "title",
        "section",
        "br",
        "content",
        "pre",
    ]
)


def _unescaped(shown: str, start: int) -> Iterator[Piece]:
    at = 0
    for match in _ENTITY.finditer(shown):
        yield Piece(shown[at : match.start()], start + at, start + match.start())
        yield Piece(_entity(match), start + match.start(), start + match.end())
        at = match.end()
    yield Piece(shown[at:], start + at, start + len(shown))


def _entity(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if number < 0xD800 else " "


def _attributes(tag: re.Match[str], path: list[str], found: list[Found], pieces: list[Piece]) -> None:
    attributes = {match[1].lower(): match for match in _ATTRIBUTE.finditer(tag.string, tag.start(3), tag.end(3))}
    for name, match in attributes.items():
        start, end = match.start(2) + 1, match.end(2) - 1
        shown = tag.string[start:end]
        if not shown.strip():
            continue
        kind = _attribute_kind(path, name, shown, attributes)
        if isinstance(kind, PhiType):
            found.append(field(start, end, kind))
        elif kind == "scan":
            label = "telecom" if path[-1] == "telecom" else match[1] if name != "value" else path[-1]
            pieces += labelled(label, _unescaped(shown, start), start)


def _attribute_kind(path: list[str], name: str, shown: str, attributes: dict[str, re.Match[str]]) -> PhiType | str:
    element = path[-1].lower()
    if element == "templateid" or name.startswith("xmlns"):
        return "keep"
    if name == "extension" and element in ("id", "setid"):
        about = attributes["root"][2] if "root" in attributes else ""
        return (
            identifier_kind(about + " " + " ".join(path[-3:]))
            if sum(c.isdigit() for c in shown) >= _FEWEST_DIGITS
            else "scan"
        )
    if name == "value" and element in _DATED and _MOMENT.fullmatch(shown):
        return PhiType.DATE if len(shown) > len("2023") else "keep"
    if name in _KEPT_ATTRIBUTES:
        return "keep"
    handling = handling_of([*path, name] if name != "value" else path, shown)
    return handling
