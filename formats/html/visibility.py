"""What of a web page a reader would not see: told from attributes, inline styles and the page's own simple rules."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from formats.markup import Element

LEAST_STEP = 16
"""Of 255, as for PDF: text closer to its background than this cannot be read."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?P<tag>[a-zA-Z][\w-]*)?(?:\.(?P<cls>[\w-]+)|#(?P<id>[\w-]+))?")
_HEX = re.compile(r"#([0-9a-f]{3,8})")
_RGB = re.compile(r"rgba?\(\s*(\d+)[ ,]+(\d+)[ ,]+(\d+)(?:[ ,/]+([\d.]+%?))?\s*\)")
_LENGTH = re.compile(r"(-?[\d.]+)(px|pt|em|rem|%|)")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240)}
_FAR = -500.0
_SMALLEST = 2.0
_UNSEEN_TAGS = {"noscript": "shown only where scripts are off", "template": "a template that is not shown"}

Colour = tuple[int, int, int]
Styles = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """How text in an element appears: why it is hidden, if it is, and its colours."""

    hidden: str = ""
    colour: Colour = (0, 0, 0)
    behind: Colour = (255, 255, 255)


class StyleRules:
    """The rules of the page's own style sheets whose selector is a tag, a class, an id, or a tag with one of them."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._rules: list[tuple[re.Match[str], Styles]] = []
        for sheet in sheets:
            for selectors, body in _RULE.findall(_COMMENT.sub("", sheet)):
                matches = (_SIMPLE.fullmatch(selector.strip()) for selector in selectors.split(","))
                self._rules += [(match, declarations(body)) for match in matches if match and match.group()]

    def of(self, element: Element) -> dict[str, str]:
        """The declarations that hold for an element, inline ones last."""
        found: dict[str, str] = {}
        classes = (element.get("class") or "").split()
        for match, styles in self._rules:
            wanted = match.groupdict()
            if (
                wanted["tag"] in (None, element.tag)
                and (wanted["cls"] is None or wanted["cls"] in classes)
                and (wanted["id"] is None or wanted["id"] == element.get("id"))
            ):
                found.update(styles)
        found.update(declarations(element.get("style") or ""))
        return found


def declarations(body: str) -> dict[str, str]:
    """`name: value` pairs in lower case, without `!important`."""
    pairs = (item.split(":", 1) for item in body.split(";") if ":" in item)
    return {name.strip().lower(): value.lower().replace("!important", "").strip() for name, value in pairs}


def shown(element: Element, styles: Styles, around: Shown) -> Shown:
    """How an element's text appears inside one that appears as `around` says."""
    behind = _colour(styles.get("background-color") or styles.get("background", "")) or around.behind
    colour = _colour(styles.get("color", "") or (element.get("color") or "")) or around.colour
    if not _colour(styles.get("background-color", "")) and element.get("bgcolor"):
        behind = _colour((element.get("bgcolor") or "").lower()) or behind
    reason = around.hidden or _reason(element, styles)
    if reason and around.hidden and styles.get("visibility") == "visible" and "visibility" in around.hidden:
        reason = ""
    if not reason and max(abs(one - two) for one, two in zip(colour, behind, strict=True)) < LEAST_STEP:
        reason = "same colour as its background"
    return replace(around, hidden=reason, colour=colour, behind=behind)


def _reason(element: Element, styles: Styles) -> str:
    if element.get("hidden") is not None:
        return "marked hidden"
    if str(element.tag) in _UNSEEN_TAGS:
        return _UNSEEN_TAGS[str(element.tag)]
    for name, value in (("display", "none"), ("visibility", "hidden"), ("visibility", "collapse")):
        if styles.get(name) == value:
            return f"{name}: {value}"
    opacity = _LENGTH.fullmatch(styles.get("opacity", ""))
    if opacity and float(opacity[1]) < LEAST_STEP / 255:
        return "fully transparent"
    return _size_or_place(styles)


def _size_or_place(styles: Styles) -> str:
    size = _LENGTH.fullmatch(styles.get("font-size", ""))
    if size and float(size[1]) < (_SMALLEST if size[2] in ("px", "pt", "") else 0.1):
        return "too small to be seen"
    places = (styles.get(name, "") for name in ("left", "top", "text-indent", "margin-left"))
    if any((length := _LENGTH.fullmatch(place)) and float(length[1]) <= _FAR for place in places):
        return "outside the page"
    boxes = [_LENGTH.fullmatch(styles.get(name, "")) for name in ("height", "width", "max-height")]
    if styles.get("overflow") == "hidden" and any(box and float(box[1]) <= 1 for box in boxes):
        return "in a box of no size"
    return "clipped away" if styles.get("clip", "").replace(" ", "").startswith("rect(0") else ""


def _colour(value: str) -> Colour | None:
    """A colour as red, green and blue; None where none is given that we know."""
    value = value.strip()
    if value in _NAMED:
        return _NAMED[value]
    if match := _RGB.search(value):
        red, green, blue = (min(int(part), 255) for part in match.groups()[:3])
        return red, green, blue
    match = _HEX.search(value)
    if not match or len(match[1]) not in (3, 4, 6, 8):
        return None
    digits = match[1] if len(match[1]) >= 6 else "".join(letter * 2 for letter in match[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
