"""What is an identifier and what only looks like one, as tables; sentences written for this file."""

import pytest

from guardrails.phi.guard import PhiGuard


def found(guard: PhiGuard, text: str) -> dict[str, str]:
    return {text[span.start : span.end]: span.type.value for span in guard.find(text)}


@pytest.mark.parametrize(
    ("text", "shown", "kind"),
    [
        ("MRN: 00482913 admitted today", "00482913", "MRN"),
        ("Patient SSN 123-45-6789 on file", "123-45-6789", "SSN"),
        ("SSN is 000-00-0000 (placeholder)", "000-00-0000", "SSN"),
        ("Call 555-867-5309 after five", "555-867-5309", "PHONE"),
        ("Fax: (212) 555-0134", "(212) 555-0134", "FAX"),
        ("Fax: (2l2) 555-Ol34", "(2l2) 555-Ol34", "FAX"),
        ("write to mara.quill@example.org", "mara.quill@example.org", "EMAIL"),
        ("Medicare 1EG4-TE5-MK73", "1EG4-TE5-MK73", "MEMBER_ID"),
        ("Member ID W1234 56789 01", "W1234 56789 01", "MEMBER_ID"),
        ("Auth # 77 1820 553 approved", "77 1820 553", "ACCOUNT"),
        ("NPI 1234567893", "1234567893", "LICENSE"),
        ("seen on 03/14/2024 in clinic", "03/14/2024", "DATE"),
        ("admitted March 4th, 2021", "March 4th, 2021", "DATE"),
        ("geboren 2024年3月4日", "2024年3月4日", "DATE"),
        ("DOB O3/l4/1961", "O3/l4/1961", "DATE"),
        ("a 94-year-old woman", "94-year-old", "AGE_OVER_89"),
        ("Mr. Velasco (93) lives alone", "93", "AGE_OVER_89"),
        ("from 192.0.2.44 at noon", "192.0.2.44", "IP"),
        ("serial number SN-88-40417", "SN-88-40417", "DEVICE_ID"),
        ("VIN 1HGCM82633A004352", "1HGCM82633A004352", "VEHICLE"),
        ("plate number KDX 4471", "KDX 4471", "VEHICLE"),
        ("lives at 114 Larkspur Lane, Dayton, OH 45402", "45402", "ZIP"),
        ("Dr. Crohn saw her", "Dr. Crohn", "NAME"),
        ("Call me at five five five oh one four two seven eight nine", "five five five oh one four", "PHONE"),
    ],
)
def test_identifier_is_found_whole(guard: PhiGuard, text: str, shown: str, kind: str) -> None:
    covered = [(span.start, span.end, span.type.value) for span in guard.find(text)]
    start = text.index(shown)
    assert any(a <= start and start + len(shown) <= b for a, b, _ in covered), covered
    assert kind in {type_ for a, b, type_ in covered if a < start + len(shown) and start < b}


@pytest.mark.parametrize(
    "text",
    [
        "ICD-10 E11.9, I10, M54.50 and CPT 99213-25, 72148; HCPCS E0424, J1745.",
        "NDC 00169-4130-13, LOINC 4548-4, policy CG-MED-12 and LCD L33797.",
        "Hgb 11.2, WBC 7.4, glucose 182 mg/dL, BP 132/84, SpO2 88% on room air.",
        "Parkinson's disease, Crohn's disease and Bell's palsy; Foley catheter in place.",
        "Start adalimumab 40 mg SC every 14 days; failed methotrexate 15 mg weekly.",
        "A 62-year-old man from Ohio with COPD since 2019.",
        "42 CFR 422.568(b)(1) applies; see section 4.2.1 and NCD 240.2.",
        "Motor strength 4/5, pain 7/10, Glasgow Coma Scale 15, Child-Pugh B.",
        "May take with food. Will follow up in 3 weeks.",
    ],
)
def test_medicine_stays_readable(guard: PhiGuard, text: str) -> None:
    assert found(guard, text) == {}


def test_offsets_are_code_points_of_the_text_as_given(guard: PhiGuard) -> None:
    text = "\u200bNote — “Ms.\u00a0Okonjo” — MRN\u200b: 00\u200b482913 😀 called 212–555–0134."
    shown = {text[span.start : span.end] for span in guard.find(text)}
    assert any("482913" in item for item in shown)
    assert "212–555–0134" in shown


def test_spans_are_in_order_and_apart(guard: PhiGuard) -> None:
    text = "Ana Ruiz, DOB 01/02/1960, 12 Elm St, Dayton, OH 45402, tel 212-555-0134, MRN 448812. " * 30
    spans = guard.find(text)
    assert len(spans) > 100
    assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
