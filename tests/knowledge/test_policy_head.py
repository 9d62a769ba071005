"""Number, title and dates read from a policy's own head, in the forms that really occur."""

import json
from datetime import date
from pathlib import Path

import pytest

from knowledge.policy_dates import read_date
from knowledge.policy_head import number_key, read_head


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09-27-21", date(2021, 9, 27)),
        ("07- 31-23; Implementation", date(2023, 7, 31)),
        ("04- 03-17", date(2017, 4, 3)),
        ("9/27/2021", date(2021, 9, 27)),
        ("10-03-66", date(1966, 10, 3)),
        ("2021-09-27", date(2021, 9, 27)),
        ("2021-09-27T00:00:00Z", date(2021, 9, 27)),
        ("September 25, 2007", date(2007, 9, 25)),
        ("Sept. 25th, 2007", date(2007, 9, 25)),
        ("25 September 2007", date(2007, 9, 25)),
        ("13-13-21", None),
        ("02-30-21", None),
        ("Upon Implementation of ICD-10", None),
        ("Not Applicable", None),
        ("", None),
        ("Smarch 1, 2020", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("text", "number", "title", "effective"),
    [
        (
            "240.2 - Home Use\n(Rev.11587; Issued: 09-08-22; Effective: 09-27-21; Issue: 01-03-23)\n\nA. General",
            "NCD 240.2",
            "Home Use",
            date(2021, 9, 27),
        ),
        (
            "240.8 - Rehab - (Effective September 25, 2007) (Rev. 173, Issued: 09-04-14, Effective: Upon "
            "Implementation: of ICD-10, Implementation: Upon Implementation of ICD-10)\n\nA. General",
            "NCD 240.8",
            "Rehab",
            date(2007, 9, 25),
        ),
        (
            "240.4 - Therapy (Effective April 4, 2005) (Effective March 13, 2008) (Rev. 96, Issued: 10-15-08, "
            "Effective: 03-13-08, Implementation: 08-04-08)",
            "NCD 240.4",
            "Therapy",
            date(2008, 3, 13),
        ),
        (
            "40.2 - Monitors\n(Rev. 48; Effective/Implementation Dates: 06-19-06) CIM 60-11",
            "NCD 40.2",
            "Monitors",
            date(2006, 6, 19),
        ),
        (
            "190.11 - Home Testing – Effective March 19, 2008\n\n(Rev. 90, Issued: 07-25-08)",
            "NCD 190.11",
            "Home Testing",
            date(2008, 3, 19),
        ),
        ("10.3 - Programs\n(Rev. 1, 10-03-03)\nCIM 35-21\n\nText", "NCD 10.3", "Programs", None),
        ("190.5 - Test\nCIM 50-35\n\nText", "NCD 190.5", "Test", None),
        (
            "190.12 - Culture\n(Rev. 17, Issued: 07-02-04) (Effective/Implementation: Not Applicable)",
            "NCD 190.12",
            "Culture",
            None,
        ),
        (
            "# Oxygen\n\nPolicy Number: NLA-DME-014\nEffective Date: 2022-01-01\n",
            "NLA-DME-014",
            "Oxygen",
            date(2022, 1, 1),
        ),
        ("12.5 mg tablets\n\nDosing of a drug.", "", "12.5 mg tablets", None),
        ("A plain note of no policy", "", "A plain note of no policy", None),
    ],
)
def test_head(text: str, number: str, title: str, effective: date | None) -> None:
    head = read_head(text)
    assert (head.number, head.title, head.effective) == (number, title, effective)


def test_every_ncd_gives_its_number_and_the_date_its_manifest_gives(shared: Path) -> None:
    folder = shared / "data" / "policies"
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for line in lines:
        head = read_head((folder / line["path"]).read_text(encoding="utf-8"))
        stated = read_date(line["effective_date"] or "")
        if head.number != line["policy_number"] or (stated and head.effective != stated) or not head.is_ncd:
            wrong.append(line["id"])
        if not line["title"].startswith(head.title):
            wrong.append(head.title)
    assert len(lines) == 230
    assert wrong == []


@pytest.mark.parametrize("number", ["NCD 240.2", "ncd-240.2", "240.2", "NCD240.2"])
def test_spellings_of_one_number(number: str) -> None:
    assert number_key(number) == "240.2"


def test_other_numbers_stay_apart() -> None:
    assert len({number_key(number) for number in ("NCD 240.2", "240.2.1", "NLA-DME-014", "L33797", "")}) == 5
