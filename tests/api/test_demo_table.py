"""The demo's table: within a hundred columns, and saying in words why a case stands where it stands."""

from typing import Any

import pytest

from api.cli.demo_table import WIDTH, Worked, block, head, totals

LONG = "record of the treatment tried with dose, first and last day, number of visits and the result of each of them"


def worked(**changes: Any) -> Worked:
    plain: dict[str, Any] = {
        "sample": "some-sample", "case_id": "c-0123456789abcdef", "payer": "Some Plan", "code": "E0601", "tree": "MET",
        "outcome": "review", "reasons": (), "missing": (), "not_met": (), "need": {"need": "required"}, "flags": (),
        "set_aside": (), "expedited": False, "state": "awaiting review", "seconds": 1.23,
    }  # fmt: skip
    return Worked(**{**plain, **changes})


def test_a_ready_case_is_one_row_and_what_happens_next() -> None:
    row, now = block(worked())
    assert row.split() == ["some-sample", "Some", "Plan", "E0601", "met", "review", "1.2"]
    assert now.strip() == "Now: ready for a person's decision. Case c-0123456789abcdef"
    assert head()[0].split() == ["sample", "payer", "code", "criteria", "gate", "seconds"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"need": {"need": "not_required", "reason": "not on the list"}},
            "No authorization is needed: not on the list",
        ),
        (
            {"need": {"need": "vendor", "decider": "Keel", "channel": "portal"}, "reasons": ("vendor_decides",)},
            "Decided by Keel, by portal, not by the plan.",
        ),
        ({"missing": ("a report",), "tree": "INSUFFICIENT"}, "Ask for: a report."),
        ({"not_met": ("below 40 (42.3)",), "tree": "NOT_MET"}, "Not met: below 40 (42.3)."),
        ({"set_aside": ("fax.tif page 3 names another patient",)}, "Set aside: fax.tif page 3 names another patient."),
        (
            {"reasons": ("grounding_failed",), "outcome": "blocked"},
            "Held: The letter says something its sources do not. Mend the letter, or have it drafted again.",
        ),
        ({"expedited": True}, "Expedited, on the physician's own statement."),
    ],
)
def test_the_reason_is_said_in_words(changes: dict[str, Any], said: str) -> None:
    assert said in " ".join(line.strip() for line in block(worked(**changes)))


def test_what_may_not_be_sent_is_not_asked_for() -> None:
    lines = block(worked(reasons=("restricted_by_patient",), missing=("a report",), flags=("The patient paid.",)))
    assert any("The patient paid." in line for line in lines)
    assert not any("Ask for" in line for line in lines)


def test_nothing_is_wider_than_the_table_and_cut_words_are_marked() -> None:
    wide = worked(sample="a" * 60, payer="b" * 60, missing=(LONG, LONG, LONG, LONG), flags=(LONG * 3,))
    lines = block(wide)
    assert max(map(len, lines)) <= WIDTH
    assert "…" in lines[0]
    assert any(line.endswith("…") for line in lines[1:])


def test_the_totals_count_each_state() -> None:
    cases = [worked(), worked(), worked(state="waiting documents")]
    assert totals(cases, 12.4) == "3 cases in 12 seconds: 2 awaiting review, 1 waiting documents."
