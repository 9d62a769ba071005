"""Claim statuses (277): whom they are about and what they say, in the published examples."""

from pathlib import Path

import pytest

from cases.errors import UnreadableFile
from formats.x12.claim_status import read_claim_statuses

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "data" / "standards"
pytestmark = pytest.mark.skipif(not STANDARDS.exists(), reason="the shared standards are not beside the repository")


def content(name: str) -> bytes:
    (path,) = STANDARDS.rglob(name)
    return path.read_bytes()


def test_every_claim_and_line_has_its_status() -> None:
    found = read_claim_statuses(content("claim-level-status.277"), "status.277")
    assert [(one.category, one.status, one.patient_family, one.line) for one in found] == [
        ("P3", "317", "SMITH", 0), ("F0", "3", "JONES", 0), ("F2", "88", "MANN", 0), ("F2", "88", "MANN", 1),
    ]  # fmt: skip
    assert (found[2].payer_claim_number, found[2].claim_id, found[3].service_code) == (
        "051681010827", "MA345678", "99203",
    )  # fmt: skip
    assert {one.payer for one in found} == {"ABC INSURANCE"}


def test_a_rejection_of_a_clearing_house_is_read() -> None:
    (found,) = read_claim_statuses(content("x12_277CA_rejected.txt"), "277ca")
    assert (found.category, found.status, found.entity, str(found.charge)) == ("A7", "562", "85", "199.14")


def test_control_numbers_that_disagree_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="control numbers"):
        read_claim_statuses(content("x12_277_x212.txt"), "277")
