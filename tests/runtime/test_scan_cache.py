"""The cache of transcripts: sealed, named by nothing that tells, and never in the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cases.ids import digest_of
from runtime.clock import SettableClock
from runtime.master_key import MasterKey
from runtime.scan_cache import KEPT, ScanCache

DIGEST, WORDS = digest_of(b"a fax"), b'{"pages": "Alan Quinn"}'


def cache(folder: Path, key: bytes = b"k" * 32, now: datetime | None = None) -> ScanCache:
    return ScanCache(folder, MasterKey(key), SettableClock(now or datetime.now(UTC)))


def test_a_transcript_comes_back_and_lies_there_sealed(tmp_path: Path) -> None:
    cache(tmp_path / "scans").put(DIGEST, WORDS)
    assert cache(tmp_path / "scans").get(DIGEST) == WORDS
    (file,) = (tmp_path / "scans").iterdir()
    assert b"Quinn" not in file.read_bytes()
    assert DIGEST not in file.name


def test_what_is_absent_damaged_moved_or_of_another_key_is_none(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    assert kept.get(DIGEST) is None
    kept.put(DIGEST, WORDS)
    assert cache(tmp_path, b"o" * 32).get(DIGEST) is None
    kept.put(digest_of(b"other"), b"{}")
    one, two = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_size)
    two.write_bytes(one.read_bytes())
    assert kept.get(DIGEST) is None


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "scans").write_text("in the way")
    blocked = cache(tmp_path / "scans")
    blocked.put(DIGEST, WORDS)
    assert blocked.get(DIGEST) is None


def test_old_transcripts_are_removed_when_another_is_kept(tmp_path: Path) -> None:
    cache(tmp_path).put(DIGEST, WORDS)
    later = cache(tmp_path, now=datetime.now(UTC) + KEPT + timedelta(days=1))
    later.put(digest_of(b"other"), b"{}")
    assert len(list(tmp_path.iterdir())) == 1
