"""Takes a text apart: JSON, XML, HL7 v2, X12 and tables are read by field, the rest is left as it is."""

from collections.abc import Callable, Iterator

from guardrails.phi.spans import Found
from guardrails.phi.structured.fields import Piece, Reading
from guardrails.phi.structured.hl7_reader import hl7_segments, read_hl7
from guardrails.phi.structured.json_reader import json_regions, read_json
from guardrails.phi.structured.table_reader import read_table, table_regions
from guardrails.phi.structured.x12_reader import read_x12, x12_segments
from guardrails.phi.structured.xml_reader import looks_like_xml, read_xml

Region = tuple[int, int, Callable[[], Reading]]


def read_structure(text: str) -> Reading:
    """The whole text as identifiers by field and pieces to scan; plain text is one piece."""
    found: list[Found] = []
    pieces: list[Piece] = []
    at = 0
    for start, end, read in sorted(_regions(text), key=lambda region: (region[0], -region[1])):
        if start < at:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], at, start))
        reading = read()
        found += reading.found
        pieces += reading.pieces
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], at, len(text)))
    return Reading(found, pieces)


def _regions(text: str) -> Iterator[Region]:
    if looks_like_xml(text):
        yield 0, len(text), lambda: read_xml(text, 0, len(text))
        return
    if "{" in text or "[" in text:
        for start, end in json_regions(text):
            yield start, end, lambda start=start, end=end: read_json(text, start, end)  # type: ignore[misc]
    if "|" in text:
        for segment in hl7_segments(text):
            yield segment.start(), segment.end(), lambda segment=segment: read_hl7(segment)  # type: ignore[misc]
    if "*" in text:
        for segment in x12_segments(text):
            yield segment.start(), segment.end(), lambda segment=segment: read_x12(segment)  # type: ignore[misc]
    for start, end, mark in table_regions(text):
        yield start, end, lambda start=start, end=end, mark=mark: read_table(text, start, end, mark)  # type: ignore[misc]
