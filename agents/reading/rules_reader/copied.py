"""Text said to be carried forward from an earlier note: how far it reaches, and the day it comes from."""

from datetime import date

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.partial_dates import ANY_DAY, day_of

_HEADING_REACH = 80
_ORIGIN_REACH = 40


def copied_from(note: Note, sentence: Sentence) -> tuple[bool, date | None]:
    """Whether a sentence was carried forward, by its own words, its heading's or the note's; and from which day."""
    if note.frame.copied:
        return True, note.frame.copied_from
    for start, end in ((sentence.start, sentence.end), _heading(sentence), *_leads(note, sentence)):
        found = note.cues["carried_forward"].search(note.text, start, end)
        if found:
            return True, _origin(note, found.start(), found.end())
    return False, None


def _leads(note: Note, sentence: Sentence) -> list[tuple[int, int]]:
    """What stands before a colon early in each earlier sentence of the block: it holds for what follows too."""
    before = (
        one for one in note.paragraphs[sentence.paragraph] if one.end <= sentence.start and one.block == sentence.block
    )
    ends = ((one.start, note.text.find(":", one.start, min(one.end, one.start + _HEADING_REACH))) for one in before)
    return [(start, colon) for start, colon in ends if colon > 0]


def _heading(sentence: Sentence) -> tuple[int, int]:
    if not sentence.heading:
        return 0, 0
    return sentence.heading_start, sentence.heading_start + len(sentence.heading) + _HEADING_REACH


def _origin(note: Note, start: int, end: int) -> date | None:
    day = ANY_DAY.search(note.text, start, end + _ORIGIN_REACH)
    return day_of(day[0], note.written, late=False) if day else None
