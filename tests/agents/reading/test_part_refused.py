"""A notice that approves a part: its words for both parts; a whole refusal, and talk of approvals, give none."""

from datetime import date

import pytest

from agents.reading.appeals.part_refused import days_refused, last_day_refused, part_refused
from cases.document import Document, DocumentKind
from cases.ids import Digest, DocumentId


def notice_of(text: str) -> Document:
    return Document(
        id=DocumentId("denial"), kind=DocumentKind.NOTE, title="", source="denial.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=text,
    )  # fmt: skip


def found(text: str) -> list[str]:
    spans = part_refused(notice_of(text))
    assert all(text[span.start : span.end] == span.quote for span in spans)
    return [" ".join(span.quote.split()) for span in spans]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Asked           20 days from 11/19/2026\nApproved        7 days, 11/19/2026 - 11/25/2026\n"
            "Not approved    13 days, 11/26/2026 - 12/08/2026\n\nWhy 13 days are not approved: one week only.",
            ["Approved 7 days, 11/19/2026 - 11/25/2026", "Not approved 13 days, 11/26/2026 - 12/08/2026"],
        ),
        (
            "| Authorized | 6 visits through 10/31 |\n| Denied | 12 visits |",
            ["Authorized | 6 visits through 10/31", "Denied | 12 visits"],
        ),
        ("We approved 8 of the 24 visits you asked for.", ["We approved 8 of the 24 visits you asked for"]),
        (
            "We approved 7 days of care.\nThe remaining\n13 days are not approved. You may appeal.",
            ["We approved 7 days of care", "The remaining 13 days are not approved"],
        ),
        ("10 units are certified; the remaining 20 units are denied.",
         ["10 units are certified", "the remaining 20 units are denied"]),
    ],
)  # fmt: skip
def test_both_parts_in_the_notices_own_words(text: str, said: list[str]) -> None:
    assert found(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "Your request for 20 days is not approved. You have 65 days to appeal.",
        "Decision | Not approved\nAppeal   | Within 180 days of receipt",
        "We denied 12 visits. If your doctor sends records, 12 visits may be approved.",
        "Last year we approved 12 visits. A new request can be made in 30 days.",
        "The drug was approved by the FDA. 30 days of treatment are denied.",
        "Approved by: J. Roe, 14 days after receipt. Your plan covers 30 visits a year.",
        "Denied: 20 days. Reviewed by a physician certified in internal medicine.",
        "Last year we approved 12 visits. We denied 12 visits this time.",
        "Previously approved   6 visits\nDenied                12 visits",
        "Approved              6 visits in prior episode\nDenied                12 visits",
        "We already approved 6 visits. The rest of your request, 12 visits, is denied.",
        "Not approved    20 days, 11/19/2026 - 12/08/2026\nAsked    20 days",
    ],
)
def test_a_whole_refusal_is_no_part(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Approved: observation\n-----\nINPATIENT DAYS 11/20 - 11/22 ARE DENIED.\n",
         "INPATIENT DAYS 11/20 - 11/22 ARE DENIED"),
        ("The stay from 03/02/2026 through\n03/09/2026 is not approved.",
         "The stay from 03/02/2026 through 03/09/2026 is not approved"),
        ("The days 03/02 - 03/09 were approved.", None),
        ("The claim of 03/09 is denied.", None),
        ("If days 03/02 - 03/09 are denied, you may appeal.", None),
    ],
)  # fmt: skip
def test_the_days_that_are_refused_are_quoted(text: str, said: str | None) -> None:
    span = days_refused(notice_of(text))
    assert (" ".join(span.quote.split()).rstrip(".") if span else None) == said


def test_the_last_day_refused_is_of_the_part_refused_alone() -> None:
    rows = "Approved        7 days, 11/19/2026 - 11/25/2026\nNot approved    13 days, 11/26/2026 - 12/08/2026\n"
    assert last_day_refused(notice_of(rows)) == date(2026, 12, 8)
    assert last_day_refused(notice_of("Approved   7 days, 11/19/2026 - 11/25/2026")) is None
