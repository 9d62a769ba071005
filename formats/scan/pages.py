"""One picture of a page to words: cleaned, looked at twice, turned upright where it lies, and judged for legibility."""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from PIL.Image import Resampling
from scipy import ndimage

from formats.scan.cleaning import Ink, cleaned, ink_of
from formats.scan.looks import UNSURE, both
from formats.scan.tesseract import NotRead, RawWord, scaled, turn_of, words_on
from formats.scan.transcript import PageTranscript, Word
from formats.scan.transmission import transmission_last

_BLANK_SHARE = 0.0003
"""Of a page's dots; a single printed word is about this many."""
_MOSTLY_BLACK = 0.085
"""Of a page's dots: print covers up to a twelfth, and where more is dark and nothing is read it is noise."""
_FEW_LETTERS = 100
_NEXT_TO_NOTHING = 40
_POOR = 0.75
_GOOD = 0.6
_UNREAD_SHARE = 0.005
_MOSTLY_UNREAD = 4
_LARGELY_UNREAD = 2
_WEAK_SHARE = 0.25
_ENLARGED, _WIDE_ENOUGH = 1.5, 2200
"""Measured: 1951 in 12 point type at 200 dpi is read as 1954 at .92 confidence, and rightly when enlarged."""
_SKEW_DEGREES = 6.0
_SKEW_STEP = 0.5
_SKEW_WIDTH = 400
_LEAST_SKEW = 1.0
_AROUND = 3


@dataclass(frozen=True)
class _Look:
    """A page in one position and the words found on it."""

    page: Image.Image
    turned: float
    clean: Image.Image
    words: tuple[Word, ...]

    @property
    def letters(self) -> int:
        return sum(len(word.text) for word in self.words if word.confidence >= _GOOD)

    @property
    def confidence(self) -> float:
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters if letters else 0.0


def read_page(page: Image.Image, number: int, tesseract: str) -> PageTranscript:
    """The words of a page, or why it gives none."""
    if ink_of(page).mean() < _BLANK_SHARE:
        return PageTranscript(number=number, width=page.width, height=page.height)
    try:
        look = _best_look(page, tesseract)
    except NotRead as reason:
        return PageTranscript(number=number, width=page.width, height=page.height, lost=str(reason))
    lost, partly = _judged(look)
    return PageTranscript(
        number=number, width=look.page.width, height=look.page.height, turned=look.turned,
        words=() if lost else transmission_last(look.words, look.page.height), lost=lost, partly=partly,
    )  # fmt: skip


def turned(page: Image.Image, degrees: float) -> Image.Image:
    """The page turned clockwise, on white, as it was read."""
    if not degrees:
        return page
    if degrees % 90 == 0:
        return page.rotate(-degrees, expand=True)
    return page.rotate(-degrees, resample=Resampling.BICUBIC, fillcolor=255)


def _best_look(page: Image.Image, tesseract: str) -> _Look:
    """Upright first; a page that gives little is tried turned and straightened, and the better one is kept."""
    look = _look(page, 0.0, tesseract)
    if look.letters < _NEXT_TO_NOTHING and ink_of(look.clean).mean() > _MOSTLY_BLACK:
        return look
    if look.letters < _FEW_LETTERS and (turn := turn_of(look.clean, tesseract)):
        look = _better(look, _look(turned(page, turn), float(turn), tesseract))
    if look.confidence < _POOR and abs(skew := skew_of(ink_of(look.clean))) >= _LEAST_SKEW:
        look = _better(look, _look(turned(look.page, skew), look.turned + skew, tesseract))
    return look


def _better(one: _Look, other: _Look) -> _Look:
    return other if (other.letters, other.confidence) > (one.letters, one.confidence) else one


def _look(page: Image.Image, degrees: float, tesseract: str) -> _Look:
    """Two looks; a page on which the first finds next to nothing needs no second."""
    clean = cleaned(page)
    first = _enlarged_words(clean, tesseract)
    found = sum(len(word.text) for word in first if word.confidence >= _GOOD)
    second = words_on(page, tesseract) if found >= _NEXT_TO_NOTHING else first
    return _Look(page, degrees, clean, both(first, second))


def _enlarged_words(page: Image.Image, tesseract: str) -> list[RawWord]:
    """The words of a page enlarged to about 300 dots an inch, at which digits are told apart best; noise as it is."""
    if page.width >= _WIDE_ENOUGH or ink_of(page).mean() > _MOSTLY_BLACK:
        return words_on(page, tesseract)
    size = round(page.width * _ENLARGED), round(page.height * _ENLARGED)
    return [scaled(word, 1 / _ENLARGED) for word in words_on(page.resize(size, Resampling.BICUBIC), tesseract)]


def skew_of(ink: Ink) -> float:
    """By how many degrees clockwise the page must be turned so that its lines lie level, by their row profile."""
    step = max(1, ink.shape[1] // _SKEW_WIDTH)
    small = ink[::step, ::step].astype(np.float32)
    angles = np.arange(-_SKEW_DEGREES, _SKEW_DEGREES + _SKEW_STEP, _SKEW_STEP)
    sharpness = [_sharpness(ndimage.rotate(small, -angle, reshape=False, order=1)) for angle in angles]
    return float(angles[int(np.argmax(sharpness))])


def _sharpness(page: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    return float(np.square(np.diff(page.sum(axis=1))).sum())


def _judged(look: _Look) -> tuple[str, str]:
    """Why the page counts as unread, or what of it was left; both empty where it was read."""
    ink = ink_of(look.clean)
    read = _covered(ink, look.words)
    explained, unread = int(ink[read].sum()), int(ink[~read].sum())
    much_unread = unread > _UNREAD_SHARE * ink.size
    if look.letters < _FEW_LETTERS and much_unread and unread > _MOSTLY_UNREAD * explained:
        return "is too poor a copy to be read, or holds a picture or handwriting", ""
    weak = sum(word.confidence < UNSURE for word in look.words)
    if look.words and weak > _WEAK_SHARE * len(look.words):
        return "", f"{weak} of its {len(look.words)} words could not be read with certainty"
    if much_unread and unread > _LARGELY_UNREAD * explained:
        return "", "holds a picture, handwriting or a poor copy beside its text"
    return "", ""


def _covered(ink: Ink, words: tuple[Word, ...]) -> Ink:
    """Where words were read with some confidence."""
    read = np.zeros_like(ink)
    for word in words:
        if word.confidence >= UNSURE:
            top, left = max(word.top - _AROUND, 0), max(word.left - _AROUND, 0)
            read[top : word.top + word.height + _AROUND, left : word.left + word.width + _AROUND] = True
    return read
