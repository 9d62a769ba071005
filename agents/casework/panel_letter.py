"""A letter as a form of sentences, what a person made of it, and what that changed."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal

from cases.frozen import Frozen
from cases.packet import Letter
from formats.letter_markdown import write_letter

_WORDS = re.compile(r"\s+|[^\s]+")
_FIELD = re.compile(r"s-(\d{1,4})-(\d{1,4})")


class Piece(Frozen):
    """A run of words of a changed line: kept, added or removed."""

    kind: Literal["same", "added", "removed"]
    text: str


class ChangedLine(Frozen):
    """A line that differs, under the heading it stands beneath."""

    heading: str
    pieces: tuple[Piece, ...]


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
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(None, [text for _, text in old], [text for _, text in new], autojunk=False)
    found: list[ChangedLine] = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op != "equal":
            found += _changed(old[a:b], new[c:d])
    return tuple(found)


def _changed(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[ChangedLine]:
    pairs = [(*left, right[1]) for left, right in zip(old, new, strict=False)]
    pairs += [(heading, text, "") for heading, text in old[len(new) :]]
    pairs += [(heading, "", text) for heading, text in new[len(old) :]]
    return [ChangedLine(heading=heading, pieces=_pieces(left, right)) for heading, left, right in pairs]


def _pieces(left: str, right: str) -> tuple[Piece, ...]:
    old, new = _WORDS.findall(left), _WORDS.findall(right)
    pieces: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece(kind="same", text="".join(old[a:b])))
            continue
        pieces += [Piece(kind="removed", text="".join(old[a:b]))] if a < b else []
        pieces += [Piece(kind="added", text="".join(new[c:d]))] if c < d else []
    return tuple(pieces)


def _lines(letter: Letter) -> list[tuple[str, str]]:
    """Heading and text of each line, in order; the signature counts, because an edit voids it."""
    lines = [("Head", letter.date), *(("Head", line) for line in (*letter.sender, *letter.recipient, *letter.subject))]
    lines.append(("Head", letter.salutation))
    for point in letter.points:
        lines += [(point.heading, point.heading), *((point.heading, sentence.text) for sentence in point.sentences)]
    lines += [("Close", letter.closing)]
    return [*lines, ("Signature", letter.signature_line)] if letter.signature_line else lines
