"""What a note says of itself as a whole: its day, how the patient was seen, which side, and whether it is final."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agents.reading.rules_reader.calendar_words import dated_words
from agents.reading.rules_reader.conditions import conditions_in
from agents.reading.rules_reader.layout import Layout
from cases.evidence import Laterality, Setting

Cues = Mapping[str, re.Pattern[str]]
_MODES = frozenset({Setting.IN_PERSON, Setting.VIDEO, Setting.TELEPHONE})
_TITLE_LINES = 5
_HEAD_LINES = 10
_SIDE_LINES = 6
_TITLED_SIDE_LINES = 3
_CLOSING_LINES = 2
_RECORD_LINES = 4
LISTED = re.compile(r"[^\n]*\||[\s#\d.-]{0,6}(?:\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4})")
"""An item of a list: what it says of one day is not said of the note."""
SIDE_WORDS = re.compile(
    r"\b(?:(?P<right>right(?:-sided)?|rt\.?|(?-i:RIGHT|R[UML]L|R[UL]E))|"
    r"(?P<left>(?<!space )(?<!cartilage )left(?:-sided)?|lt\.?|(?-i:L[UL]L|L[UL]E))|"
    r"(?P<both>both|bilateral(?:ly)?|bilat))\b"
    r"|(?<![\w/])(?:(?<!\d )|(?<=[CTL]\d[-/]\d ))(?<!\bK-)(?:(?-i:(?P<r>R)|(?P<l>L)))(?![\w/-])(?!\s?/)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Frame:
    """What holds for a whole note unless a sentence says otherwise.

    `mode` is how the patient was seen. `side` is the one body side that title and header lines name. `unfinal` are
    the words that make the whole note preliminary, void or an example. `copied` says that the note as a whole was
    carried forward, from `copied_from` where a day is given, `doubted` that its values are in doubt, `of_other`
    that somebody else filled it in for themselves. `title` is the text of the first lines, `closing` of the last.
    `therapist` says that it is a therapist's own record: its first lines say so, farther down another writer may.
    """

    written: date | None
    mode: frozenset[Setting]
    side: Laterality | None
    unfinal: str
    doubted: bool
    of_other: bool
    copied: bool
    copied_from: date | None
    gender: str
    title: str
    head: str
    closing: str
    therapist: bool


def frame_of(text: str, layout: Layout, cues: Cues, written: date | None, gender: str) -> Frame:
    """Read the frame from the title, the header lines and what is said of the whole document."""
    lines = layout.lines.splitlines(keepends=True)
    title = "".join(lines[:_TITLE_LINES])
    head = "".join(lines[:_HEAD_LINES])
    titled = "".join(line for line in lines[:_TITLE_LINES] if not LISTED.match(line))
    unfinal = cues["note_unfinal"].search(layout.lines) or cues["title_unfinal"].search(titled)
    copied = cues["note_copied"].search(head)
    closing = "".join([line for line in lines if line.strip()][-_CLOSING_LINES:])
    return Frame(
        written=written,
        mode=_mode(layout.lines, len(head), cues) | _treated(layout.lines, cues) | _watched(head, cues),
        doubted=cues["values_doubted"].search(layout.lines) is not None,
        side=_one_side(cues["note_side"], "".join(lines[:_SIDE_LINES]))
        or _one_side(cues["title_side"], "".join(lines[:_TITLED_SIDE_LINES]))
        or _sole_side(cues["leading_side"], layout.lines),
        unfinal=unfinal[0] if unfinal else "",
        of_other=cues["note_of_somebody_else"].search(layout.lines) is not None,
        copied=copied is not None,
        copied_from=_origin(head, copied) if copied else None,
        gender=gender.casefold(),
        title=title,
        head=head,
        therapist=bool(
            cues["therapy_record"].search("".join(lines[:_RECORD_LINES])) or cues["therapist_signs"].search(closing)
        ),
        closing=closing,
    )


def _mode(text: str, head: int, cues: Cues) -> frozenset[Setting]:
    """How the patient was seen: as the head says, else as the first sentence that says so."""
    for end in (head, len(text)):
        found = [item for item in conditions_in(text, 0, end, cues, _MODES)]
        told = [
            item
            for item in found
            if not cues["mode_of_another_contact"].search(text, max(0, item.start - 40), item.end + 20)
        ]
        if told:
            first = min(item.start for item in told)
            return frozenset(item.setting for item in told if item.start == first)
    return frozenset()


def _treated(text: str, cues: Cues) -> frozenset[Setting]:
    return frozenset({Setting.ON_TREATMENT}) if cues["note_on_treatment"].search(text) else frozenset()


def _watched(head: str, cues: Cues) -> frozenset[Setting]:
    if cues["unsupervised"].search(head):
        return frozenset({Setting.UNSUPERVISED})
    return frozenset({Setting.SUPERVISED}) if cues["programme_supervised"].search(head) else frozenset()


def _one_side(label: re.Pattern[str], head: str) -> Laterality | None:
    lines = [set(sides_in(match[0])) for match in label.finditer(head)]
    sides = {side for named in lines if len(named) == 1 for side in named}
    return next(iter(sides)) if len(sides) == 1 else None


def _sole_side(lead: re.Pattern[str], text: str) -> Laterality | None:
    """The side of the joint that opens a line, where the note names no other side at all."""
    sides = set(sides_in(text)) if lead.search(text) else set()
    return next(iter(sides)) if len(sides) == 1 else None


def sides_in(words: str) -> list[Laterality]:
    """The body sides that words name, in order."""
    return [side_of_match(match) for match in SIDE_WORDS.finditer(words)]


def side_of_match(match: re.Match[str]) -> Laterality:
    """Which side a match of SIDE_WORDS means."""
    if match["right"] or match["r"]:
        return Laterality.RIGHT
    return Laterality.LEFT if match["left"] or match["l"] else Laterality.BILATERAL


def _origin(head: str, copied: re.Match[str]) -> date | None:
    found = dated_words(head, copied.start(), min(len(head), copied.end() + 40), None)
    return next((words.day for words in found if words.day), None)
