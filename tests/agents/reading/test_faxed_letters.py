"""Five letters as noisy faxes: rendered, specked, tilted, read by OCR, and worked to the same day and pathway."""

import io
import random
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from agents.reading.denial_letter.reader import LetterReading, read_letter
from formats.scan.reading import ScanReader
from knowledge.denial_clocks import clocks_of
from knowledge.payer_directory import shipped_directory
from tests.agents.reading.test_denial_letters import Score, has_the_day
from tests.labels.halves import FOLDER, rows

Row = dict[str, Any]
FAXED = [row for row in rows("letters.jsonl") if row["scanned"]]
FONTS = [
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf"),
]
FONT = next((path for path in FONTS if path.exists()), None)
WIDTH, HEIGHT, DPI = 1728, 2200, 204
pytestmark = [
    pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed"),
    pytest.mark.skipif(FONT is None, reason="no monospaced font is installed to render a fax with"),
]


def fax(text: str, seed: int) -> bytes:
    """A fine-mode fax page (204 dpi, one bit) of the text: tilted by half a degree, with specks and broken strokes."""
    noise = random.Random(seed)
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    assert FONT is not None
    ImageDraw.Draw(page).multiline_text((110, 120), text, fill=0, font=ImageFont.truetype(str(FONT), 30), spacing=12)
    page = page.rotate(noise.uniform(-0.6, 0.6), fillcolor=255, resample=Image.Resampling.BICUBIC)
    pixels = page.load()
    assert pixels is not None
    for _ in range(2500):
        at = (noise.randrange(WIDTH), noise.randrange(HEIGHT))
        pixels[at] = 0 if noise.random() < 0.7 else 255
    out = io.BytesIO()
    page.point(lambda value: 255 if value > 150 else 0).convert("1").save(
        out, "TIFF", compression="group4", dpi=(DPI, DPI)
    )
    return out.getvalue()


@cache
def received(file: str) -> LetterReading:
    content = fax((FOLDER / file).read_text(encoding="utf-8"), int(Path(file).name[:2]))
    return read_letter(ScanReader().read_image(content, "fax.tif").text, shipped_directory())


@pytest.mark.parametrize("row", FAXED, ids=lambda row: str(row["id"]))
def test_a_faxed_letter_is_worked_to_the_same_day_on_the_same_pathway(row: Row) -> None:
    facts = received(row["file"]).facts
    assert facts is not None
    assert has_the_day(row, facts), clocks_of(facts, "America/Chicago")[0].work
    assert facts.pathway in {row["pathway"], *row.get("pathway_accept", [])}


def test_member_numbers_and_reasons_of_faxes() -> None:
    """OCR takes a zero for a letter now and then: such a denial finds no case and goes to a person."""
    score = Score()
    for row in FAXED:
        score.add(row, received(row["file"]).facts)
    exact = sum(received(row["file"]).numbers.member_id == row["member_id"] for row in FAXED)
    assert exact >= 3
    assert score.f1 >= 0.8, score.unmet
