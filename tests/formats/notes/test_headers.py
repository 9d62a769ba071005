from datetime import date

import pytest

from formats.notes.headers import claims_in, date_in_headers


@pytest.mark.parametrize(
    ("page", "claims"),
    [
        ("Patient: Ama Osei     DOB: 07/09/1948   MRN: 77-120", ["Ama Osei", "07/09/1948", "77-120"]),
        ("Patient: Ama Osei DOB: 07/09/1948 Sex: F", ["Ama Osei", "07/09/1948"]),
        ("**Patient:** Ama Osei\n**DOB:** 7/9/1948", ["Ama Osei", "7/9/1948"]),
        ("| Patient | Ama Osei |\n| DOB | 7/9/1948 |", ["Ama Osei", "7/9/1948"]),
        ("PATIENT NAME: OSEI, AMA B", ["OSEI, AMA B"]),
        ("Patient Name (Last, First): Osei, Ama", ["Osei, Ama"]),
        ("Name: Osei, Ama B.          Chart: RB-55", ["Osei, Ama B."]),
        ("Re: Ama Osei, DOB 7/9/1948", ["Ama Osei", "7/9/1948"]),
        ("OSEI, Ama  F  75y  (DOB 7/9/48)", ["7/9/48)"]),
        ("Ama Osei | DOB 7/9/1948 | MRN 77120", ["7/9/1948", "77120"]),
        ("Patient MRN: 123456\nPatient DOB: 10-19-2014 (10yo)", ["123456", "10-19-2014 (10yo)"]),
        ("Medical record number: A-77\nMember ID: 1EG4-TE5-MK73", ["A-77", "1EG4-TE5-MK73"]),
        ("Osei Ama    30-JAN-1974    VS-20-5518\nNight of 11 May 2026", ["30-JAN-1974", "VS-20-5518"]),
        ("Visit 05/14/26\nOsei, Ama  F57  05/30/1939  ACH.50992", ["05/30/1939", "ACH.50992"]),
        ("PT list, L knee, Osei A (11/22/1981, TS 5071-9)\n05/26/26 eval", ["11/22/1981", "TS 5071-9"]),
        ("Osei Ama, born 2 March 1950, was seen", ["2 March 1950"]),
        ("Ama Osei  05/14/2026  A-77", []),
        ("Her mother Mary Osei, born 2 March 1950, was seen\n05/14/2026", []),
        ("Patient: Mary Osei (mother of Ama)", ["Mary Osei"]),
        ("Patient: Mr. José García-Peña was seen", ["José García-Peña"]),
    ],
)
def test_header_lines_say_who(page: str, claims: list[str]) -> None:
    assert [claim.value for claim in claims_in(page)] == claims


@pytest.mark.parametrize(
    "page",
    [
        "Patient: Denies Chest Pain",
        "Patient: 68-year-old man",
        "Patient: stable",
        "PT: Normal",
        "PT: 12.3 sec",
        "Patient Education: Oxygen Safety At Home",
        "The patient: he walked in",
        "Member Name: Provider Name:",
        "Physician\nName: John Smith",
        "Emergency contact\nName: Mary Jones",
        "Name: John Smith, MD",
        "Mother: Ann, DOB: 1/2/1930",
        "Medication Name: Tiotropium Bromide",
        "RE: Prior Authorization for oxygen",
        "MRN pending",
        "DOB unknown",
        "He was told that the patient: Mary Jones had left",
    ],
)
def test_other_lines_say_nothing_of_who(page: str) -> None:
    assert claims_in(page) == []


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Date: 01/02/2024\nDate of service: 03/09/2024", date(2024, 3, 9)),
        ("Visit date: March 9, 2024  10:30", date(2024, 3, 9)),
        ("**Date of Service:** 2024-03-09", date(2024, 3, 9)),
        ("Name: Osei, Ama\nDate: 03/09/2024     Provider: P. Anand", date(2024, 3, 9)),
        ("Admitted: 03/01/2024     Discharged: 03/09/2024", date(2024, 3, 9)),
        ("Dictated: 03/09/2024", date(2024, 3, 9)),
        ("Seen on March 9, 2024", date(2024, 3, 9)),
        ("Patient: Ama Osei DOB: 07/09/1948\nMRN: 1234 Date of service: 03/09/2024", date(2024, 3, 9)),
        ("Patient: Ama Osei DOB: 07/09/1948\nMRN: 1234 Next date of service: 03/09/2024", None),
        ("OSEI, Ama\n3/9/24 pulm clinic, jq", date(2024, 3, 9)),
        ("DOB: 07/09/1948\nDate of birth: 07/09/1948", None),
        ("Birth date: 07/09/1948", None),
        ("She was seen on a date in March 2024", None),
        ("a\nb\nc\nd\ne\n3/9/24 follow-up", None),
    ],
)
def test_the_note_is_dated_by_its_header_lines(text: str, on: date | None) -> None:
    assert date_in_headers(text) == on


def test_a_very_long_line_is_not_searched_for_ever() -> None:
    assert claims_in("re:" * 200_000) == []
