"""Stand-ins for the guards that a model call needs: a masker that knows the case, and a judge of protected records."""

import re
from datetime import date, timedelta

from cases.errors import GuardFailed
from cases.ports import CaseMemory, Disclosure

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_US = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_SHIFT = timedelta(days=101)


class KnownWordsMasker:
    """Replaces known identifiers by numbered surrogates, and shifts dates; the same both ways."""

    def mask(self, text: str, memory: CaseMemory) -> str:
        for surrogate, known in _surrogates(memory):
            text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", surrogate, text, flags=re.IGNORECASE)
        return _shifted(text, _SHIFT)

    def restore(self, text: str, memory: CaseMemory) -> str:
        for surrogate, known in _surrogates(memory):
            text = text.replace(surrogate, known)
        return _shifted(text, -_SHIFT)


class BrokenMasker(KnownWordsMasker):
    """Refuses every text."""

    def mask(self, text: str, memory: CaseMemory) -> str:
        raise GuardFailed("The detector broke.")


class BlindMasker(KnownWordsMasker):
    """Finds nothing."""

    def mask(self, text: str, memory: CaseMemory) -> str:
        return text


class RenumberingMasker(KnownWordsMasker):
    """Takes the numbers of passages for identifiers."""

    def mask(self, text: str, memory: CaseMemory) -> str:
        return re.sub(r"\[P\d+\]", "[P0]", super().mask(text, memory))


class WordJudge:
    """Withholds a text that names psychotherapy notes."""

    def withheld(self, text: str, memory: CaseMemory) -> str:
        return "psychotherapy_notes" if "psychotherapy note" in text.casefold() else ""


class BrokenJudge:
    """Cannot judge."""

    def withheld(self, text: str, memory: CaseMemory) -> str:
        raise GuardFailed("The classifier broke.")


class KeptDisclosures:
    """A ledger in memory; one that is `full` refuses."""

    def __init__(self, *, full: bool = False) -> None:
        self.kept: list[Disclosure] = []
        self._full = full

    def record(self, disclosure: Disclosure) -> None:
        if self._full:
            raise GuardFailed("The ledger cannot be written.")
        self.kept.append(disclosure)


def _surrogates(memory: CaseMemory) -> list[tuple[str, str]]:
    ordered = sorted({known.text: known.kind for known in memory.known}.items(), key=lambda item: -len(item[0]))
    return [(f"{kind}-{chr(65 + index)}", text) for index, (text, kind) in enumerate(ordered) if kind != "DATE"]


def _shifted(text: str, by: timedelta) -> str:
    text = _ISO.sub(lambda match: (date(*map(int, match.groups())) + by).isoformat(), text)
    return _US.sub(lambda match: f"{_day(match) + by:%m/%d/%Y}", text)


def _day(match: re.Match[str]) -> date:
    return date(int(match[3]), int(match[1]), int(match[2]))
