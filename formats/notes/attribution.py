"""Whose page it is. A page that names somebody else is never this patient's, and silence follows the page before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from cases.ids import PatientId
from formats.notes.headers import Claim, claims_in
from formats.notes.known_patients import KnownPatient

OTHER = "names another patient"
NOBODY = "does not identify a patient of this chart by number, or by name and date of birth"
SEVERAL = "names more than one patient of this chart"
ANOTHER_PERSON = PatientId("another-person")
"""Stands in `Document.patient_id` for somebody who is not this chart's patient and of whom nothing more is kept."""


@dataclass(frozen=True)
class Owner:
    """Whose page: a patient of the chart, or none with the reason and the header line that decided."""

    patient_id: PatientId | None
    reason: str = ""
    said: str = ""


@dataclass(frozen=True)
class Run:
    """Pages of one owner that follow one another: indexes [start, end) of the pages."""

    start: int
    end: int
    owner: Owner


def runs_of(pages: Sequence[str], patients: Sequence[KnownPatient], presumed: PatientId | None) -> list[Run]:
    """The pages in runs of one owner each.

    `presumed` is the patient whom the way of hand-over names (the FHIR subject, or the only patient of the
    folder): pages that name nobody are that patient's, and pages that contradict it are nobody's. Silent pages
    follow the page before; before the first that speaks, they follow the document's only owner, if it has one.
    """
    owners: list[Owner | None] = []
    before: Owner | None = None
    for page in pages:
        before = _stated(page, patients, presumed, before.patient_id if before else None) or before
        owners.append(before)
    spoken = {(owner.patient_id, owner.reason): owner for owner in owners if owner}
    silent = Owner(presumed, "" if presumed else NOBODY) if not spoken else Owner(None, NOBODY)
    opening = next(iter(spoken.values())) if len(spoken) == 1 else silent
    return _grouped([owner or opening for owner in owners])


def _grouped(owners: Sequence[Owner]) -> list[Run]:
    runs, start = [], 0
    for (patient_id, reason), members in groupby(owners, key=lambda owner: (owner.patient_id, owner.reason)):
        pages = list(members)
        runs.append(Run(start, start + len(pages), pages[0] if patient_id is None else Owner(patient_id, reason)))
        start += len(pages)
    return runs


def _stated(
    page: str, patients: Sequence[KnownPatient], presumed: PatientId | None, before: PatientId | None
) -> Owner | None:
    """Whose the page says it is; None where it says nothing."""
    claims = claims_in(page)
    denials = {patient.id: patient.denial_in(claims) for patient in patients}
    named = [patient.id for patient in patients if not denials[patient.id] and patient.is_identified_by(claims, page)]
    if len(named) > 1:
        return Owner(None, SEVERAL)
    if named:
        return Owner(named[0]) if presumed in (None, named[0]) else Owner(None, OTHER)
    against = denials.get(presumed) if presumed else _denied_by_all(list(denials.values()))
    if against:
        return Owner(None, OTHER, against.says)
    if not claims or not patients:
        return None
    likely = presumed or before
    return Owner(likely) if likely and not denials.get(likely) else Owner(None, NOBODY)


def _denied_by_all(denials: Sequence[Claim | None]) -> Claim | None:
    return denials[0] if denials and all(denials) else None
