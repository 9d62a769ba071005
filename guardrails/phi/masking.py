"""Masks a text with surrogates and puts the identifiers back, exactly. What cannot be put back exactly is refused."""

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from cases.errors import GuardFailed
from cases.frozen import Frozen
from cases.ports import CaseMemory
from guardrails.phi.detection import NOTHING_KNOWN
from guardrails.phi.guard import PhiGuard
from guardrails.phi.spans import PhiSpan, PhiType
from guardrails.phi.surrogates import Surrogates

_TITLE = re.compile(r"(?:Dr|Mr|Mrs|Ms|Miss|Doctor|Mister|Prof)\b\.?\s*(?=[^\W\d_])", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"[:\[,\s]\d+[,\]}\s]")
"""A number as JSON writes it, with what stands before and after."""
_MOST_ATTEMPTS = 5
_KEPT_CASES = 512


class Surrogate(Frozen):
    """One replacement: `shown` stood in the text, `stands_in` stands there now."""

    type: PhiType
    shown: str
    stands_in: str


class SurrogateMap(Frozen):
    """The way back from masked text. It is PHI and is kept encrypted."""

    entries: tuple[Surrogate, ...] = ()

    @property
    def kinds(self) -> tuple[PhiType, ...]:
        """The kinds of identifiers replaced, each once."""
        return tuple(dict.fromkeys(entry.type for entry in self.entries))

    def joined(self, other: "SurrogateMap") -> "SurrogateMap":
        return SurrogateMap(entries=tuple(dict.fromkeys((*self.entries, *other.entries))))


class Masked(Frozen):
    """Masked text and the map that undoes it. Masked is not de-identified: it is still PHI."""

    text: str
    map: SurrogateMap


def mask_text(text: str, spans: Sequence[PhiSpan], surrogates: Surrogates) -> Masked:
    """The text with each span replaced; not a character outside the spans changes. Titles before names stay.

    Raises GuardFailed where the way back would not be exact.
    """
    numbers = _is_json(text)
    for attempt in range(_MOST_ATTEMPTS):
        masked = _masked(text, spans, surrogates, attempt, numbers=numbers)
        if restore_text(masked.text, masked.map) == text:
            return masked
    raise GuardFailed("A text cannot be masked so that it can be restored exactly; it is refused.")


def restore_text(text: str, surrogate_map: SurrogateMap) -> str:
    """The text with surrogates of the map replaced by what they stand for; any other word is left alone."""
    shown = {entry.stands_in: entry.shown for entry in surrogate_map.entries}
    if not shown:
        return text
    return _pattern(shown).sub(lambda match: shown[match[0]], text)


def _pattern(stand_ins: Iterable[str]) -> re.Pattern[str]:
    """Any of the surrogates, the longest first; one that begins or ends with a letter or digit stands alone."""
    return re.compile("|".join(_alone(word) for word in sorted(stand_ins, key=len, reverse=True)))


def _alone(word: str) -> str:
    before = r"(?<![^\W_])" if word[0].isalnum() else ""
    after = r"(?![^\W_])" if word[-1].isalnum() else ""
    return before + re.escape(word) + after


def _masked(text: str, spans: Sequence[PhiSpan], surrogates: Surrogates, attempt: int, *, numbers: bool) -> Masked:
    parts: list[str] = []
    taken: dict[str, str] = {}
    entries: dict[Surrogate, None] = {}
    at = 0
    for span in spans:
        start = _after_title(text, span)
        if start >= span.end:
            continue
        shown = text[start : span.end]
        bare = numbers and shown.isdigit() and _BARE_NUMBER.match(text, max(0, start - 1), span.end + 1) is not None
        stands_in = _free(surrogates, span.type, shown, attempt, taken, number=bare)
        taken[stands_in] = shown
        entries[Surrogate(type=span.type, shown=shown, stands_in=stands_in)] = None
        parts += [text[at:start], stands_in]
        at = span.end
    return Masked(text="".join((*parts, text[at:])), map=SurrogateMap(entries=tuple(entries)))


def _free(
    surrogates: Surrogates, kind: PhiType, shown: str, attempt: int, taken: dict[str, str], *, number: bool
) -> str:
    """A surrogate that stands for nothing else in this text."""
    for more in range(attempt, attempt + _MOST_ATTEMPTS):
        stands_in = surrogates.number(shown, more) if number else surrogates.of(kind, shown, more)
        if taken.get(stands_in, shown) == shown:
            return stands_in
    raise GuardFailed("No free surrogate was found for a text; it is refused.")


def _after_title(text: str, span: PhiSpan) -> int:
    title = _TITLE.match(text, span.start, span.end) if span.type is PhiType.NAME else None
    return title.end() if title else span.start


def _is_json(text: str) -> bool:
    """Whether the text is JSON, or a JSON value to a line."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    return _parses(text) or all(_parses(line) for line in text.splitlines() if line.strip())


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class CaseMasker:
    """Masks the texts of cases, and restores what comes back, by the surrogates of each case (cases.ports.Masker).

    The maps of the cases last used are kept in memory; surrogates follow from secret and case, so that another
    process gives the same ones.
    """

    def __init__(self, guard: PhiGuard, secret: bytes) -> None:
        self._guard = guard
        self._secret = secret
        self._lock = threading.Lock()
        self._maps: OrderedDict[str, SurrogateMap] = OrderedDict()

    def mask(self, text: str, memory: CaseMemory = NOTHING_KNOWN) -> str:
        """The text with surrogates; raises GuardFailed rather than letting anything through."""
        return self.masked(text, memory).text

    def masked(self, text: str, memory: CaseMemory = NOTHING_KNOWN) -> Masked:
        """Masked text with its own map, which is also remembered for `restore`."""
        spans = self._guard.find(text, memory)
        masked = mask_text(text, spans, Surrogates(self._secret, memory.case_id))
        with self._lock:
            held = self._maps.pop(memory.case_id, SurrogateMap())
            self._maps[memory.case_id] = held.joined(masked.map)
            while len(self._maps) > _KEPT_CASES:
                self._maps.popitem(last=False)
        return masked

    def restore(self, text: str, memory: CaseMemory = NOTHING_KNOWN) -> str:
        """The text with this case's surrogates replaced by what they stand for; other words are left alone."""
        with self._lock:
            held = self._maps.get(memory.case_id, SurrogateMap())
        return restore_text(text, held)

    def kinds(self, text: str, memory: CaseMemory = NOTHING_KNOWN) -> tuple[PhiType, ...]:
        """The kinds of identifiers in a text, for the disclosure ledger."""
        return tuple(dict.fromkeys(span.type for span in self._guard.find(text, memory)))
