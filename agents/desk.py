"""A step's view of its one case: what it may read, and one commit for all it writes with its audit entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cases.audit_event import Actor, AuditEvent
from cases.case import Case, Flag
from cases.chart import Chart
from cases.consent import Consent
from cases.document import Document
from cases.errors import StoreDamaged
from cases.ids import CaseId, DocumentId
from cases.lifecycle import CaseEvent, advance
from cases.packet import Submission
from cases.ports import Clock
from runtime import case_records, case_store, chart_store, disclosure_store, work_store
from runtime.audit import AuditLog
from runtime.case_records import Timer
from runtime.database import Database, Transaction
from runtime.work_store import ProductKind

T = TypeVar("T")
Detail = dict[str, str | int | bool | None]


@dataclass(frozen=True)
class Record:
    """What one step leaves behind, written in one commit.

    `products` pairs a kind with a value of that kind. `artefacts` are named bytes whose digests the audit
    entry vouches for. `references` are numbers (system, value) by which others will name the case; `cleared`
    are kinds of timers that no longer matter. `events` are further audit entries, each an action with its detail.
    """

    action: str
    detail: Detail = field(default_factory=dict)
    case: Case | None = None
    products: Sequence[tuple[ProductKind[Any], object]] = ()
    artefacts: Mapping[str, bytes] = field(default_factory=dict)
    submission: Submission | None = None
    references: Sequence[tuple[str, str]] = ()
    timer: Timer | None = None
    cleared: Sequence[str] = ()
    events: Sequence[tuple[str, Detail]] = ()


@dataclass(frozen=True)
class CaseDesk:
    """One case in the hands of one actor."""

    database: Database
    audit: AuditLog
    clock: Clock
    case_id: CaseId
    actor: Actor
    actor_id: str

    def case(self) -> Case:
        with self.database.read() as transaction:
            return case_store.get(transaction, self.case_id)

    def chart(self) -> Chart:
        """The chart snapshot the case stands on."""
        with self.database.read() as transaction:
            digest = case_store.get(transaction, self.case_id).chart_digest
            if digest is None:
                raise StoreDamaged(f"Case {self.case_id} has no chart.")
            return chart_store.get_chart(transaction, self.case_id, digest)

    def sources(self, documents: Sequence[Document]) -> dict[DocumentId, bytes]:
        """The bytes of these documents' files."""
        with self.database.read() as transaction:
            return {
                document.id: chart_store.get_source(transaction, self.case_id, document.digest)
                for document in documents
            }

    def product(self, kind: ProductKind[T], revision: int | None = None) -> T | None:
        with self.database.read() as transaction:
            return work_store.get_product(transaction, self.case_id, kind, revision)

    def consents(self) -> tuple[Consent, ...]:
        """Every consent recorded for the case, also those that have ended."""
        with self.database.read() as transaction:
            return disclosure_store.consents_of(transaction, self.case_id)

    def submission(self) -> Submission | None:
        with self.database.read() as transaction:
            return work_store.newest_submission(transaction, self.case_id)

    def record(self, revision: int, record: Record) -> Case:
        """Write everything of the record in one commit; gives the case as saved."""
        with self.database.begin() as transaction:
            return self.record_in(transaction, revision, record)

    def record_in(self, transaction: Transaction, revision: int, record: Record) -> Case:
        """The same, inside a transaction that the caller commits."""
        now = self.clock.now()
        case = record.case or case_store.get(transaction, self.case_id)
        if record.case is not None and record.case != case_store.get(transaction, self.case_id):
            case = case_store.save(transaction, record.case, now)
        for kind, product in record.products:
            work_store.put_product(transaction, self.case_id, revision, kind, product, now)
        if record.submission is not None:
            work_store.put_submission(transaction, record.submission)
        for system, value in record.references:
            case_records.refer(transaction, system, value, self.case_id)
        case_records.clear_timers(transaction, self.case_id, record.cleared)
        if record.timer is not None:
            case_records.set_timer(transaction, record.timer)
        for action, told in (*record.events, (record.action, record.detail)):
            self._event(transaction, action, told)
        for name, content in record.artefacts.items():
            digest = work_store.put_artefact(transaction, self.case_id, revision, name, content, now)
            detail: Detail = {"name": name, "revision": revision, "artefact_sha256": digest}
            self._event(transaction, "artefact.written", detail)
        return case

    def _event(self, transaction: Transaction, action: str, detail: Detail) -> None:
        self.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id, at=self.clock.now(), actor=self.actor, actor_id=self.actor_id,
                action=action, subject=self.case_id, detail=detail,
            ),
        )  # fmt: skip


def moved(case: Case, event: CaseEvent, **changes: object) -> Case:
    """The case after a lifecycle event, with further changes; raises ImpossibleMove.

    A case that took the event before, because the step died after its commit and runs again, stays as it is.
    """
    state = advance(case.state, event)
    return (
        case
        if state is case.state and event is not CaseEvent.WORK
        else case.model_copy(update={"state": state, **changes})
    )


def flagged(case: Case, flags: Sequence[Flag]) -> tuple[Flag, ...]:
    """The case's flags with these added; one that says the same again is not repeated."""
    known = {(flag.code, flag.source) for flag in flags}
    return (*(flag for flag in case.flags if (flag.code, flag.source) not in known), *flags)
