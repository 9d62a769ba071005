"""Transcripts of scans kept in the home folder, sealed: a cache that spares reading a page twice, and nothing more."""

import contextlib
import hashlib
import hmac
import os
from datetime import timedelta
from pathlib import Path

from cases.errors import StoreDamaged
from cases.ids import Digest
from cases.ports import Clock
from runtime.encryption import Cipher
from runtime.master_key import MasterKey

KEPT = timedelta(days=30)
"""A case is worked within days; what is asked for later is read anew."""
_CONTEXT = "scan transcript"


class ScanCache:
    """One sealed file for each scan, named by a keyed hash, so that a name gives no scan away.

    A file that is damaged, of another key or not there counts as absent, and one that cannot be written is done
    without: whoever asks then reads the scan again. Removing the folder is always safe.
    """

    def __init__(self, folder: Path, key: MasterKey, clock: Clock) -> None:
        self._folder = folder
        self._cipher = Cipher(key)
        self._name_key = key.derive("scan names")
        self._clock = clock

    def get(self, digest: Digest) -> bytes | None:
        try:
            return self._cipher.open(self._path(digest).read_bytes(), _CONTEXT + digest)
        except (OSError, StoreDamaged):
            return None

    def put(self, digest: Digest, transcript: bytes) -> None:
        path = self._path(digest)
        draft = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget_old()
            draft.write_bytes(self._cipher.seal(transcript, _CONTEXT + digest))
            draft.replace(path)

    def _path(self, digest: Digest) -> Path:
        name = hmac.new(self._name_key, digest.encode(), hashlib.sha256).hexdigest()
        return self._folder / f"{name}.sealed"

    def _forget_old(self) -> None:
        """Remove what has not been written for `KEPT`."""
        oldest = (self._clock.now() - KEPT).timestamp()
        for path in self._folder.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
