"""The PHI guard as the product uses it: finds identifiers in any text, or refuses the text."""

import threading
import time
from functools import cache
from zipfile import BadZipFile

from cases.errors import CountersignError, GuardFailed
from cases.ports import CaseMemory
from guardrails.phi.detection import NOTHING_KNOWN, Deadline, Detector
from guardrails.phi.recognizers.analysis import Analysis
from guardrails.phi.recognizers.people_and_places import PeopleAndPlaces
from guardrails.phi.spans import PhiSpan
from guardrails.phi.tagger.decoding import Thresholds
from guardrails.phi.tagger.network import Tagger, shipped_weights

MOST_CHARACTERS = 2_000_000
"""A longer text is refused: nothing the product handles in one piece is that long."""
_LEAST_SECONDS = 20.0
_SLOWEST = 10_000
"""Characters a second below which the guard gives a text up."""
_MOST_CONTROLS = 0.02
"""Share of control characters above which a text is taken for binary."""
_TEXT_CONTROLS = frozenset("\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85")
"""Control characters that text, HL7 and X12 use."""


class PhiGuard:
    """Finds identifiers. Whatever goes wrong inside it becomes GuardFailed, which repeats nothing of the text."""

    def __init__(
        self, detector: Detector, *, most_characters: int = MOST_CHARACTERS, least_seconds: float = _LEAST_SECONDS
    ) -> None:
        self._detector = detector
        self._most_characters = most_characters
        self._least_seconds = least_seconds

    def find(self, text: str, memory: CaseMemory = NOTHING_KNOWN) -> tuple[PhiSpan, ...]:
        """Spans in code points of `text`, in order, none overlapping another.

        Raises GuardFailed for a text that is too long, is no text, takes too long, or breaks a recogniser.
        """
        self._admit(text)
        deadline = Deadline(time.monotonic() + max(self._least_seconds, len(text) / _SLOWEST))
        try:
            found = self._detector.find(text, deadline, memory)
        except CountersignError:
            raise
        except Exception as error:  # noqa: BLE001
            raise GuardFailed(f"The PHI guard broke ({type(error).__name__}); the text is refused.") from None
        deadline.check()
        return tuple(PhiSpan(start=item.start, end=item.end, type=item.type, score=item.score) for item in found)

    def _admit(self, text: str) -> None:
        if len(text) > self._most_characters:
            raise GuardFailed(
                f"The text has {len(text)} characters, and the PHI guard reads {self._most_characters} at a time; "
                "split it."
            )
        controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in _TEXT_CONTROLS)
        if "\x00" in text or controls > _MOST_CONTROLS * len(text):
            raise GuardFailed("This is not text (it holds control characters); the PHI guard refuses it.")
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in set(text)):
            raise GuardFailed("This is not text (its bytes are no UTF-8); the PHI guard refuses it.")


_BUILDING = threading.Lock()


def shipped_guard() -> PhiGuard:
    """The guard with the weights that ship, built at its first use (some seconds) and kept for the process.

    Raises GuardFailed where it cannot be built.
    """
    with _BUILDING:
        return _shipped()


@cache
def _shipped() -> PhiGuard:
    try:
        tagger = Tagger(shipped_weights())
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise GuardFailed(f"The PHI guard's weights cannot be read ({type(error).__name__}); reinstall.") from None
    return PhiGuard(Detector(Analysis(PeopleAndPlaces(tagger, Thresholds()))))
