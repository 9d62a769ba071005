"""Takes identifiers out of free text for good, before it is kept in an audit note (cases.ports.Redactor)."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from guardrails.phi.spans import placeholders

if TYPE_CHECKING:
    from guardrails.phi.guard import PhiGuard


def _shipped() -> "PhiGuard":
    """The shipped guard, imported at first need: its libraries take seconds, and most commands write no note."""
    guard: PhiGuard = import_module("guardrails.phi.guard").shipped_guard()
    return guard


class AuditRedactor:
    """Redacts audit notes with a guard that is built when the first note comes."""

    def __init__(self, guard: "Callable[[], PhiGuard]" = _shipped) -> None:
        self._guard = guard

    def redact(self, text: str) -> str:
        """The text with `[NAME]`, `[DATE]` … for its identifiers; raises GuardFailed where it cannot."""
        return placeholders(text, self._guard().find(text))
