"""What a reader must know of a version's age: an unknown date, an expiry, a last look long ago."""

from datetime import date

from runtime.policy_store import PolicyVersion

LOOK_AGAIN_AFTER_DAYS = 365
"""Payers revise medical policies about once a year (NCQA UM standards ask for an annual review)."""
_SOON_DAYS = 30


def staleness(version: PolicyVersion, on: date, today: date) -> tuple[str, ...]:
    """Warnings for a version used for a day, seen today; none where it is fresh and its dates are known."""
    record, name = version.record, version.record.number or version.record.doc_id
    found = []
    if record.effective is None:
        found.append(f"When {name} took effect is not known.")
    elif record.effective > on:
        found.append(f"{name} version {version.version} takes effect only on {record.effective}.")
    if record.expires is not None and 0 <= (record.expires - on).days <= _SOON_DAYS:
        found.append(f"{name} version {version.version} expires on {record.expires}.")
    held = (today - version.imported_at.date()).days
    if held > LOOK_AGAIN_AFTER_DAYS:
        found.append(f"{name} was brought in {held} days ago: look whether the payer has a newer one.")
    return tuple(found)
