"""An interchange as segments: delimiters taken from its own ISA, counts and control numbers checked on request."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.errors import UnreadableFile

ELEMENT, COMPONENT, REPEAT, END = "*", ":", "^", "~"
_ISA_LENGTH = 106
_ISA_ELEMENTS = 17
_FIX = "send the interchange again, from ISA to IEA"
_MOST_SEGMENTS = 200_000


@dataclass(frozen=True)
class Segment:
    """One segment: its name, and its elements from the first."""

    name: str
    elements: tuple[str, ...]

    def at(self, number: int) -> str:
        """Element `number` as X12 counts (UM01 is 1); empty where the segment is shorter."""
        return self.elements[number - 1] if 1 <= number <= len(self.elements) else ""


@dataclass(frozen=True)
class Interchange:
    """All segments in order, and the component separator they were written with."""

    segments: tuple[Segment, ...]
    component: str

    def named(self, name: str) -> Iterator[Segment]:
        return (segment for segment in self.segments if segment.name == name)

    def components(self, element: str) -> tuple[str, ...]:
        return tuple(element.split(self.component)) if element else ()


def read_interchange(content: bytes, file: str) -> Interchange:
    """Segments of an interchange; line breaks and indents between segments are let through.

    Raises UnreadableFile where there is no whole ISA, or its delimiters do not part the rest.
    """
    text = content.decode("utf-8-sig", "replace").lstrip()
    if not text.startswith("ISA") or len(text) < _ISA_LENGTH:
        raise UnreadableFile(file, "is not an X12 interchange: no ISA segment", fix=_FIX)
    element = text[3]
    head = text.split(element, _ISA_ELEMENTS - 1)
    if len(head) < _ISA_ELEMENTS or len(head[-1]) < 2:
        raise UnreadableFile(file, "has a broken ISA segment", field="ISA", fix=_FIX)
    component, end = head[-1][0], head[-1][1]
    if component.isalnum() or end.isalnum():
        raise UnreadableFile(file, "has a broken ISA segment", field="ISA16", fix=_FIX)
    parts = [part.strip() for part in text.split(end)]
    if len(parts) > _MOST_SEGMENTS:
        raise UnreadableFile(file, f"holds more than {_MOST_SEGMENTS} segments", fix="send it in parts")
    split = (part.split(element) for part in parts if part)
    return Interchange(tuple(Segment(name.strip(), tuple(rest)) for name, *rest in split), component)


def faults(interchange: Interchange) -> tuple[str, ...]:
    """What of the envelope does not agree: counts of segments and of sets, and control numbers."""
    found = []
    names = [segment.name for segment in interchange.segments]
    if not names or names[0] != "ISA" or names[-1] != "IEA":
        found.append("ISA and IEA do not enclose it")
    for opening, closing, number in (("ISA", "IEA", 13), ("GS", "GE", 6), ("ST", "SE", 2)):
        pairs = zip(interchange.named(opening), interchange.named(closing), strict=False)
        if names.count(opening) != names.count(closing):
            found.append(f"{opening} and {closing} do not pair")
        if any(first.at(number) != last.at(2) for first, last in pairs):
            found.append(f"{opening} and {closing} have different control numbers")
    starts = [at for at, name in enumerate(names) if name == "ST"]
    ends = [at for at, name in enumerate(names) if name == "SE"]
    for start, end in zip(starts, ends, strict=False):
        if interchange.segments[end].at(1) != str(end - start + 1):
            found.append(f"SE01 says {interchange.segments[end].at(1)} segments, there are {end - start + 1}")
    return tuple(found)


def segment(name: str, *elements: str) -> str:
    """A segment as written: trailing empty elements left out."""
    kept = list(elements)
    while kept and not kept[-1]:
        kept.pop()
    return ELEMENT.join((name, *kept)) + END


def plain(text: str, most: int) -> str:
    """Text in the basic character set, without delimiters, at most `most` letters: accents are written without."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(" " if letter in (ELEMENT, COMPONENT, REPEAT, END) or letter < " " else letter for letter in folded)
    return " ".join(kept.split()).upper()[:most].strip()


def reference(number: str, most: int) -> str:
    """A number that comes back in the answer: as it is, without delimiters."""
    return "".join(letter for letter in number if letter.isascii() and (letter.isalnum() or letter in "-._/"))[:most]


def joined(components: Sequence[str]) -> str:
    return COMPONENT.join(components)
