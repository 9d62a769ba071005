"""Takes identifiers out of free text for good, before it is kept in an audit note (cases.ports.Redactor)."""

from collections.abc import Callable

from guardrails.phi.guard import PhiGuard, shipped_guard
from guardrails.phi.masking import placeholders


class AuditRedactor:
    """Redacts audit notes with a guard that is built when the first note comes."""

    def __init__(self, guard: Callable[[], PhiGuard] = shipped_guard) -> None:
        self._guard = guard

    def redact(self, text: str) -> str:
        """The text with `[NAME]`, `[DATE]` … for its identifiers; raises GuardFailed where it cannot."""
        return placeholders(text, self._guard().find(text))
