"""How the stand-in payer behaves: rules matched on a request, read from a JSON script.

A script is {"default": BEHAVIOUR, "rules": [{"behaviour": BEHAVIOUR, CONDITION: VALUE …, "seconds": N}]}; the first
rule whose conditions all hold decides. Conditions: `claim_identifier`, `product_code`, `sequence` (the request's
number among those of its operation, from 1, restarts included), `operation` (`$submit` unless named). An inquiry that
no rule names is answered from the log.
"""

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path


class Behaviour(StrEnum):
    """What happens to a request. `before` and `after` are before and after the payer has accepted it."""

    CERTIFY = "certify"
    PEND = "pend"
    DENY = "deny"
    MODIFY = "modify"
    TIMEOUT_BEFORE_ACCEPT = "timeout_before_accept"
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"
    ERROR_400 = "error_400"
    ERROR_422 = "error_422"
    ERROR_500_BEFORE_ACCEPT = "error_500_before_accept"
    ERROR_500_AFTER_ACCEPT = "error_500_after_accept"
    ERROR_503 = "error_503"
    BROKEN_BODY = "broken_body"
    SLOW = "slow"


ACCEPTING = frozenset(
    {
        Behaviour.CERTIFY,
        Behaviour.PEND,
        Behaviour.DENY,
        Behaviour.MODIFY,
        Behaviour.TIMEOUT_AFTER_ACCEPT,
        Behaviour.ERROR_500_AFTER_ACCEPT,
        Behaviour.BROKEN_BODY,
        Behaviour.SLOW,
    }
)
"""Behaviours under which the payer holds the request afterwards, whatever it said."""


@dataclass(frozen=True)
class Arrival:
    """What a rule may look at."""

    operation: str
    claim_identifier: str
    product_codes: tuple[str, ...]
    sequence: int


@dataclass(frozen=True)
class Rule:
    """Conditions (None holds always), the behaviour, its delay in seconds where it has one, and its reason in words."""

    behaviour: Behaviour
    claim_identifier: str | None = None
    product_code: str | None = None
    sequence: int | None = None
    operation: str = "$submit"
    seconds: float | None = None
    words: str = ""

    def holds(self, arrival: Arrival) -> bool:
        return (
            self.operation == arrival.operation
            and self.claim_identifier in (None, arrival.claim_identifier)
            and self.sequence in (None, arrival.sequence)
            and (self.product_code is None or self.product_code in arrival.product_codes)
        )


@dataclass(frozen=True)
class Script:
    """The rules in order and what happens where none holds."""

    rules: tuple[Rule, ...] = ()
    default: Behaviour = Behaviour.CERTIFY

    def rule(self, arrival: Arrival) -> Rule:
        usual = self.default if arrival.operation == "$submit" else Behaviour.CERTIFY
        return next((rule for rule in self.rules if rule.holds(arrival)), Rule(usual))


def read_script(path: Path | None) -> Script:
    """The script of a file, or the plain one. Raises ValueError that names what is wrong in it."""
    if path is None:
        return Script()
    given = json.loads(path.read_text("utf-8"))
    if not isinstance(given, dict) or not isinstance(given.get("rules", []), list):
        raise ValueError(f"{path}: not an object with a list of rules")
    rules = tuple(_rule(path, entry) for entry in given.get("rules", []))
    return Script(rules, Behaviour(given.get("default", Behaviour.CERTIFY)))


def _rule(path: Path, entry: object) -> Rule:
    known = {field.name for field in fields(Rule)}
    if not isinstance(entry, dict) or not set(entry) <= known or "behaviour" not in entry:
        raise ValueError(f"{path}: a rule has a behaviour and of {sorted(known)} nothing else: {entry}")
    return Rule(**{**entry, "behaviour": Behaviour(entry["behaviour"])})
