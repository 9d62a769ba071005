"""The disclosure ledger, incidents and consents: what left, what went astray, on what ground it may leave."""

from datetime import date, datetime

from sqlalchemy import insert, select, update

from cases.audit_event import Actor, AuditEvent
from cases.consent import Consent
from cases.disclosure import FourFactors, Incident, LedgerRow
from cases.errors import Conflict, NotFound
from cases.ids import CaseId
from cases.ports import Clock, Disclosure
from runtime.audit import AuditLog
from runtime.database import Database, Transaction
from runtime.phi_tables import consents, disclosures, incidents

ACTION = "phi.disclosed"


class StoredDisclosures:
    """The ledger (cases.ports.DisclosureLedger): each disclosure and its audit entry in one commit of their own."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock, actor_id: str = "system") -> None:
        self._database, self._audit, self._clock, self._actor_id = database, audit, clock, actor_id

    def record(self, disclosure: Disclosure) -> None:
        """Keep it for good before it happens; whatever is raised here must stop the disclosure."""
        with self._database.begin() as transaction:
            add_disclosure(transaction, self._audit, disclosure, self._clock.now(), actor_id=self._actor_id)


def add_disclosure(
    transaction: Transaction,
    audit: AuditLog,
    disclosure: Disclosure,
    at: datetime,
    *,
    actor_id: str = "system",
    impermissible: bool = False,
) -> int:
    """Add a row with its audit entry and give its number."""
    values = {
        "tenant_id": transaction.tenant_id, "case_id": disclosure.case_id, "at": at, "purpose": disclosure.purpose,
        "task": disclosure.task, "endpoint": disclosure.endpoint, "agreement": disclosure.agreement,
        "contents": ",".join(disclosure.contents), "masked": disclosure.masked, "digest": disclosure.digest,
        "size": disclosure.size, "impermissible": impermissible,
    }  # fmt: skip
    added = transaction.connection.execute(insert(disclosures).returning(disclosures.c.row_id), values)
    number = int(added.scalar_one())
    audit.append(transaction, _event(transaction, disclosure, at, number, actor_id, impermissible=impermissible))
    return number


def _event(
    transaction: Transaction, disclosure: Disclosure, at: datetime, number: int, actor_id: str, *, impermissible: bool
) -> AuditEvent:
    return AuditEvent(
        tenant_id=transaction.tenant_id,
        at=at,
        actor=Actor.SYSTEM,
        actor_id=actor_id,
        action=ACTION,
        subject=disclosure.case_id or "no-case",
        detail={
            "ledger_row": number,
            "purpose": disclosure.purpose,
            "task": disclosure.task,
            "endpoint": disclosure.endpoint,
            "agreement": disclosure.agreement,
            "contents": ",".join(disclosure.contents),
            "masked": disclosure.masked,
            "digest": disclosure.digest,
            "size": disclosure.size,
            "impermissible": impermissible,
        },
    )


def ledger(transaction: Transaction, case_id: CaseId | None = None) -> tuple[LedgerRow, ...]:
    """Every disclosure of a case, or of all cases, in the order recorded."""
    query = select(disclosures).where(transaction.mine(disclosures))
    if case_id is not None:
        query = query.where(disclosures.c.case_id == case_id)
    rows = transaction.connection.execute(query.order_by(disclosures.c.row_id)).mappings()
    return tuple(
        LedgerRow(
            number=row["row_id"],
            at=row["at"],
            impermissible=row["impermissible"],
            disclosure=Disclosure(
                case_id=row["case_id"],
                purpose=row["purpose"],
                task=row["task"],
                endpoint=row["endpoint"],
                agreement=row["agreement"],
                contents=tuple(kind for kind in row["contents"].split(",") if kind),
                masked=row["masked"],
                digest=row["digest"],
                size=row["size"],
            ),
        )
        for row in rows
    )


def open_incident(transaction: Transaction, incident: Incident) -> None:
    """Keep a new incident; raises Conflict where its id is taken."""
    transaction.add(
        incidents,
        id=incident.id,
        case_id=incident.case_id,
        discovered_at=incident.discovered_at,
        closed_at=incident.closed_at,
        record=incident.model_dump_json(),
    )


def incidents_held(transaction: Transaction, case_id: CaseId | None = None) -> tuple[Incident, ...]:
    """Every incident of a case, or of all, by discovery."""
    query = select(incidents.c.record).where(transaction.mine(incidents))
    if case_id is not None:
        query = query.where(incidents.c.case_id == case_id)
    found = transaction.connection.scalars(query.order_by(incidents.c.discovered_at, incidents.c.id))
    return tuple(Incident.model_validate_json(record) for record in found)


def close_incident(transaction: Transaction, incident_id: str, assessment: FourFactors, at: datetime) -> Incident:
    """Close it with its assessment; raises NotFound, or Conflict where it is closed already."""
    place = transaction.mine(incidents, id=incident_id)
    record = transaction.connection.scalar(select(incidents.c.record).where(place))
    if record is None:
        raise NotFound(f"There is no incident {incident_id[:64]}.")
    incident = Incident.model_validate_json(record)
    if incident.closed_at is not None:
        raise Conflict(f"Incident {incident_id} was closed already.")
    closed = incident.model_copy(update={"assessment": assessment, "closed_at": at})
    transaction.connection.execute(update(incidents).where(place).values(closed_at=at, record=closed.model_dump_json()))
    return closed


def add_consent(transaction: Transaction, consent: Consent, at: datetime) -> None:
    """Keep a consent; raises Conflict where its id is taken."""
    transaction.add(consents, id=consent.id, case_id=consent.case_id, recorded_at=at, record=consent.model_dump_json())


def consents_of(transaction: Transaction, case_id: CaseId) -> tuple[Consent, ...]:
    """Every consent recorded for the case, also those that have ended."""
    query = select(consents.c.record).where(transaction.mine(consents, case_id=case_id))
    found = transaction.connection.scalars(query.order_by(consents.c.recorded_at, consents.c.id))
    return tuple(Consent.model_validate_json(record) for record in found)


def revoke_consent(transaction: Transaction, consent_id: str, on: date) -> Consent:
    """Revoke it from a day on; raises NotFound."""
    place = transaction.mine(consents, id=consent_id)
    record = transaction.connection.scalar(select(consents.c.record).where(place))
    if record is None:
        raise NotFound(f"There is no consent {consent_id[:64]}.")
    revoked = Consent.model_validate_json(record).model_copy(update={"revoked_on": on})
    transaction.connection.execute(update(consents).where(place).values(record=revoked.model_dump_json()))
    return revoked
