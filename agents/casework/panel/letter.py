"""A letter as a form of sentences, what a person made of it, and what that changed."""

import re
from collections.abc import Mapping

from agents.casework.panel.changes import ChangedLine, Line, changed_lines
from cases.packet import Letter
from formats.letter_markdown import write_letter

_FIELD = re.compile(r"s-(\d{1,4})-(\d{1,4})")


def edited(original: Letter, fields: Mapping[str, str]) -> Letter:
    """The letter with the sentences of a form put in; an emptied sentence is left out, and a point without any too.

    Fields are `s-POINT-SENTENCE` and `closing`; what is not given stays. Citations stay with their sentence.
    """
    given = {name: " ".join(text.split()) for name, text in fields.items() if _FIELD.fullmatch(name)}
    points = []
    for at, point in enumerate(original.points):
        sentences = [
            sentence.model_copy(update={"text": text})
            for place, sentence in enumerate(point.sentences)
            if (text := given.get(f"s-{at}-{place}", sentence.text))
        ]
        if sentences:
            points.append(point.model_copy(update={"sentences": tuple(sentences)}))
    closing = fields.get("closing", original.closing).strip()
    return original.model_copy(update={"points": tuple(points), "closing": closing or original.closing})


def edited_markdown(original: Letter, fields: Mapping[str, str]) -> str:
    """The same as letter.md, as a review takes it."""
    return write_letter(edited(original, fields))


def changes(before: Letter, after: Letter) -> tuple[ChangedLine, ...]:
    """The lines that differ between two letters, word by word."""
    return changed_lines(_lines(before), _lines(after))


def _lines(letter: Letter) -> list[Line]:
    """Heading and text of each line, in order; the signature counts, because an edit voids it."""
    lines = [("Head", letter.date), *(("Head", line) for line in (*letter.sender, *letter.recipient, *letter.subject))]
    lines.append(("Head", letter.salutation))
    for point in letter.points:
        lines += [(point.heading, point.heading), *((point.heading, sentence.text) for sentence in point.sentences)]
    lines += [("Close", letter.closing)]
    return [*lines, ("Signature", letter.signature_line)] if letter.signature_line else lines
