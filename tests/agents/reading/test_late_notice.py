"""Whether the payer's own days refute that notice came too late; where they do not show it, nothing is said."""

import pytest

from agents.reading.appeals.denial_document import span_of
from agents.reading.appeals.late_notice import in_time
from cases.document import Document, DocumentKind
from cases.ids import Digest, DocumentId
from guardrails.grounding import sentence_faults


def said(admitted: str, reason: str) -> str:
    notice = Document(
        id=DocumentId("denial"), kind=DocumentKind.NOTE, title="", source="denial.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=f"{admitted}\n\n{reason}\n",
    )  # fmt: skip
    start = notice.text.index(reason)
    sentence = in_time(span_of(notice, start, start + len(reason)), notice)
    if sentence is None:
        return ""
    assert sentence_faults(sentence, {notice.id: notice}, {}) == ()
    return sentence.text


@pytest.mark.parametrize(
    ("admitted", "reason", "weekend"),
    [
        ("Admitted 11/20/2026 23:05", "the admission was reported on 11/23/2026, later than 1 business day.", True),
        ("Admitted: 11/20/2026", "We were told on November 23, 2026, more than one working day after.", True),
        ("Admission date | 11/17/2026", "Notified on 11/18/2026, later than 1 business day", False),
        ("Admitted 11/20/2026", "Notice came on 11/22/2026, more than 2 calendar days after admission", False),
        ("Admitted 11/20/2026", "Notice came on 11/22/2026, more than 2 days after", False),
    ],
)
def test_days_that_refute_it_are_said(admitted: str, reason: str, weekend: bool) -> None:
    text = said(admitted, reason)
    assert text.startswith("By the notice's own days this was in time: it gives the admission on ")
    assert ("a weekend does not count" in text) is weekend


@pytest.mark.parametrize(
    ("admitted", "reason"),
    [
        ("Admitted 11/20/2026", "the admission was reported on 11/24/2026, later than 1 business day."),
        ("Admitted 11/20/2026", "Notice came on 11/23/2026, more than 2 calendar days after admission"),
        ("Admitted 11/20/2026", "the admission was reported later than 1 business day."),
        ("Admitted 11/24/2026", "the admission was reported on 11/23/2026, later than 1 business day."),
        ("Seen 11/20/2026", "the admission was reported on 11/23/2026, later than 1 business day."),
        ("Admitted 11/20/2026\nAdmitted 11/19/2026", "reported on 11/23/2026, later than 1 business day."),
        ("Admitted 11/20/2026", "the claim of 11/23/2026 was filed more than 365 days after"),
        ("Admitted 11/20/2026", "reported on 11/23/2026 or 11/24/2026, later than 1 business day."),
    ],
)
def test_days_that_do_not_are_not(admitted: str, reason: str) -> None:
    assert said(admitted, reason) == ""
