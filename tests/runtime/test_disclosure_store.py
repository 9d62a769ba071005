"""Disclosures, incidents, consents and surrogate maps are kept, read back, and sealed where they may hold PHI."""

from datetime import date, timedelta

import pytest

from cases.consent import Consent, SensitiveCategory
from cases.disclosure import FourFactors
from cases.errors import Conflict, GuardFailed, NotFound
from cases.ids import CaseId, Digest
from cases.ports import Disclosure
from guardrails.disclosure_accounting import misdirected
from runtime import disclosure_store, phi_map_store
from runtime.audit import AuditLog
from runtime.clock import SettableClock
from runtime.database import Database
from runtime.disclosure_store import StoredDisclosures
from runtime.master_key import master_key
from runtime.settings import Settings
from tests.runtime.conftest import NOW

CASE = CaseId("case-1")
DISCLOSURE = Disclosure(
    case_id=CASE, purpose="operations", task="extract", endpoint="https://models.example/v1",
    agreement=Digest("a" * 64), contents=("NAME", "DATE"), masked=True, digest=Digest("b" * 64), size=1024,
)  # fmt: skip
SECRET = "Odalys Quillfeather at 212-555-0134"


def test_disclosure_is_in_the_ledger_and_in_the_proved_log(database: Database, settings: Settings) -> None:
    audit = AuditLog(master_key(settings), None)
    StoredDisclosures(database, audit, SettableClock(NOW)).record(DISCLOSURE)
    with database.read() as transaction:
        (row,) = disclosure_store.ledger(transaction, CASE)
        (entry,) = audit.entries(transaction, CASE)
        assert audit.verify(transaction).holds
        assert disclosure_store.ledger(transaction, CaseId("other")) == ()
    assert (row.disclosure, row.at, row.impermissible) == (DISCLOSURE, NOW, False)
    assert entry.event.action == "phi.disclosed"
    assert entry.event.detail["contents"] == "NAME,DATE"


def test_what_cannot_be_recorded_raises_and_leaves_no_row(database: Database, settings: Settings) -> None:
    bad = DISCLOSURE.model_copy(update={"task": "free text with spaces"})
    with pytest.raises(GuardFailed):
        StoredDisclosures(database, AuditLog(master_key(settings), None), SettableClock(NOW)).record(bad)
    with database.read() as transaction:
        assert disclosure_store.ledger(transaction) == ()


def test_incident_is_sealed_and_closed_once(database: Database, settings: Settings) -> None:
    with database.begin() as transaction:
        disclosure_store.open_incident(transaction, misdirected("i1", CASE, NOW, "fax", SECRET, ("NAME",)))
    factors = FourFactors(
        nature_of_information="names", who_received_it="a clinic", acquired_or_viewed="no", mitigation="shredded",
        low_risk=True,
    )  # fmt: skip
    with database.begin() as transaction:
        closed = disclosure_store.close_incident(transaction, "i1", factors, NOW + timedelta(days=2))
    assert closed.closed_at is not None
    with database.read() as transaction:
        assert disclosure_store.incidents_held(transaction, CASE) == (closed,)
    with pytest.raises(Conflict), database.begin() as transaction:
        disclosure_store.close_incident(transaction, "i1", factors, NOW)
    with pytest.raises(NotFound), database.begin() as transaction:
        disclosure_store.close_incident(transaction, "i9", factors, NOW)
    assert not any(SECRET.encode() in path.read_bytes() for path in settings.home.rglob("*") if path.is_file())


def test_consent_is_kept_and_revoked(database: Database) -> None:
    consent = Consent(
        id="c1", case_id=CASE, categories=(SensitiveCategory.HIV,), recipient="Plan", purpose="payment",
        signed_by=SECRET, signed_on=date(2026, 1, 1),
    )  # fmt: skip
    with database.begin() as transaction:
        disclosure_store.add_consent(transaction, consent, NOW)
        revoked = disclosure_store.revoke_consent(transaction, "c1", date(2026, 2, 1))
    with database.read() as transaction:
        assert disclosure_store.consents_of(transaction, CASE) == (revoked,)
    assert consent.holds(SensitiveCategory.HIV, "plan", "payment", date(2026, 3, 1))
    assert not revoked.holds(SensitiveCategory.HIV, "plan", "payment", date(2026, 3, 1))
    with pytest.raises(NotFound), database.begin() as transaction:
        disclosure_store.revoke_consent(transaction, "c9", date(2026, 2, 1))


def test_surrogate_map_is_sealed_read_back_and_forgotten(database: Database, settings: Settings) -> None:
    with database.begin() as transaction:
        phi_map_store.put_map(transaction, "m1", f'{{"shown": "{SECRET}"}}', NOW)
    with database.read() as transaction:
        assert SECRET in phi_map_store.get_map(transaction, "m1")
    assert not any(SECRET.encode() in path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    with database.begin() as transaction:
        assert phi_map_store.forget_before(transaction, NOW) == 0
        assert phi_map_store.forget_before(transaction, NOW + timedelta(seconds=1)) == 1
    with pytest.raises(NotFound), database.read() as transaction:
        phi_map_store.get_map(transaction, "m1")
