"""A letter alone as PDF, for a fax or an appeal; the packet prints the same letter inside it."""

from datetime import datetime

from cases.ids import CaseId
from cases.packet import Letter
from formats.letter_references import place
from formats.packet.finishing import finished
from formats.packet.letter_story import letter_story
from formats.packet.page_frame import Running, build
from formats.packet.typeface import inline, printable_code_points


def render_letter(letter: Letter, case_id: CaseId, title: str, drafted_at: datetime, watermark: str = "") -> bytes:
    """The letter with its sources, under a running head of `title` and case; the same input gives the same bytes."""
    printable_code_points()
    total = 1
    for _ in range(2):
        story = list(letter_story(letter, lambda citation: inline(place(citation))))
        pdf, total = build(story, Running(case_id, title, drafted_at, total, watermark))
    return finished(pdf, drafted_at)
