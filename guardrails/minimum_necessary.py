"""Which fields of a case each tool and model task needs (45 CFR 164.502(b)); whatever is not declared does not go."""

from collections.abc import Mapping

from cases.errors import GuardFailed

DECLARED: Mapping[str, frozenset[str]] = {
    "read_chart": frozenset(),
    "resolve_payer": frozenset({"coverage"}),
    "payer_address": frozenset({"payer"}),
    "payer_has_endpoint": frozenset({"payer"}),
    "authorization_need": frozenset({"payer", "codes", "on", "place", "drug"}),
    "find_policy": frozenset({"payer", "codes", "on"}),
    "policy_text": frozenset({"policy"}),
    "payer_inquire": frozenset({"payer", "inquiry"}),
    "payer_submit": frozenset({"payer", "bundle"}),
    "model_session": frozenset(),
}
"""Arguments by tool. Reading the case's own chart hands nothing out; an order's codes and dates go to look a policy up,
never a name, a member number or a date of birth. A model task adds its own declaration with `declare`."""


class NeededFields:
    """The declarations in force: those of the tools, and those that model tasks add."""

    def __init__(self, declared: Mapping[str, frozenset[str]] = DECLARED) -> None:
        self._declared = dict(declared)

    def declare(self, use: str, fields: frozenset[str]) -> None:
        """Say which fields a use needs; a second declaration that differs is refused."""
        if self._declared.setdefault(use, fields) != fields:
            raise GuardFailed(f"'{use}' declares other fields than it did before.")

    def only_needed(self, use: str, record: Mapping[str, object]) -> dict[str, object]:
        """The record without what the use does not need; raises GuardFailed for a use that declares nothing."""
        fields = self._declared.get(use)
        if fields is None:
            raise GuardFailed(f"'{use}' does not say which fields it needs; nothing goes.")
        return {name: value for name, value in record.items() if name in fields}

    def check(self, use: str, names: frozenset[str]) -> None:
        """Raise GuardFailed where a use is given more than it declared."""
        extra = sorted(names - self._declared.get(use, frozenset()))
        if use not in self._declared or extra:
            raise GuardFailed(f"'{use}' was given fields it does not need: {', '.join(extra) or 'none are declared'}.")
