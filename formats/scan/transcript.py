"""What character recognition made of a scan: words with place and confidence, kept so that no page is read twice."""

from typing import Protocol

from cases.frozen import Frozen
from cases.ids import Digest

VERSION = "2026-11-26"
"""Changes with whatever changes what is read; a transcript of another version is made anew."""


class Word(Frozen):
    """One word as read: its box in pixels of the upright page, confidence in 0..1, and its line on the page.

    `gap` is how many spaces stand before it on its line. `rival` is what a second look at the page made of the same
    place where the two differ and neither can be trusted over the other.
    """

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    line: int
    block: int
    gap: int = 1
    rival: str | None = None


class PageTranscript(Frozen):
    """One page: its size in pixels as read, by how many degrees clockwise it was turned, and its words in order.

    `lost` says why the page gives no text; `partly` that some of it could not be read.
    """

    number: int
    width: int
    height: int
    turned: float = 0.0
    words: tuple[Word, ...] = ()
    lost: str = ""
    partly: str = ""

    @property
    def confidence(self) -> float:
        """Mean word confidence, each word by its length; 0 where nothing was read."""
        letters = sum(len(word.text) for word in self.words)
        weighed = sum(word.confidence * len(word.text) for word in self.words)
        return round(weighed / letters, 4) if letters else 0.0


class Transcript(Frozen):
    """A whole scan, or those pages of a file that had to be read as pictures."""

    version: str = VERSION
    pages: tuple[PageTranscript, ...]


class TranscriptStore(Protocol):
    """Keeps transcripts by the digest of the file they were read from; losing one costs only time."""

    def get(self, digest: Digest) -> bytes | None: ...

    def put(self, digest: Digest, transcript: bytes) -> None: ...
