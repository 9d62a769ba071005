"""Files become versions: once for each content, for each payer its own, and a broken file spoils nothing else."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from cases.case import LineOfBusiness
from cases.errors import UnreadableFile
from cases.ids import PayerId, PolicyDocId
from knowledge.library import held_policies, import_policies, payer_directory
from knowledge.policy_document import EFFECTIVE_UNKNOWN, Particulars
from knowledge.policy_import import ImportReport, Outcome
from knowledge.policy_manifest import ImportItem, manifest_items, path_items
from runtime.database import Database
from runtime.policy_store import passages_of, text_of

NCD = (
    "7.1 - Lamps at Home\n(Rev. 2; Issued: 01-01-20; Effective: 02-03-20)\n\nA. General\n\nLamps are covered at home.\n"
)
MA = LineOfBusiness.MEDICARE_ADVANTAGE


def run(database: Database, now: datetime, items: Iterable[ImportItem]) -> list[ImportReport]:
    return list(import_policies(database.begin, items, now))


def write(folder: Path, name: str, text: str = NCD) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def items(*paths: Path, **given: object) -> list[ImportItem]:
    return list(path_items(list(paths), Particulars.model_validate(given)))


def test_an_ncd_without_particulars_is_cmss_with_its_own_number_and_date(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    (report,) = run(database, now, items(write(tmp_path, "lamps.txt")))
    assert (report.outcome, report.doc_id, report.payer_id, report.version) == (Outcome.ADDED, "lamps", "cms", 1)
    with database.read() as transaction:
        (version,) = held_policies(transaction)
        text, spans = text_of(transaction, version), passages_of(transaction, version)
    record = version.record
    assert (record.number, record.title, record.effective) == ("NCD 7.1", "Lamps at Home", date(2020, 2, 3))
    assert record.lines_of_business == (LineOfBusiness.MEDICARE_FFS,)
    assert text == NCD
    assert "Lamps are covered at home." in text[spans[-1].start : spans[-1].end]
    assert spans[-1].heading.endswith("A. General")


def test_the_same_content_is_kept_once_and_changed_content_is_a_new_version(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    path = write(tmp_path, "lamps.txt")
    outcomes = [run(database, now, items(path))[0].outcome for _ in range(2)]
    write(tmp_path, "lamps.txt", NCD.replace("covered", "paid"))
    changed = run(database, now, items(path))[0]
    assert outcomes == [Outcome.ADDED, Outcome.UNCHANGED]
    assert (changed.outcome, changed.version) == (Outcome.NEW_VERSION, 2)


def test_one_document_is_kept_for_each_payer(database: Database, now: datetime, tmp_path: Path) -> None:
    path = write(tmp_path, "ncd.txt")
    run(database, now, items(path))
    (report,) = run(database, now, items(path, payer="Blue Heron Health", line_of_business="medicare_advantage"))
    assert (report.outcome, report.payer_id, report.version) == (Outcome.ADDED, "blue-heron-health", 1)
    with database.read() as transaction:
        assert {version.record.payer_id for version in held_policies(transaction)} == {"cms", "blue-heron-health"}
        found = payer_directory(transaction).by_name("blue heron health").payer
    assert found is not None
    assert found.line_of_business is MA


def test_a_manifest_gives_particulars_and_its_paths_are_beside_it(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "texts").mkdir()
    write(tmp_path / "texts", "a.txt", "Some policy\n\nText.\n")
    line = {
        "id": "acme-1", "payer": "Acme", "lob": "commercial_insured", "path": "texts/a.txt", "title": "Acme lamps",
        "policy_number": "AC-1", "effective_date": "September 25, 2007", "expires_date": "09-27-21",
        "codes": ["e0424"], "source": "somewhere",
    }  # fmt: skip
    manifest = write(tmp_path, "m.jsonl", json.dumps(line) + "\n")
    (report,) = run(database, now, manifest_items(manifest, Particulars()))
    assert (report.doc_id, report.payer_id) == ("acme-1", "acme")
    with database.read() as transaction:
        (version,) = held_policies(transaction, PayerId("acme"))
    record = version.record
    assert (record.number, record.title, record.codes) == ("AC-1", "Acme lamps", ("E0424",))
    assert (record.effective, record.expires) == (date(2007, 9, 25), date(2021, 9, 27))


def test_no_known_date_is_usable_and_flagged(database: Database, now: datetime, tmp_path: Path) -> None:
    (report,) = run(database, now, items(write(tmp_path, "x.txt", "7.2 - Lamps\n(Rev. 1, 10-03-03)\n\nText.\n")))
    assert report.outcome is Outcome.ADDED
    assert report.flags == (EFFECTIVE_UNKNOWN,)


def broken(folder: Path) -> list[ImportItem]:
    (folder / "page.html").write_text("<html><body>policy</body></html>", encoding="utf-8")
    (folder / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (folder / "torn.pdf").write_bytes(b"%PDF-1.7\nnot really")
    write(folder, "empty.txt", " \n")
    write(folder, "whose.txt", "A policy of somebody\n\nText.\n")
    names = ("page.html", "photo.txt", "torn.pdf", "empty.txt", "whose.txt", "absent.txt")
    return items(*(folder / name for name in names))


def test_a_broken_file_gives_one_line_and_the_rest_goes_on(database: Database, now: datetime, tmp_path: Path) -> None:
    reports = run(database, now, [*broken(tmp_path), *items(write(tmp_path, "good.txt"))])
    assert [report.outcome for report in reports] == [Outcome.REFUSED] * 6 + [Outcome.ADDED]
    assert [report.source for report in reports if not report.reason] == [str(tmp_path / "good.txt")]
    assert all(Path(report.source).name in report.reason for report in reports[:-1])
    with database.read() as transaction:
        assert len(held_policies(transaction)) == 1


def pages(path: Path, count: int, *, text: bool = True) -> Path:
    """A PDF of so many pages, each with a sentence of its own, or with a picture only."""
    canvas = Canvas(str(path))
    for number in range(1, count + 1):
        if text:
            canvas.drawString(72, 720, f"Lamp number {number} is covered on page {number}.")
        else:
            canvas.rect(72, 400, 200, 200, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def test_a_pdf_locked_cut_short_or_without_words_is_refused_in_one_line(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    locked, cut = tmp_path / "locked.pdf", tmp_path / "cut.pdf"
    writer = PdfWriter(clone_from=pages(tmp_path / "whole.pdf", 3))
    writer.encrypt("secret")
    writer.write(locked)
    whole = (tmp_path / "whole.pdf").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    picture, none = pages(tmp_path / "picture.pdf", 2, text=False), tmp_path / "none.pdf"
    none.write_bytes(b"")
    reports = run(database, now, items(locked, cut, picture, none, payer="cms"))
    assert [report.outcome for report in reports] == [Outcome.REFUSED] * 4
    for report, path in zip(reports, (locked, cut, picture, none), strict=True):
        assert path.name in report.reason
        assert "\n" not in report.reason
    with database.read() as transaction:
        assert held_policies(transaction) == ()


def test_a_pdf_of_many_pages_is_taken_in_whole(
    database: Database, now: datetime, tmp_path: Path, full_counts: bool
) -> None:
    count = 400 if full_counts else 40
    (report,) = run(database, now, items(pages(tmp_path / "long.pdf", count), payer="cms", title="Lamps", number="7"))
    assert report.outcome is Outcome.ADDED
    with database.read() as transaction:
        (version,) = held_policies(transaction)
        assert f"Lamp number {count} is covered" in text_of(transaction, version)
        assert version.record.pages[-1].number == count


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"payer": "Blue Heron"}, "--lob"),
        ({"payer": "Medicare Advantage", "line_of_business": "medicare_advantage"}, "does not say which payer"),
        ({"payer": "CMS Medicare", "line_of_business": "medicare_advantage"}, "not in the payer directory"),
    ],
)
def test_a_payer_that_cannot_be_told_is_refused(
    database: Database, now: datetime, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    (report,) = run(database, now, items(write(tmp_path, "lamps.txt"), **given))
    assert report.outcome is Outcome.REFUSED
    assert said in report.reason


def test_two_files_of_one_name_in_one_run_do_not_become_versions_of_each_other(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "lamps.txt", NCD + folder)
    first, second = run(database, now, items(tmp_path / "one", tmp_path / "two"))
    assert (first.outcome, second.outcome) == (Outcome.ADDED, Outcome.REFUSED)
    assert "give ids in a manifest" in second.reason


@pytest.mark.parametrize(
    ("line", "said"),
    [("{not json", "not JSON"), ('{"id": "x"}', "path"), ('{"path": "a.txt", "effective_date": "soon"}', "not a date")],
)
def test_a_faulty_manifest_line_is_named(
    database: Database, now: datetime, tmp_path: Path, line: str, said: str
) -> None:
    manifest = write(tmp_path, "m.jsonl", f"\n{line}\n")
    (report,) = run(database, now, manifest_items(manifest, Particulars()))
    assert report.outcome is Outcome.REFUSED
    assert "m.jsonl line 2" in report.reason
    assert said in report.reason


def test_a_manifest_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"absent\.jsonl"):
        list(manifest_items(tmp_path / "absent.jsonl", Particulars()))


def test_a_folder_is_searched_and_an_empty_one_said(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    for name in ("b.TXT", "a.md", "picture.png"):
        write(tmp_path / "deep" / "er", name)
    found = items(tmp_path / "deep", tmp_path / "bare")
    assert [item.path.name for item in found if item.path] == ["a.md", "b.TXT"]
    assert [item.fault for item in found if not item.path] == ["the folder holds no file of a kind that is read"]


def test_a_pdf_keeps_its_pages(database: Database, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "lamps.pdf"
    canvas = Canvas(str(path))
    for words in ("Lamp policy", "Lamps are covered at home."):
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    (report,) = run(database, now, items(path, payer="Acme", line_of_business="commercial_insured", number="A-1"))
    assert report.outcome is Outcome.ADDED
    with database.read() as transaction:
        (version,) = held_policies(transaction, PayerId("acme"))
        text = text_of(transaction, version)
    assert [page.number for page in version.record.pages] == [1, 2]
    page = version.record.pages[1]
    assert "covered at home" in text[page.start : page.end]
    assert version.record.doc_id == PolicyDocId("lamps")
