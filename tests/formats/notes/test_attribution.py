from datetime import date

import pytest

from cases.chart import Coverage, NamedIdentifier, Patient
from cases.ids import DocumentId, PatientId
from formats.notes.attribution import NOBODY, OTHER, SEVERAL, Owner, runs_of
from formats.notes.known_patients import KnownPatient, known_patient

AMA, KEN = PatientId("ama"), PatientId("ken")


def known(name: PatientId, family: str, given: tuple[str, ...], born: date, number: str) -> KnownPatient:
    document = DocumentId(f"Patient/{name}")
    record = NamedIdentifier(system="http://mrn", value=number, kind="MR")
    patient = Patient(
        id=name, document_id=document, family=family, given=given, birth_date=born, gender="", identifiers=(record,)
    )
    coverage = Coverage(
        id="c", document_id=document, status="active", beneficiary_id=name, payors=(), member_id=f"MEM-{number}"
    )
    return known_patient(patient, [coverage], [("Bell", given[0])] if name == AMA else [])


PATIENTS = [
    known(AMA, "Osei Mensah", ("Ama", "Beatrice"), date(1948, 7, 9), "77120"),
    known(KEN, "Ito", ("Ken",), date(1961, 2, 3), "88310"),
]


def owners(*pages: str, patients: list[KnownPatient] = PATIENTS, presumed: PatientId | None = None) -> list[str]:
    """The patient of each page, or the reason it has none."""
    found = []
    for run in runs_of(pages, patients, presumed):
        found += [run.owner.patient_id or run.owner.reason] * (run.end - run.start)
    return found


@pytest.mark.parametrize(
    "page",
    [
        "MRN: 77120",
        "Member ID: MEM-77120",
        "Patient: Ama Osei Mensah   DOB: 7/9/1948",
        "Patient: OSEI, AMA B   DOB: 07/09/48",
        "Patient: Mensah, Ama   DOB: 1948-07-09",
        "Patient: Ama Bell   DOB: 7/9/1948",
        "Mrs. Ama Osei Mensah (born July 9, 1948) was seen.",
        "chart 77120, seen again",
        "Patient: Ama Osei Mensah DOB: 7/9/1948 Member ID: OTHER-55",
        "Mensah, Ama   7/9/1948   MRN 77120\n08/19/2026",
        "MENSAH, Ama | 9 Jul 1948 | MRN 77120 | Surgeon: P. Ravi\n27 Oct 2026",
        "Osei Mensah, Ama    d.o.b. 09.07.1948    no. 77120    visit 17.11.2026",
    ],
)
def test_a_page_is_of_the_patient_it_identifies(page: str) -> None:
    assert owners(page) == [AMA]
    assert owners(page, presumed=AMA) == [AMA]
    assert owners(page, presumed=KEN) == [OTHER]


@pytest.mark.parametrize(
    "page",
    [
        "Patient: Mary Jones   DOB: 1/2/1930",
        "Patient: Mary Osei   DOB: 7/9/1948",
        "Patient: Ama Osei   DOB: 7/9/1949",
        "Patient: Ama Osei   DOB: 7/9/1948   MRN: 99999",
        "MRN: 99999",
        "DOB: 1/2/1930",
        "Patient: Mary Jones. Her neighbour Ama Osei Mensah, born 7/9/1948, chart 77120, came along.",
        "Member ID: OTHER-55",
        "Jones, Mary   1/2/1930   MRN 99999\n08/19/2026",
        "Osei Mensah, Ama    d.o.b. 10.07.1948    no. 99999    visit 17.11.2026",
    ],
)
def test_a_page_that_names_somebody_else_is_nobodys(page: str) -> None:
    assert owners(page, patients=PATIENTS[:1], presumed=AMA) == [OTHER]


@pytest.mark.parametrize(
    ("page", "alone", "among_others"),
    [
        ("SpO2 84 % at rest", AMA, NOBODY),
        ("Patient: Ama Osei", AMA, NOBODY),
        ("DOB: 7/9/1948", AMA, NOBODY),
        ("Ama Osei Mensah walked in, 7/8/1948", AMA, NOBODY),
    ],
)
def test_what_does_not_identify_counts_only_in_a_chart_of_one(page: str, alone: str, among_others: str) -> None:
    assert owners(page, patients=PATIENTS[:1], presumed=AMA) == [alone]
    assert owners(page) == [among_others]


def test_a_page_about_two_patients_of_the_chart_is_nobodys() -> None:
    assert owners("Record 77120 and record 88310 compared") == [SEVERAL]


HERS, HIS, STRANGER = "MRN: 77120", "MRN: 88310", "MRN: 99999"


@pytest.mark.parametrize(
    ("pages", "presumed", "expected"),
    [
        ((HERS, "SpO2 84 %", HIS, "SpO2 91 %"), None, [AMA, AMA, KEN, KEN]),
        ((HERS, STRANGER, "SpO2 84 %", HERS), AMA, [AMA, OTHER, OTHER, AMA]),
        (("Fax cover", HERS), None, [AMA, AMA]),
        (("Fax cover", HERS, STRANGER), AMA, [NOBODY, AMA, OTHER]),
        (("Fax cover", STRANGER), AMA, [OTHER, OTHER]),
        ((HERS, "Patient: Ama Osei", "SpO2 84 %"), None, [AMA, AMA, AMA]),
        ((HIS, "Patient: Ama Osei", "SpO2 84 %"), None, [KEN, NOBODY, NOBODY]),
        (("SpO2 84 %", "SpO2 85 %"), AMA, [AMA, AMA]),
        ((), AMA, []),
    ],
)
def test_silent_pages_follow_the_page_before(
    pages: tuple[str, ...], presumed: PatientId | None, expected: list[str]
) -> None:
    assert owners(*pages, presumed=presumed) == expected


def test_runs_say_what_decided() -> None:
    (run,) = runs_of([f"SpO2\n{STRANGER}"], PATIENTS[:1], AMA)
    assert run.owner == Owner(None, OTHER, "medical record number")


def test_without_a_patient_resource_a_page_can_only_be_presumed() -> None:
    assert owners("Patient: Mary Jones", patients=[], presumed=AMA) == [AMA]
    assert owners("Patient: Mary Jones", patients=[]) == [NOBODY]
