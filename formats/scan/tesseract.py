"""tesseract as a process of its own: one page in, words out, never longer than it is given."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image

from cases.errors import UnreadableFile

SECONDS = 60.0
"""Of one look at one page; an ordinary page takes under one."""
_FIELDS = 12
_WORD_LEVEL = "5"
_COLUMN = "4"
_ORIENTATION = "0"
_LEAST_ORIENTATION_CONFIDENCE = 6.0
"""Noise is given up to 3, a page of print 10 to 20."""


class NotRead(Exception):
    """Why a look at a page gave nothing; never leaves formats.scan."""


@dataclass(frozen=True)
class RawWord:
    """A word of tesseract's table: (block, paragraph, line), box in pixels, confidence in 0..1."""

    place: tuple[int, int, int]
    left: int
    top: int
    width: int
    height: int
    confidence: float
    text: str


def scaled(word: RawWord, by: float) -> RawWord:
    """The word with its box in another scale."""
    left, top, width, height = (round(value * by) for value in (word.left, word.top, word.width, word.height))
    return replace(word, left=left, top=top, width=max(width, 1), height=max(height, 1))


def program(file: str) -> str:
    """Where tesseract is. Raises UnreadableFile where it is not installed."""
    found = shutil.which("tesseract")
    if found is None:
        raise UnreadableFile(file, "is a scan, and tesseract is not installed", fix="apt-get install tesseract-ocr")
    return found


def words_on(page: Image.Image, tesseract: str, seconds: float = SECONDS) -> list[RawWord]:
    """The words of a page in tesseract's order. Raises NotRead."""
    table = _run(page, [tesseract, "-", "-", "--psm", _COLUMN, "tsv"], seconds)
    rows = (line.split("\t") for line in table.splitlines())
    return [_word(row) for row in rows if len(row) == _FIELDS and row[0] == _WORD_LEVEL and row[11].strip()]


def turn_of(page: Image.Image, tesseract: str, seconds: float = SECONDS) -> int:
    """By how many degrees clockwise the page must be turned to stand upright; 0 where that cannot be told."""
    try:
        answer = _run(page, [tesseract, "-", "-", "--psm", _ORIENTATION], seconds)
    except NotRead:
        return 0
    said = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
    sure = float(said.get("Orientation confidence", "0")) >= _LEAST_ORIENTATION_CONFIDENCE
    return int(said.get("Rotate", "0")) % 360 if sure else 0


def _run(page: Image.Image, command: list[str], seconds: float) -> str:
    picture = BytesIO()
    page.save(picture, "PNG", compress_level=1)
    one_thread = ["/usr/bin/env", "OMP_THREAD_LIMIT=1", *command]
    try:
        done = subprocess.run(one_thread, input=picture.getvalue(), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise NotRead(f"took longer than {seconds:.0f} seconds to read") from None
    except OSError as error:
        raise NotRead(f"could not be given to tesseract ({type(error).__name__})") from None
    if done.returncode:
        raise NotRead("could not be read by tesseract")
    return done.stdout.decode("utf-8", "replace")


def _word(row: list[str]) -> RawWord:
    left, top, width, height = (int(value) for value in row[6:10])
    confidence = max(float(row[10]), 0.0) / 100
    return RawWord(
        (int(row[2]), int(row[3]), int(row[4])), left, top, width, height, round(confidence, 4), row[11].strip()
    )
