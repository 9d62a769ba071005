"""Whether an order needs prior authorization: the most specific rule in force for payer, code, place and date."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from pydantic import ValidationError, model_validator

from cases.authorization import AuthorizationNeed, Need
from cases.case import LineOfBusiness, PayerRef
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import PayerId
from knowledge.code_pattern import closest
from knowledge.rule_files import RULES, read_yaml

_DEMAND = (Need.REQUIRED, Need.VENDOR, Need.PRESUMED, Need.UNKNOWN, Need.NOT_REQUIRED)
"""Of several codes of one order, the most demanding answer stands."""


class AuthorizationRule(Frozen):
    """One row of rules/pa_required.yaml. In force from `effective` up to and including `expires`.

    Exactly one of `payer` and `line_of_business` is set. `states` are two-letter codes, `settings` words such
    as hospital_outpatient; a rule with them says nothing of an order whose place is not known. `dispensed` rules are
    for drugs that a pharmacy dispenses, and of those only for the `drugs` named, where any are.
    """

    id: str
    payer: PayerId | None = None
    line_of_business: LineOfBusiness | None = None
    codes: tuple[str, ...]
    states: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    dispensed: bool = False
    drugs: tuple[str, ...] = ()
    need: Need
    channel: str = ""
    decider: str = ""
    effective: date | None = None
    expires: date | None = None
    citation: str
    verified: bool
    reason: str

    @model_validator(mode="after")
    def _names_whom_it_binds(self) -> "AuthorizationRule":
        if (self.payer is None) == (self.line_of_business is None):
            raise ValueError(f"{self.id}: give payer or line_of_business, and not both")
        if self.drugs and not self.dispensed:
            raise ValueError(f"{self.id}: drugs are named only in a rule for dispensed ones")
        return self

    def binds(self, payer: PayerRef, on: date) -> bool:
        mine = payer.id == self.payer or payer.line_of_business == self.line_of_business
        return (
            mine and (self.effective is None or self.effective <= on) and (self.expires is None or on <= self.expires)
        )

    def drug_fits(self, drug: str) -> bool:
        """Whether the rule is about such an order; `drug` is empty where no pharmacy dispenses it."""
        if not self.dispensed:
            return True
        named = drug.casefold()
        return bool(drug) and (not self.drugs or any(name.casefold() in named for name in self.drugs))

    def place_fits(self, states: frozenset[str], settings: frozenset[str]) -> bool | None:
        """Whether the rule holds at this place; None where the order does not say enough."""
        answers = [
            None if not known else bool(wanted & known)
            for wanted, known in ((self.states, states), (self.settings, settings))
            if wanted
        ]
        if False in answers:
            return False
        return None if None in answers else True

    def rank(self, code: str) -> tuple[int, int, tuple[int, int], int, date]:
        """How specific the rule is for a code it covers; the largest decides."""
        closeness = closest(self.codes, code) or (-1, 0)
        placed = int(bool(self.states)) + int(bool(self.settings))
        drug = int(self.dispensed) + int(bool(self.drugs))
        return (int(self.payer is not None), drug, closeness, placed, self.effective or date.min)

    def answer(self) -> AuthorizationNeed:
        return AuthorizationNeed(
            need=self.need,
            rule_id=self.id,
            reason=self.reason,
            citation=self.citation,
            verified=self.verified,
            channel=self.channel,
            decider=self.decider,
            effective=self.effective,
            expires=self.expires,
        )


class _RulesFile(Frozen):
    version: str
    rules: tuple[AuthorizationRule, ...]


class AuthorizationRules:
    """All rows, asked for one order at a time."""

    def __init__(self, rules: Sequence[AuthorizationRule]) -> None:
        self.rules = tuple(rules)

    def need(
        self, payer: PayerRef, codes: Sequence[str], on: date | None, place: str | None, drug: str = ""
    ) -> AuthorizationNeed:
        """The need for an order of these codes on this day; see `authorization_need`."""
        if on is None:
            return _unknown("The order has no date, and rules are dated.")
        if not codes:
            return _unknown("The order has no HCPCS or CPT code to look up.")
        answers = [self._for_code(payer, code.strip().upper(), on, place, drug) for code in codes]
        return min(answers, key=lambda answer: _DEMAND.index(answer.need))

    def candidates(self, payer: PayerRef, code: str, on: date) -> list[AuthorizationRule]:
        """Rules in force that cover the code, the most specific first."""
        bound = [rule for rule in self.rules if rule.binds(payer, on) and closest(rule.codes, code)]
        return sorted(bound, key=lambda rule: rule.rank(code), reverse=True)

    def _for_code(self, payer: PayerRef, code: str, on: date, place: str | None, drug: str) -> AuthorizationNeed:
        states, settings = _place(place)
        for rule in self.candidates(payer, code, on):
            if not rule.drug_fits(drug):
                continue
            fits = rule.place_fits(states, settings)
            if fits is None:
                return _depends_on_place(rule, code)
            if fits:
                return rule.answer()
        return _unknown(f"No rule held here covers {code} for {payer.name}.")


def _place(place: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """States and settings out of `OH`, `hospital_outpatient` or `OH/hospital_outpatient`."""
    parts = [part.strip() for part in (place or "").split("/") if part.strip()]
    states = frozenset(part.upper() for part in parts if len(part) == 2 and part.isalpha())
    return states, frozenset(part.casefold() for part in parts if part.upper() not in states)


def _unknown(reason: str) -> AuthorizationNeed:
    return AuthorizationNeed(
        need=Need.UNKNOWN,
        rule_id="none",
        reason=f"{reason} A person has to find out whether prior authorization is needed.",
        citation="",
        verified=False,
    )


def _depends_on_place(rule: AuthorizationRule, code: str) -> AuthorizationNeed:
    where = ", ".join(sorted(rule.states | rule.settings)).replace("_", " ")
    return rule.answer().model_copy(
        update={
            "need": Need.UNKNOWN,
            "channel": "",
            "decider": "",
            "reason": f"For {code} it depends on where the service is given ({where}), and the order does not say. "
            + rule.reason,
        }
    )


@cache
def shipped_rules() -> AuthorizationRules:
    """The rows that ship; raises StoreDamaged naming the row that does not fit."""
    path = RULES / "pa_required.yaml"
    try:
        return AuthorizationRules(_RulesFile.model_validate(read_yaml(path)).rules)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


def authorization_need(
    payer: PayerRef, codes: Sequence[str], on: date | None, place: str | None = None, drug: str = ""
) -> AuthorizationNeed:
    """Whether an order needs prior authorization under the shipped rules.

    `codes` are HCPCS or CPT codes of the one item ordered; the most demanding answer among them stands. `place`
    is a two-letter state, a setting, or both (`OH/hospital_outpatient`). `drug` names a drug that a pharmacy
    dispenses (`drug_benefit.dispensed_drug`). What no rule covers is UNKNOWN.
    """
    return shipped_rules().need(payer, codes, on, place, drug)
