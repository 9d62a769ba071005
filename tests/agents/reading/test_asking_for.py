"""What an appeal asks for goes no further than what it argues."""

import pytest

from agents.reading.appeals.asking_for import asked_for
from cases.appeal import Filing, ReasonAnswer, Rebuttal, Stance
from cases.denial import Pathway


def rebuttal(*stances: Stance) -> Rebuttal:
    answers = tuple(
        ReasonAnswer(
            number=number, category=Pathway.CLINICAL, wording="", words=None, codes=(), policy_cited="", stance=stance,
            why="",
        )
        for number, stance in enumerate(stances, start=1)
    )  # fmt: skip
    return Rebuttal(policy=None, applied_on=None, answers=answers)


@pytest.mark.parametrize(
    ("stances", "says"),
    [
        ((Stance.CONTESTED,), "We appeal this denial and ask that it be overturned for a bed (E0260)."),
        (
            (Stance.NOT_SHOWN, Stance.CONTESTED),
            "We appeal this denial for a bed (E0260) as to the second stated reason, and ask that it be withdrawn.",
        ),
        (
            (Stance.CONTESTED, Stance.PERSON, Stance.SUPPLIED),
            "We appeal this denial for a bed (E0260) as to the first and third stated reasons, "
            "and ask that they be withdrawn.",
        ),
        (
            (Stance.NOT_SHOWN,),
            "We appeal this denial of a bed (E0260). Nothing is argued in this draft yet.",
        ),
    ],
)
def test_what_is_asked_for_follows_what_is_argued(stances: tuple[Stance, ...], says: str) -> None:
    assert asked_for(Filing.APPEAL, rebuttal(*stances), "a bed (E0260)", "this denial") == says


@pytest.mark.parametrize("filing", [Filing.EXPEDITED_APPEAL, Filing.EXTERNAL_REVIEW, Filing.HEARING])
def test_no_kind_of_appeal_asks_for_a_reversal_that_a_standing_reason_forbids(filing: Filing) -> None:
    said = asked_for(filing, rebuttal(Stance.CONTESTED, Stance.NOT_SHOWN), "a bed (E0260)", "this denial")
    assert "overturn" not in said
    assert "the first stated reason" in said


def test_reasons_beyond_those_that_have_a_name_are_named_together() -> None:
    many = rebuttal(Stance.NOT_SHOWN, *(Stance.CONTESTED,) * 11)
    assert "the reasons that are answered below" in asked_for(Filing.APPEAL, many, "a bed", "this denial")
