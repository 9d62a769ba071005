"""From the disclosure ledger to the accounting a patient may ask for, and from a message gone astray to an incident."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.disclosure import Incident, IncidentKind, LedgerRow
from cases.ids import CaseId
from knowledge.disclosure_purposes import DisclosurePurposes, shipped_purposes


def accounting(
    rows: Iterable[LedgerRow], at: datetime, purposes: DisclosurePurposes | None = None
) -> tuple[LedgerRow, ...]:
    """The ledger without exempt purposes, plus every impermissible disclosure, of the six years before `at`.

    Source: 45 CFR 164.528(a)(1). Impermissible disclosures are accounted for whatever their purpose was meant to be.
    """
    purposes = purposes or shipped_purposes()
    since = _years_before(at, purposes.accounting_years.value)
    return tuple(
        row
        for row in rows
        if since <= row.at <= at and (row.impermissible or not purposes.is_exempt(row.disclosure.purpose))
    )


def misdirected(
    incident_id: str,
    case_id: CaseId,
    discovered_at: datetime,
    channel: str,
    recipient: str,
    contents: tuple[str, ...],
    purposes: DisclosurePurposes | None = None,
) -> Incident:
    """The incident of a message that reached somebody it was not for: presumed a breach until it is assessed.

    Source: 45 CFR 164.402 (presumption), 164.404(b) (60 days from discovery).
    """
    days = (purposes or shipped_purposes()).breach_notice_days.value
    return Incident(
        id=incident_id,
        case_id=case_id,
        kind=IncidentKind.MISDIRECTED,
        discovered_at=discovered_at,
        notify_by=discovered_at + timedelta(days=days),
        channel=channel,
        recipient=recipient,
        contents=contents,
    )


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)
