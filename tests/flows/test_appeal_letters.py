"""What an appeal's letter says of the notice and the chart, and what it says goes with it."""

import re
from pathlib import Path

import pypdfium2
import pytest

from tests.flows.appeal_desk import COMPLETE, LETTERS, NOW, appeal, denied, folder, unsupported
from tests.flows.clinic import Clinic, as_json


@pytest.fixture
def alone(tmp_path: Path) -> Clinic:
    return Clinic.at(tmp_path / "home", now=NOW)


def letter_of(clinic: Clinic, tmp_path: Path, sample: str, notice: str) -> tuple[str, dict[str, bytes]]:
    appeal_id, _, files = appeal(clinic, folder(tmp_path, sample, (LETTERS / notice).read_text("utf-8")))
    assert unsupported(clinic, appeal_id) == []
    assert as_json(files["gate.json"])["outcome"] == "review"
    return files["letter.md"].decode(), files


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    document.close()
    return texts


def test_only_the_part_that_was_refused_is_appealed(alone: Clinic, tmp_path: Path) -> None:
    letter, files = letter_of(alone, tmp_path, "snf-after-observation", "08-northlake-snf-partial.txt")
    assert "We appeal the part of this decision that is not approved" in letter
    assert "“Approved 7 days, 11/19/2026 - 11/25/2026”, “Not approved 13 days, 11/26/2026 - 12/08/2026”" in letter
    assert "Service date:" not in letter
    assert "Approved in part: “Approved 7 days" in files["brief.md"].decode()


def test_an_expedited_appeal_quotes_the_clinician_on_why_it_cannot_wait(alone: Clinic, tmp_path: Path) -> None:
    letter, _ = letter_of(alone, tmp_path, "lumbar-mri-expedited", "15-brightwater-mri-expedited.txt")
    (line,) = [one for one in letter.splitlines() if "treating clinician states why it cannot wait" in one]
    assert "could seriously jeopardize this patient's ability to regain maximum function" in line
    assert "part of this decision" not in letter


def test_the_printed_letter_lists_its_enclosures_at_their_pages(alone: Clinic, tmp_path: Path) -> None:
    _, files = letter_of(alone, tmp_path, "snf-after-observation", "08-northlake-snf-partial.txt")
    printed = " ".join("\n".join(pages_of(files["letter.pdf"])).split())
    enclosures = pages_of(files["enclosures.pdf"])
    listed = printed[printed.index("Enclosures 1.") : printed.index("Sources 1.")]
    starts = [int(words.split()[0]) for words in listed.split("from page ")[1:]]
    assert len(starts) > 3
    assert starts == sorted(starts)
    for number, start in enumerate(starts, start=1):
        assert re.search(rf"Enclosure {number}[,:]", enclosures[start - 1])
        assert not any(re.search(rf"Enclosure {number}[,:]", before) for before in enclosures[2 : start - 1])


@pytest.mark.parametrize(("day", "later"), [("November 19, 2026", False), ("November 6, 2026", True)])
def test_an_order_later_than_the_denial_is_said_to_whoever_countersigns(
    alone: Clinic, tmp_path: Path, day: str, later: bool
) -> None:
    notice = denied().replace("Date: November 19, 2026", f"Date: {day}")
    assert f"Date: {day}" in notice
    _, _, files = appeal(alone, folder(tmp_path, COMPLETE, notice))
    reasons = as_json(files["gate.json"])["reasons"]
    assert ("order_is_later_than_the_denial" in reasons) is later
    assert (b"before the order of 9 November 2026" in files["letter.md"]) is not later


def test_a_call_whose_day_has_passed_is_said_to_be_over(alone: Clinic, tmp_path: Path) -> None:
    """The clock stands at 26 November: calls until the 25th, in 2 business days of the 23rd, in 14 days of the 20th."""
    _, knee = letter_of(alone, tmp_path, "knee-replacement-bmi-over-limit", "12-brightwater-knee.txt")
    brief = knee["brief.md"].decode()
    assert "until 11/25/2026” **That day has passed**" in brief
    assert brief.count("*Where does the policy ask for it: ") == 3
    assert "records: “Cane in the left hand since July”" in knee["letter.md"].decode()
    _, stay = letter_of(alone, tmp_path, "inpatient-pneumonia", "21-lakeshore-inpatient.txt")
    assert "That day has passed" in stay["brief.md"].decode()
    _, snf = letter_of(alone, tmp_path, "snf-after-observation", "08-northlake-snf-partial.txt")
    assert "That day has passed" not in snf["brief.md"].decode()


def test_a_reason_left_standing_narrows_what_is_asked_and_durations_are_counted(alone: Clinic, tmp_path: Path) -> None:
    letter, _ = letter_of(alone, tmp_path, "knee-replacement-bmi-over-limit", "12-brightwater-knee.txt")
    assert "for total knee arthroplasty (27447) as to the second stated reason, and ask that it be withdrawn." in letter
    assert "overturned" not in letter
    assert "From 18 May 2026 to 21 August 2026, 95 days, this meets what the policy asks: physical therapy" in letter
    assert "(right knee)" in letter


def test_a_report_that_the_payer_lacks_is_handed_in_also_where_it_is_structured_data(
    alone: Clinic, tmp_path: Path
) -> None:
    letter = (LETTERS / "02-keel-pet-ct.txt").read_text("utf-8")
    appeal_id, _, files = appeal(alone, folder(tmp_path, "pet-ct-vendor-decides", letter))
    stances = [one["stance"] for one in as_json(files["rebuttal.json"])["reasons"]]
    assert stances == ["person", "supplied"]
    said = files["letter.md"].decode()
    assert "as to the second stated reason" in said
    assert "It is enclosed: “Code: CT chest (LOINC 30746-2)”." in said
    assert unsupported(alone, appeal_id) == []


def test_a_draft_that_argues_nothing_promises_nothing(alone: Clinic, tmp_path: Path) -> None:
    for sample, name, words in (
        ("oxygen-stale-test", "01-northlake-oxygen.txt", "Nothing is argued in this draft yet."),
        ("ivig-nerve-study-only-planned", "20-lakeshore-ivig.txt", "Nothing is handed in yet of what was asked for"),
    ):
        _, _, files = appeal(alone, folder(tmp_path / sample, sample, (LETTERS / name).read_text("utf-8")))
        said = files["letter.md"].decode()
        assert words in said
        assert "to follow" not in said
        assert "nothing_to_argue" in as_json(files["gate.json"])["reasons"]
        assert ("Decision owed" in said) is ("ivig" not in sample)
        assert ("No appeal: the right to appeal by" in said) is ("ivig" in sample)
