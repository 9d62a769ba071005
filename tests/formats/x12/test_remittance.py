"""Remittances: what the label wrote is read back, what does not balance is said, what is broken is refused whole."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cases.errors import UnreadableFile
from cases.remittance import RemitClaim, Remittance
from formats.x12.remittance import read_remittances
from knowledge.remit_denials import claim_reasons, refused
from tests.labels.halves import FOLDER, rows

Row = dict[str, Any]
REMITS = rows("remits.jsonl")
WHOLE = [row for row in REMITS if "broken" not in row or row["handling"] == "flag"]
REFUSED = [row for row in REMITS if row not in WHOLE]
STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "data" / "standards"
PAID = FOLDER / "remits" / "03-paid-cost-share.835"
LONG = FOLDER / "remits" / "21-three-lines-mixed.835"


def by_id(row: Row) -> str:
    return str(row["id"])


def read(row: Row) -> Remittance:
    (found,) = read_remittances((FOLDER / row["file"]).read_bytes(), row["file"])
    return found


def money(value: object) -> Decimal:
    return Decimal(str(value))


def told(claim: RemitClaim) -> Row:
    """A claim in the words of its label."""
    return {
        "claim_id": claim.claim_id,
        "payer_claim_number": claim.payer_claim_number,
        "status": claim.status,
        "charge": claim.charge,
        "paid": claim.paid,
        "filing": claim.filing,
        "patient": {"last": claim.patient_family, "first": claim.patient_given, "member_id": claim.member_id},
        "service_date": str(claim.service_date),
        "claim_rarcs": list(claim.rarcs),
    }


@pytest.mark.parametrize("row", WHOLE, ids=by_id)
def test_a_remittance_is_read_as_it_was_written(row: Row) -> None:
    found = read(row)
    assert found.reconciles is row["reconciles"], found.imbalances
    assert (found.payment, str(found.payment_date)) == (money(row["payment"]), row["payment_date"])
    assert len(found.claims) == len(row["claims"])
    for claim, label in zip(found.claims, row["claims"], strict=True):
        assert told(claim) == {
            key: money(label[key]) if key in ("charge", "paid") else label[key] for key in told(claim)
        }
        assert [(one.group, one.carc, one.amount, one.quantity, one.line) for one in claim.all_adjustments] == [
            (
                one["group"],
                one["carc"],
                money(one["amount"]),
                money(one["quantity"]) if "quantity" in one else None,
                one.get("line", 0),
            )
            for one in label["adjustments"]
        ]
        for line, wanted in zip(claim.lines, label["lines"], strict=True):
            assert (line.code, list(line.modifiers), line.charge, line.paid, list(line.rarcs)) == (
                wanted["code"],
                wanted["modifiers"],
                money(wanted["charge"]),
                money(wanted["paid"]),
                wanted["rarcs"],
            )


@pytest.mark.parametrize("row", WHOLE, ids=by_id)
def test_what_is_refused_opens_a_denial_and_what_is_paid_never_does(row: Row) -> None:
    for claim, label in zip(read(row).claims, row["claims"], strict=True):
        reasons = claim_reasons(claim, claim.filing in {"MA", "MB"})
        opened = refused(reasons)
        found = {reason.category for reason in (opened or reasons)}
        expected, accepted = set(label["expected_pathways"]), set(label.get("accept", []))
        assert (bool(opened) and not claim.is_reversal) is label["denial"]
        assert expected <= found | accepted, (expected, found)
        assert found <= expected | accepted, (expected, found)


@pytest.mark.parametrize("row", REFUSED, ids=by_id)
def test_a_broken_remittance_is_refused_with_file_place_and_fix(row: Row) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read(row)
    assert refusal.value.file == row["file"]
    assert refusal.value.fix
    assert row["file"] in refusal.value.message


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: re.sub(r"CLP\*([^*]*)\*\d+", r"CLP*\1*X", text, count=1), "CLP02"),
        (lambda text: re.sub(r"(CAS\*CO\*\d+)\*[\d.]+", r"\1*abc", text, count=1), "CAS03"),
        (lambda text: re.sub(r"(CAS\*CO\*\d+)\*[\d.]+~", r"\1~", text, count=1), "CAS03"),
        (lambda text: text.replace("005010X221A1", "004010X091A1"), "GS08"),
        (lambda text: text.replace("ST*835", "ST*837"), "ST01"),
        (lambda text: text.replace("IEA*1", "IEA*9*").replace("IEA*9**", "IEA*1*9"), "envelope"),
        (lambda text: text.replace("BPR*", "BPX*"), "BPR"),
    ],
)
def test_a_damaged_place_is_named(change: Any, place: str) -> None:
    with pytest.raises(UnreadableFile, match=place):
        read_remittances(change(LONG.read_text()).encode(), "remit.835")


@pytest.mark.parametrize("cut", [0, 1, 50, 105, 106, 300, -10, -3])
def test_a_cut_file_is_never_half_booked(cut: int) -> None:
    content = PAID.read_bytes().rstrip()
    with pytest.raises(UnreadableFile):
        read_remittances(content[:cut], "remit.835")


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 200, b"<html>", b"ISA*00*", b"%PDF-1.7"])
def test_what_is_no_interchange_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_remittances(content, "remit.835")


@pytest.mark.skipif(not STANDARDS.exists(), reason="the shared standards are not beside the repository")
@pytest.mark.parametrize(
    ("name", "claims", "reconciles"),
    [
        ("cob-contractural-adjustment.835", 1, True),
        ("medicare-part-a.835", 2, True),
        ("tertiary-payment.835", 1, False),
        ("835_mult_loops.txt", 1, True),
    ],
)
def test_published_remittances(name: str, claims: int, reconciles: bool) -> None:
    (path,) = STANDARDS.rglob(name)
    (found,) = read_remittances(path.read_bytes(), name)
    assert (len(found.claims), found.reconciles) == (claims, reconciles)
