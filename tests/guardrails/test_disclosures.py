"""The accounting of disclosures, incidents of stray messages, and what each tool may be given."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.disclosure import FourFactors, LedgerRow
from cases.errors import GuardFailed
from cases.ids import CaseId, Digest
from cases.ports import Disclosure
from guardrails.disclosure_accounting import accounting, misdirected
from guardrails.minimum_necessary import DECLARED, NeededFields
from tools.registry import GRANTS, TOOLS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FACTORS = {
    "nature_of_information": "names",
    "who_received_it": "a clinic",
    "acquired_or_viewed": "no",
    "mitigation": "shredded",
}


def row(number: int, purpose: str, days: int = 1, *, impermissible: bool = False) -> LedgerRow:
    disclosure = Disclosure(
        case_id=CaseId("c1"), purpose=purpose, task="t", endpoint="https://x", agreement=Digest("0" * 64),
        contents=("NAME",), masked=True, digest=Digest("1" * 64), size=10,
    )  # fmt: skip
    return LedgerRow(number=number, at=NOW - timedelta(days=days), disclosure=disclosure, impermissible=impermissible)


def test_accounting_leaves_out_exempt_purposes_and_keeps_the_impermissible() -> None:
    rows = [
        row(1, "treatment"), row(2, "payment"), row(3, "operations"), row(4, "public_health"), row(5, "judicial"),
        row(6, "payment", impermissible=True), row(7, "a purpose nobody listed"), row(8, "research", days=7 * 366),
        row(9, "research", days=-1),
    ]  # fmt: skip
    assert [one.number for one in accounting(rows, NOW)] == [4, 5, 6, 7]


def test_six_years_are_counted_on_a_leap_day_too() -> None:
    at = datetime(2028, 2, 29, tzinfo=UTC)
    kept = accounting([row(1, "research").model_copy(update={"at": datetime(2022, 2, 28, 1, tzinfo=UTC)})], at)
    assert len(kept) == 1


def test_misdirected_message_is_presumed_a_breach_until_assessed() -> None:
    incident = misdirected("i1", CaseId("c1"), NOW, "fax", "a wrong number", ("NAME", "MRN"))
    assert incident.is_breach()
    assert incident.notify_by == NOW + timedelta(days=60)
    assert not incident.is_overdue(NOW + timedelta(days=60))
    assert incident.is_overdue(NOW + timedelta(days=61))
    assessed = incident.model_copy(update={"assessment": FourFactors(**FACTORS, low_risk=True)})
    assert not assessed.is_breach()
    assert not assessed.is_overdue(NOW + timedelta(days=61))


def test_every_tool_declares_what_it_needs() -> None:
    of_cases = set().union(*(tools for step, tools in GRANTS.items() if step != "copilot"))
    assert set(DECLARED) == of_cases <= set(TOOLS)


def test_what_was_not_declared_does_not_go() -> None:
    needed = NeededFields()
    record = {"payer": "p", "codes": ("E0424",), "on": None, "patient": "Odalys Quillfeather"}
    assert needed.only_needed("find_policy", record) == {"payer": "p", "codes": ("E0424",), "on": None}
    with pytest.raises(GuardFailed, match="does not say"):
        needed.only_needed("new_tool", record)
    with pytest.raises(GuardFailed, match="patient"):
        needed.check("find_policy", frozenset(record))
    needed.declare("summarise", frozenset({"passages"}))
    needed.check("summarise", frozenset({"passages"}))
    with pytest.raises(GuardFailed):
        needed.declare("summarise", frozenset({"passages", "chart"}))
