"""Masks and restores text that comes in pieces: nothing is passed on before what stands behind it is known."""

from collections.abc import Callable

from cases.ports import CaseMemory
from guardrails.phi.guard import PhiGuard
from guardrails.phi.masking import SurrogateMap, mask_text, restore_text
from guardrails.phi.spans import PhiSpan
from guardrails.phi.surrogates import Surrogates

WINDOW = 400
"""Characters held back: more than any identifier with the words that give it away."""
_BREAKS = ("\n\n", "\n", ". ", " ")


class MaskingStream:
    """Feeds pieces through the guard. What `feed` gives is masked; `finish` gives the rest. One text, one stream."""

    def __init__(self, guard: PhiGuard, surrogates: Surrogates, memory: CaseMemory, window: int = WINDOW) -> None:
        self._guard = guard
        self._surrogates = surrogates
        self._memory = memory
        self._window = window
        self._before = ""
        self._held = ""
        self._due = 2 * window
        self.map = SurrogateMap()

    def feed(self, piece: str) -> str:
        """Masked text that is safe to pass on; often empty. Raises GuardFailed, and then nothing more may be passed."""
        self._held += piece
        if len(self._held) < self._due:
            return ""
        passed = self._passed(len(self._held) - self._window)
        self._due = len(self._held) + self._window
        return passed

    def finish(self) -> str:
        """The rest, masked."""
        return self._passed(len(self._held)) if self._held else ""

    def _passed(self, most: int) -> str:
        spans = [span for span in self._spans() if span.end > 0]
        cut = most if most == len(self._held) else self._cut(most, spans)
        inside = [_clipped(span, cut) for span in spans if span.start < cut]
        masked = mask_text(self._held[:cut], inside, self._surrogates)
        self.map = self.map.joined(masked.map)
        self._before = (self._before + self._held[:cut])[-self._window :]
        self._held = self._held[cut:]
        return masked.text

    def _spans(self) -> list[PhiSpan]:
        """Spans of what is held, found with what stood before it in view; offsets are those of what is held."""
        shift = len(self._before)
        found = self._guard.find(self._before + self._held, self._memory)
        return [span.model_copy(update={"start": span.start - shift, "end": span.end - shift}) for span in found]

    def _cut(self, most: int, spans: list[PhiSpan]) -> int:
        """The last break before `most` that cuts no span; nought where there is none yet."""
        for mark in _BREAKS:
            at = self._held.rfind(mark, 0, most)
            while at >= 0:
                cut = at + len(mark)
                if not any(span.start < cut < span.end for span in spans):
                    return cut
                at = self._held.rfind(mark, 0, at)
        return 0


def _clipped(span: PhiSpan, end: int) -> PhiSpan:
    return span.model_copy(update={"start": max(0, span.start), "end": min(span.end, end)})


class RestoringStream:
    """Puts identifiers back into an answer that comes in pieces; a surrogate cut in two is held until it is whole."""

    def __init__(self, surrogate_map: Callable[[], SurrogateMap] | SurrogateMap) -> None:
        self._map = surrogate_map() if callable(surrogate_map) else surrogate_map
        self._longest = max((len(entry.stands_in) for entry in self._map.entries), default=0)
        self._held = ""

    def feed(self, piece: str) -> str:
        """Restored text whose end cannot be part of a surrogate any more."""
        self._held += piece
        cut = self._cut()
        passed, self._held = self._held[:cut], self._held[cut:]
        return restore_text(passed, self._map)

    def finish(self) -> str:
        """The rest, restored."""
        passed, self._held = self._held, ""
        return restore_text(passed, self._map)

    def _cut(self) -> int:
        """Behind the last white space that lies before anything a surrogate may still grow from."""
        safe = max(0, len(self._held) - self._longest - 1)
        while safe > 0 and any(self._inside(entry.stands_in, safe) for entry in self._map.entries):
            safe -= 1
        return safe

    def _inside(self, word: str, at: int) -> bool:
        """Whether a whole surrogate, or its neighbour that decides whether it stands alone, lies across `at`."""
        first = max(0, at - len(word))
        return self._held.find(word, first, at + len(word)) >= 0
