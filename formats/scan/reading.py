"""Scans to text, each file once: pages read two at a time, transcripts kept by the digest of the file."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module

from pydantic import ValidationError

from cases.errors import UnreadableFile
from cases.ids import Digest, digest_of
from formats.scan.frames import Frame, frames
from formats.scan.layout import RESCAN, paged
from formats.scan.tesseract import program
from formats.scan.transcript import VERSION, PageTranscript, Transcript, TranscriptStore
from formats.text import PagedText

_AT_ONCE = 2
MOST_SECONDS = 900.0
"""Of one file: two hundred ordinary pages take about four minutes on two cores."""


class ScanReader:
    """Reads scans, and asks its store first; without a store it reads anew each time."""

    def __init__(self, store: TranscriptStore | None = None, most_seconds: float = MOST_SECONDS) -> None:
        self._store = store
        self._most_seconds = most_seconds

    def read_image(self, content: bytes, file: str) -> PagedText:
        """Text of every page of a TIFF, PNG or JPEG.

        Pages that cannot be read are reported as lost and keep their number. Raises UnreadableFile where no page
        gives text, or the file is damaged or too large.
        """
        transcript = self.transcript(content, file)
        read = paged(transcript.pages)
        if not read.text.strip():
            raise UnreadableFile(file, nothing_read(transcript), fix=RESCAN)
        return read

    def transcript(self, content: bytes, file: str) -> Transcript:
        """The words of every page of an image file."""
        return self.kept(content, lambda: self._pages(frames(content, file), file))

    def pictures(self, content: bytes, pictures: Iterable[Frame], file: str) -> Transcript:
        """The words of pages that another reader shows as pictures; `content` is the file they are from."""
        return self.kept(content, lambda: self._pages(iter(pictures), file))

    def kept(self, content: bytes, read: Callable[[], tuple[PageTranscript, ...]]) -> Transcript:
        digest = digest_of(content)
        held = self._held(digest)
        if held is not None:
            return held
        transcript = Transcript(pages=read())
        if self._store is not None:
            self._store.put(digest, transcript.model_dump_json(exclude_defaults=True).encode())
        return transcript

    def _held(self, digest: Digest) -> Transcript | None:
        """The transcript of this version, if one is kept that can be read."""
        stored = self._store.get(digest) if self._store is not None else None
        if stored is None:
            return None
        try:
            transcript = Transcript.model_validate_json(stored)
        except ValidationError:
            return None
        return transcript if transcript.version == VERSION else None

    def _pages(self, pictures: Iterator[Frame], file: str) -> tuple[PageTranscript, ...]:
        tesseract, ends = program(file), time.monotonic() + self._most_seconds
        waiting: deque[Future[PageTranscript]] = deque()
        done: list[PageTranscript] = []
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            for frame in pictures:
                if len(waiting) > _AT_ONCE:
                    done.append(waiting.popleft().result())
                waiting.append(readers.submit(_transcribed, frame, tesseract, ends))
            done += [page.result() for page in waiting]
        return tuple(done)


def _transcribed(frame: Frame, tesseract: str, ends: float) -> PageTranscript:
    if frame.image is None:
        return PageTranscript(number=frame.number, width=0, height=0, lost=frame.lost)
    if time.monotonic() > ends:
        size = frame.image.size
        return PageTranscript(number=frame.number, width=size[0], height=size[1], lost="was left when the time ran out")
    # numpy and scipy load with the first scan, not with every command
    read: PageTranscript = import_module("formats.scan.pages").read_page(frame.image, frame.number, tesseract)
    return read


def nothing_read(transcript: Transcript) -> str:
    """Why a scan gives no text at all, by its pages."""
    reasons = list(dict.fromkeys(page.lost or "is blank" for page in transcript.pages))
    if len(transcript.pages) == 1:
        return f"cannot be read: its only page {reasons[0]}"
    if len(reasons) == 1:
        return f"cannot be read: each of its {len(transcript.pages)} pages {reasons[0]}"
    return "cannot be read: " + "; ".join(f"page {page.number} {page.lost or 'is blank'}" for page in transcript.pages)
