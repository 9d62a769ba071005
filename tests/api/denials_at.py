"""Payers' messages handed in to a home, for the pages that show denials: letters as text and PDF, and a remittance."""

from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import letter as LETTER
from reportlab.pdfgen.canvas import Canvas

from agents.casework.payer_messages import take_message
from agents.toolbox import Toolbox
from cases.denial import Denial
from tests.labels.halves import FOLDER

LETTERS = FOLDER / "letters"
TEXTS = (
    "01-northlake-oxygen", "02-keel-pet-ct", "15-brightwater-mri-expedited", "20-lakeshore-ivig",
    "25-brightwater-corrected-claim", "29-tamarack-part-d", "36-cordell-no-precert", "37-northlake-bed-modified",
    "38-northlake-days-denied",
)  # fmt: skip
PAGED = "11-brightwater-mri"
REMIT = FOLDER / "remits" / "24-one-long-line.835"


def as_pdf(text: str) -> bytes:
    """The text as a page of a born-digital PDF."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=LETTER)
    lines = canvas.beginText(72, 720)
    lines.setFont("Helvetica", 11)
    for line in text.splitlines():
        lines.textLine(line)
    canvas.drawText(lines)
    canvas.save()
    return stream.getvalue()


def hand_in(box: Toolbox, names: tuple[str, ...] = TEXTS) -> dict[str, Denial]:
    """Hand in the letters, one PDF and a remittance; gives the first denial of each by name."""
    opened = {name: _take(box, LETTERS / f"{name}.txt") for name in names}
    paged = as_pdf((LETTERS / f"{PAGED}.txt").read_text("utf-8"))
    (opened["pdf"],) = take_message(box, "letter.pdf", paged).denials
    opened["remit"] = _take(box, REMIT)
    return opened


def _take(box: Toolbox, path: Path) -> Denial:
    return take_message(box, path.name, path.read_bytes()).denials[0]
