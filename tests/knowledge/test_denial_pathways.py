"""Every code of the table leads to its pathway, in the order of the rules, and a forbidden appeal is never given."""

from decimal import Decimal
from typing import Any

import pytest

from cases.denial import Adjustment, Pathway, PathwayDecision
from cases.errors import UnreadableFile
from knowledge.denial_codes import read_official_texts, shipped_codes
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway
from tests.labels.halves import halves

Row = dict[str, Any]
OPEN, CLOSED = halves("pathways.jsonl")
DETAILS = ("both_clocks", "who", "signal", "check_abn")


def money(value: object) -> Decimal:
    return Decimal(str(value))


def decide(row: Row) -> PathwayDecision:
    shares = [money(one["amount"]) for one in row.get("also", []) if one["group"] == "PR"]
    letter = shipped_codes().words.say(row["letter_says"]) if "letter_says" in row else None
    setting = AdjustmentSetting(
        rarcs=tuple(row["rarcs"]), status=row["clp_status"], paid=money(row["paid"]), letter=letter,
        medicare=row.get("medicare", False), patient_share=sum(shares, Decimal(0)),
        contract_allowed=money(row["contract_allowed"]) if "contract_allowed" in row else None,
    )  # fmt: skip
    return choose_pathway(Adjustment(group=row["group"], carc=row["carc"], amount=money(row["amount"])), setting)


def accepted(row: Row) -> set[str]:
    return {row["expected"]["pathway"], *row["expected"].get("accept", [])}


@pytest.mark.parametrize("row", OPEN, ids=lambda row: str(row["id"]))
def test_a_labelled_pathway(row: Row) -> None:
    expected, found = row["expected"], decide(row)
    assert found.pathway in accepted(row), found
    if found.pathway == expected["pathway"] and "appealable" not in expected.get("soft", []):
        assert found.appealable == expected["appealable"], found
    assert {key: getattr(found, key) for key in DETAILS if key in expected} == {
        key: expected[key] for key in DETAILS if key in expected
    }


def test_the_pathways_that_are_only_scored() -> None:
    assert sum(decide(row).pathway in accepted(row) for row in CLOSED) == len(CLOSED) == 128
    assert sum(decide(row).pathway == row["expected"]["pathway"] for row in CLOSED) >= 124


def test_an_appeal_is_never_given_where_a_code_forbids_one() -> None:
    forbidden = [row for row in (*OPEN, *CLOSED) if row["expected"]["pathway"] == "no_appeal"]
    assert len(forbidden) >= 8
    assert {decide(row).appealable for row in forbidden} == {"no"}


@pytest.mark.parametrize("code", sorted(shipped_codes().reasons))
@pytest.mark.parametrize("remark", ["MA130", "N704", "N111"])
def test_no_reason_code_turns_a_forbidding_remark_into_an_appeal(code: str, remark: str) -> None:
    adjustment = Adjustment(group="CO", carc=code, amount=Decimal(100))
    found = choose_pathway(adjustment, AdjustmentSetting(rarcs=(remark,), status=4))
    assert found.appealable != "yes"
    assert found.both_clocks == (found.pathway is Pathway.PERSON)


def test_every_successor_of_a_retired_code_and_every_pathway_is_told() -> None:
    codes = shipped_codes()
    assert {code.code for code in codes.reasons.values() if code.retired} == {"15", "38", "138", "165", "141"}
    assert all(code.now for code in codes.reasons.values() if code.retired)
    assert set(codes.pathways) == set(Pathway)
    assert not any(code.official_text for code in (*codes.reasons.values(), *codes.remarks.values()))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("You may request a redetermination within 120 days.", True),
        ("If you disagree you have the right to appeal within 180 days.", True),
        ("This decision cannot be\n appealed. Send a corrected claim.", False),
        ("NO APPEAL RIGHT. DO NOT RESUBMIT.", False),
        ("There are no appeal rights for this claim, but you may appeal others.", False),
        ("We paid the claim in full.", None),
        ("The appealing colours of the brochure", None),
    ],
)
def test_words_grant_or_forbid_an_appeal(words: str, says: bool | None) -> None:
    assert shipped_codes().words.say(words) is says


@pytest.mark.parametrize(
    "content",
    [
        b'50,"Not deemed necessary, by the payer"\nN706,Missing documentation\n',
        b"[CARC]\r\n50=Not deemed necessary, by the payer\r\nN706=Missing documentation\r\n",
        b"50\tNot deemed necessary, by the payer\nN706\tMissing documentation\n",
    ],
)
def test_a_licensed_list_is_read_and_stands_beside_our_wording(content: bytes) -> None:
    texts = read_official_texts(content, "codes.csv")
    codes = shipped_codes().with_official(texts)
    assert codes.reasons["50"].official_text == "Not deemed necessary, by the payer"
    assert codes.remarks["N706"].official_text == "Missing documentation"
    assert codes.reasons["50"].meaning == shipped_codes().reasons["50"].meaning


def test_a_list_without_codes_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="CODE,TEXT"):
        read_official_texts(b"hello\nworld\n", "codes.csv")
