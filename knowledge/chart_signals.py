"""Statements in a chart that bind how a case is worked: the patient's restriction, the physician's word on haste."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml

RESTRICTED, EXPEDITED = "restricted_by_patient", "expedited_by_physician"
_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;](?!\s|$)[^.!?;\n]*|\n(?![ \t]*\n)[^.!?;\n]*)*(?:[.!?;]|\n|$)")
_LONGEST = 600


class Signal(Frozen):
    """One kind of statement: what says it, what must stand in the same document, and what undoes it."""

    id: str
    says: tuple[str, ...]
    together_with: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    within_days: int | None = None
    citation: str
    verified: bool


class _SignalsFile(Frozen):
    version: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Statement:
    """Where a text says it: code points [start, end) and the words."""

    start: int
    end: int
    quote: str


class ChartSignals:
    """The signals by id, asked of one text at a time."""

    def __init__(self, content: _SignalsFile) -> None:
        self.version = content.version
        self._signals = {signal.id: signal for signal in content.signals}
        self._patterns = {
            signal.id: tuple(_any(words) for words in (signal.says, signal.together_with, signal.unless))
            for signal in content.signals
        }

    def signal(self, signal_id: str) -> Signal:
        return self._signals[signal_id]

    def statements(self, signal_id: str, text: str) -> Iterator[Statement]:
        """Each sentence that makes the statement, in order."""
        says, together, unless = self._patterns[signal_id]
        if together.pattern and not together.search(text):
            return
        for sentence in _sentences(text):
            words = " ".join(sentence.group().split())
            if words and says.search(words) and not (unless.pattern and unless.search(words)):
                yield Statement(sentence.start(), sentence.end(), words)


def _sentences(text: str) -> Iterator[re.Match[str]]:
    """Sentences and single lines; a line that runs on is part of its sentence."""
    return (match for match in _SENTENCE.finditer(text) if match.group().strip() and len(match.group()) <= _LONGEST)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@cache
def shipped_signals() -> ChartSignals:
    """The signals that ship. Raises StoreDamaged where the file is not in order."""
    try:
        return ChartSignals(_SignalsFile.model_validate(read_yaml(RULES / "chart_signals.yaml")))
    except (ValidationError, re.error) as error:
        raise StoreDamaged(f"chart_signals.yaml: {error}") from error
