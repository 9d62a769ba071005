"""The labels Word prints before list paragraphs, which its file holds only as rules."""

import re
from collections import defaultdict
from dataclasses import dataclass

from formats.docx.package import W
from formats.html.reading import numeral
from formats.markup import Element

_KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_PLACE = re.compile(r"%(\d)")
_LEVELS = 9


@dataclass(frozen=True)
class _Level:
    kind: str
    text: str
    start: int


class ListLabels:
    """Counts through a document: asked once for each list paragraph, in order."""

    def __init__(self, numbering: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._list_of: dict[str, str] = {}
        self._count: dict[str, dict[int, int]] = defaultdict(dict)
        if numbering is None:
            return
        for abstract in numbering.iter(f"{W}abstractNum"):
            levels = {int(level.get(f"{W}ilvl", "0")): _level(level) for level in abstract.iter(f"{W}lvl")}
            self._levels[abstract.get(f"{W}abstractNumId", "")] = levels
        for number in numbering.iter(f"{W}num"):
            abstract_id = number.find(f"{W}abstractNumId")
            if abstract_id is not None:
                self._list_of[number.get(f"{W}numId", "")] = abstract_id.get(f"{W}val", "")

    def label(self, number_id: str, level: int) -> str:
        """The label of the next paragraph of this list and level, indented; a dash where the list is of bullets."""
        rules = self._levels.get(self._list_of.get(number_id, ""), {})
        rule = rules.get(level)
        if number_id == "0" or not 0 <= level < _LEVELS:
            return ""
        indent = "  " * level
        if rule is None or rule.kind == "bullet":
            return f"{indent}- "
        if rule.kind == "none":
            return ""
        counts = self._count[number_id]
        counts[level] = counts.get(level, rule.start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        return indent + _PLACE.sub(lambda place: self._number(rules, counts, int(place[1]) - 1), rule.text) + " "

    def _number(self, rules: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        rule = rules.get(level)
        start = rule.start if rule else 1
        return numeral(counts.get(level, start), _KINDS.get(rule.kind if rule else "", "1"))


def _level(level: Element) -> _Level:
    def value(name: str, default: str) -> str:
        found = level.find(f"{W}{name}")
        return found.get(f"{W}val", default) if found is not None else default

    start = value("start", "1")
    return _Level(value("numFmt", "decimal"), value("lvlText", "%1."), int(start) if start.isdigit() else 1)
