"""What people agree on: by majority of two or more, and beyond what chance would give."""

from datetime import UTC, datetime

import pytest

from cases.ids import CaseId, UserId
from cases.labelling import Label, LabelItem, Says, agreement, cohens_kappa

AT = datetime(2026, 11, 27, tzinfo=UTC)
SAID = {"y": Says.YES, "n": Says.NO, "u": Says.UNSURE}


def item(answers: str) -> LabelItem:
    labels = tuple(Label(user_id=UserId(f"p{place}"), says=SAID[one], at=AT) for place, one in enumerate(answers))
    return LabelItem(
        id="i", case_id=CaseId("c-1"), concept="spo2", read="spo2 86 %", affirmed=True, passage="SpO2 86 %",
        labels=labels, approved_by=UserId("s"), approved_at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "settled", "contested"),
    [
        ("y", None, False),
        ("yy", Says.YES, False),
        ("nn", Says.NO, False),
        ("yn", None, True),
        ("yu", None, True),
        ("yny", Says.YES, False),
        ("ynn", Says.NO, False),
        ("ynu", None, True),
        ("uu", None, False),
        ("yuu", None, True),
    ],
)
def test_an_item_is_settled_by_two_who_agree(answers: str, settled: Says | None, contested: bool) -> None:
    assert item(answers).answer is settled
    assert item(answers).contested is contested


def test_kappa_is_what_agreement_is_worth_beyond_chance() -> None:
    """Worked by hand: 6 of 10 agree; yes 5 and 5 of 10, no likewise, so .5 by chance: kappa (.6 - .5) / .5."""
    found = agreement([*map(item, ["yy"] * 3 + ["nn"] * 3 + ["yn"] * 2 + ["ny"] * 2), item("y")])
    assert (found.items, found.agreed) == (10, 6)
    assert found.kappa == pytest.approx(0.2)


def test_where_all_say_the_same_chance_explains_it() -> None:
    assert agreement([item("yy")] * 3).kappa is None
    assert agreement([item("y")]).items == 0


def test_kappa_is_agreement_beyond_chance() -> None:
    assert cohens_kappa([("yes", "yes")] * 5 + [("no", "no")] * 5) == 1.0
    assert cohens_kappa([("yes", "yes"), ("no", "yes")]) == 0.0
    assert cohens_kappa([("yes", "yes")] * 3) is None
    assert cohens_kappa([]) is None
    mixed = [("yes", "yes")] * 4 + [("no", "no")] * 3 + [("yes", "no")] * 2 + [("no", "yes")]
    assert cohens_kappa(mixed) == pytest.approx(0.4)
