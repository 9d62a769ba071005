"""What the structured fields of a case say identifies its patient and parties, for masking and for looking after it."""

from collections.abc import Iterator

from cases.case import Case
from cases.chart import Chart, Party, Patient
from cases.ports import CaseMemory, KnownIdentifier


def case_memory(case: Case, chart: Chart) -> CaseMemory:
    """Names, birth date, numbers, addresses and telephones of the patient, the coverage and every party, each once."""
    known = [*_of_patient(case.patient), *(one for patient in chart.patients for one in _of_patient(patient))]
    for coverage in (case.coverage, *chart.coverages):
        if coverage is not None:
            known += _named("MEMBER_ID", coverage.member_id)
            groups = (item.value for item in coverage.classes if item.kind == "group")
            known += _named("ACCOUNT", *(value for value in groups if any(map(str.isdigit, value))))
    for party in (case.requester, case.performer, *chart.parties):
        known += _of_party(party) if party else []
    return CaseMemory(case_id=case.id, known=tuple(dict.fromkeys(known)))


def _of_patient(patient: Patient) -> Iterator[KnownIdentifier]:
    yield from _named("NAME", patient.full_name, patient.family, *patient.given)
    if patient.birth_date:
        born = patient.birth_date
        spelled = (
            born.isoformat(),
            f"{born:%m/%d/%Y}",
            f"{born.month}/{born.day}/{born.year}",
            f"{born:%B} {born.day}, {born.year}",
        )
        yield from _named("DATE", *spelled)
    yield from _named("MRN", *(identifier.value for identifier in patient.identifiers))
    yield from _named("PHONE", patient.phone)
    yield from _named("STREET", *patient.address.line)
    yield from _named("ZIP", patient.address.postal_code)


def _of_party(party: Party) -> Iterator[KnownIdentifier]:
    yield from _named("NAME", party.name if party.family else "", party.family)
    yield from _named("LICENSE", party.npi)
    yield from _named("PHONE", party.phone)


def _named(kind: str, *texts: str) -> Iterator[KnownIdentifier]:
    for text in texts:
        if text.strip():
            yield KnownIdentifier(kind=kind, text=text.strip())
