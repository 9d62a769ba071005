"""What a document's styles say of text: which are headings, and which make text unseen."""

from dataclasses import dataclass

from formats.docx.package import W
from formats.markup import Element

_WHITE_FROM = 240
_SMALLEST_HALF_POINTS = 3
_MOST_ANCESTORS = 20


@dataclass(frozen=True)
class Style:
    """One style: heading level (0 for none), what of it hides text, its list and level, and what it is based on."""

    heading: int
    hidden: str | None
    number: tuple[str, str]
    based_on: str


class Styles:
    """The styles by id."""

    def __init__(self, styles: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        if styles is not None:
            for style in styles.iter(f"{W}style"):
                self._styles[style.get(f"{W}styleId", "")] = _style(style)

    def heading(self, style_id: str) -> int:
        return next((style.heading for style in self._lineage(style_id) if style.heading), _level_in(style_id))

    def hidden(self, style_id: str) -> str:
        return next((style.hidden for style in self._lineage(style_id) if style.hidden is not None), "")

    def numbering(self, style_id: str) -> tuple[str, str]:
        """The list and the level in it of paragraphs of this style; empty where it is none of a list."""
        return next((style.number for style in self._lineage(style_id) if style.number[0]), ("", ""))

    def _lineage(self, style_id: str) -> list[Style]:
        found: list[Style] = []
        while style_id in self._styles and len(found) < _MOST_ANCESTORS:
            found.append(self._styles[style_id])
            style_id = found[-1].based_on
        return found


def _style(style: Element) -> Style:
    name, based_on = style.find(f"{W}name"), style.find(f"{W}basedOn")
    properties, number = style.find(f"{W}rPr"), style.find(f"{W}pPr/{W}numPr")
    return Style(
        heading=_level_in(name.get(f"{W}val", "") if name is not None else ""),
        hidden=hiding(properties) if properties is not None else None,
        number=(_value(number, "numId"), _value(number, "ilvl")),
        based_on=based_on.get(f"{W}val", "") if based_on is not None else "",
    )


def _level_in(name: str) -> int:
    plain = name.replace(" ", "").casefold()
    if plain == "title":
        return 1
    level = plain.removeprefix("heading")
    return int(level) if plain.startswith("heading") and level in tuple("123456") else 0


def hiding(properties: Element) -> str | None:
    """Why text with these run properties is unseen; empty where they say it is seen, None where they are silent."""
    vanish = properties.find(f"{W}vanish")
    if vanish is not None:
        return "marked as hidden text" if vanish.get(f"{W}val", "1") not in ("0", "false", "off") else ""
    size = properties.find(f"{W}sz")
    if size is not None and _number(size.get(f"{W}val", "")) < _SMALLEST_HALF_POINTS:
        return "too small to be seen"
    return _white(properties)


def _white(properties: Element) -> str | None:
    colour, shade = properties.find(f"{W}color"), properties.find(f"{W}shd")
    if colour is None:
        return None
    shown = colour.get(f"{W}val", "").casefold()
    behind = shade.get(f"{W}fill", "auto").casefold() if shade is not None else "auto"
    if shown == "auto" or len(shown) != 6:
        return ""
    if behind not in ("auto", shown):
        return ""
    try:
        light = all(int(shown[at : at + 2], 16) >= _WHITE_FROM for at in (0, 2, 4))
    except ValueError:
        return ""
    return "same colour as its background" if light or behind == shown else ""


def _number(value: str) -> float:
    return float(value) if value.isdigit() else float("inf")


def _value(parent: Element | None, name: str) -> str:
    found = parent.find(f"{W}{name}") if parent is not None else None
    return found.get(f"{W}val", "") if found is not None else ""
