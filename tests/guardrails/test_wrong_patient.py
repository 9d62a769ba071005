"""A page that contradicts the case's patient is quarantined with the reason; a misspelt one is not."""

from datetime import date

import pytest

from cases.chart import NamedIdentifier, Patient
from cases.ids import DocumentId, PatientId
from guardrails.wrong_patient import Identity, IssuedNumber, PersonIdentifiers, edits_between, judge_patient, of_patient

BORN = date(1961, 4, 2)
HOSPITAL = "urn:oid:1.2.3"
CASE = of_patient(
    Patient(
        id=PatientId("p1"), document_id=DocumentId("Patient/p1"), family="Okonkwo-Reyes", given=("María", "Luz"),
        birth_date=BORN, gender="female",
        identifiers=(NamedIdentifier(system=HOSPITAL, value="00482913", kind="MR"),),
    )
)  # fmt: skip


def page(name: str = "", born: date | None = None, *numbers: IssuedNumber, sex: str = "") -> PersonIdentifiers:
    return PersonIdentifiers(
        names=(name,) if name else (), birth_dates=(born,) if born else (), numbers=numbers, sexes=(sex,) if sex else ()
    )


def mr(value: str, issuer: str = HOSPITAL) -> IssuedNumber:
    return IssuedNumber("MR", value, issuer)


@pytest.mark.parametrize(
    ("shown", "identity"),
    [
        (page("OKONKWO REYES, MARIA L", BORN), Identity.SAME),
        (page("Maria Okonkwo-Reyes", BORN), Identity.SAME),
        (page("Mrs. Maria Okonkwo", BORN), Identity.SAME),
        (page("Maria Okonkvo-Reyes", BORN), Identity.SAME),
        (page("Maria Okonkwo-Reyes", date(1961, 2, 4)), Identity.OTHER),
        (page("Daniel Okonkwo-Reyes", BORN), Identity.OTHER),
        (page("Daniel Okonkwo-Reyes"), Identity.OTHER),
        (page("Maria Luz Okonkwo-Reyes"), Identity.UNKNOWN),
        (page("", BORN), Identity.UNKNOWN),
        (page("", date(1999, 9, 9)), Identity.OTHER),
        (page(), Identity.UNKNOWN),
        (page("", None, mr("482913")), Identity.SAME),
        (page("Maria Vance", BORN, mr("482913")), Identity.SAME),
        (page("Maria Okonkwo-Reyes", date(1962, 4, 2), mr("482913")), Identity.SAME),
        (page("John Vance", date(1950, 1, 1), mr("482913")), Identity.OTHER),
        (page("Maria Okonkwo-Reyes", BORN, mr("771204")), Identity.OTHER),
        (page("Maria Okonkwo-Reyes", BORN, mr("482918")), Identity.SAME),
        (page("Maria Okonkwo-Reyes", BORN, mr("771204", "urn:oid:9.9.9")), Identity.SAME),
        (page("", None, mr("771204", "urn:oid:9.9.9")), Identity.UNKNOWN),
        (page("Maria Okonkwo-Reyes", BORN, sex="F"), Identity.SAME),
    ],
)
def test_page_against_case(shown: PersonIdentifiers, identity: Identity) -> None:
    verdict = judge_patient(CASE, shown)
    assert verdict.identity is identity
    assert verdict.quarantined is (identity is Identity.OTHER)
    assert bool(verdict.reason) is verdict.quarantined


def test_father_and_son_are_told_apart_by_their_generation() -> None:
    case = PersonIdentifiers(names=("James Ortega Sr.",))
    assert judge_patient(case, page("James Ortega Jr.")).quarantined
    assert not judge_patient(case, page("James Ortega")).quarantined


def test_number_of_unnamed_issuers_is_outweighed_by_name_and_birth_date_only_together() -> None:
    case = PersonIdentifiers(names=("Ann Lee",), birth_dates=(BORN,), numbers=(IssuedNumber("MR", "123456"),))
    other = IssuedNumber("MR", "998877")
    assert not judge_patient(case, page("Ann Lee", BORN, other)).quarantined
    assert judge_patient(case, page("Ann Lee", None, other)).quarantined


def test_reason_names_the_fields_and_repeats_nothing_of_the_page() -> None:
    verdict = judge_patient(CASE, page("Daniel Vance", date(1950, 1, 1)))
    assert verdict.contradicts == ("name", "birth_date")
    assert "date of birth" in verdict.reason
    assert "Vance" not in verdict.reason


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("smith", "smith", 0), ("smith", "smiht", 1), ("smith", "smyth", 1), ("abc", "xyz", 3)]
)
def test_edits(one: str, other: str, edits: int) -> None:
    assert edits_between(one, other, 5) == edits
