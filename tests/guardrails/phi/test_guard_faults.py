"""Whatever goes wrong in the guard, the text is refused, and the refusal repeats nothing of it."""

import contextlib
import os
import time
from pathlib import Path
from zipfile import BadZipFile

import pytest

from cases.errors import GuardFailed
from cases.ports import CaseMemory
from guardrails.phi.detection import NOTHING_KNOWN, Deadline, Detector
from guardrails.phi.guard import PhiGuard
from guardrails.phi.masking import CaseMasker
from guardrails.phi.recognizers.analysis import Analysis
from guardrails.phi.redaction import AuditRedactor
from guardrails.phi.spans import Found
from guardrails.phi.tagger.network import shipped_weights

PHI = "Odalys Quillfeather, MRN 00482913"


class Raising(Detector):
    """A detector whose recogniser breaks, with the text in its message."""

    def __init__(self) -> None:
        """Needs no analysis."""

    def find(self, text: str, deadline: Deadline, memory: CaseMemory = NOTHING_KNOWN) -> list[Found]:
        raise ValueError(f"cannot read {text}")


class Slow(Raising):
    """A detector that takes longer than it is given."""

    def find(self, text: str, deadline: Deadline, memory: CaseMemory = NOTHING_KNOWN) -> list[Found]:
        time.sleep(max(0.0, deadline.at - time.monotonic()) + 0.01)
        return []


class SlowAnalysis(Analysis):
    """An analysis that wastes time on every part of a text."""

    def __init__(self) -> None:
        """Needs no engine."""

    def find(self, text: str) -> list[Found]:
        time.sleep(0.05)
        return []


def test_detector_that_raises_refuses_the_text() -> None:
    with pytest.raises(GuardFailed) as raised:
        PhiGuard(Raising()).find(PHI)
    assert "Quillfeather" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_detector_that_takes_too_long_refuses_the_text() -> None:
    with pytest.raises(GuardFailed, match="out of time"):
        PhiGuard(Slow(), least_seconds=0.05).find(PHI)


def test_detection_gives_up_in_the_middle() -> None:
    with pytest.raises(GuardFailed, match="out of time"):
        Detector(SlowAnalysis()).find("a word. " * 40_000, Deadline(time.monotonic() + 0.1))


def test_five_megabytes_are_refused_at_once(guard: PhiGuard) -> None:
    started = time.monotonic()
    with pytest.raises(GuardFailed, match="split it"):
        guard.find("x" * 5_000_000)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "text", [os.urandom(4000).decode("latin-1"), "PK\x03\x04\x00\x00" * 9, "\udcff\udcfe text", "\x00"]
)
def test_binary_is_refused(guard: PhiGuard, text: str) -> None:
    with pytest.raises(GuardFailed, match="not text"):
        guard.find(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a" * 200_000, "1" * 100_000, "-" * 100_000, "A. " * 60_000, "{" * 50_000, "<a " * 30_000,
        "a@" * 50_000, "1/" * 60_000, "x|" * 50_000, "[[" * 40_000, "Dr. " * 40_000, "a-1" * 40_000, "1 " * 60_000,
    ],
)  # fmt: skip
def test_hostile_text_is_read_or_refused_in_time(guard: PhiGuard, text: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(GuardFailed):
        guard.find(text)
    assert time.monotonic() - started < 60


def test_masker_and_redactor_fail_closed() -> None:
    broken = PhiGuard(Raising())
    with pytest.raises(GuardFailed):
        CaseMasker(broken, b"secret").mask(PHI, CaseMemory())
    with pytest.raises(GuardFailed):
        AuditRedactor(lambda: broken).redact(PHI)


def test_weights_that_are_not_there_or_not_ours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="weights"):
        shipped_weights(tmp_path / "weights.npz")
    (tmp_path / "other.npz").write_bytes(b"PK not an archive")
    with pytest.raises((OSError, ValueError, KeyError, BadZipFile)):
        shipped_weights(tmp_path / "other.npz")
