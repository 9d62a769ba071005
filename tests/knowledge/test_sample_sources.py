"""The sample payers and their policies: they import clean, say what they are, and differ only where they should."""

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from cases.authorization import Need
from cases.case import LineOfBusiness, PayerRef
from cases.chart import Coverage, CoverageClass, NamedIdentifier, Party
from cases.criteria import TreeStatus
from cases.ids import DocumentId, PayerId
from formats.pdf import read_pdf
from knowledge.authorization_rules import authorization_need
from knowledge.code_wording import shipped_codes
from knowledge.coverage_payer import payer_of
from knowledge.criteria_trees import shipped_trees
from knowledge.library import SOURCES, criteria_for_order, criteria_of_document, held_policies, import_policies
from knowledge.payer_directory import PayerEntry, shipped_directory
from knowledge.policy_document import Particulars
from knowledge.policy_head import number_key
from knowledge.policy_import import ImportReport, Outcome
from knowledge.policy_manifest import manifest_items
from runtime.database import Database
from runtime.settings import Settings

NOT_READ_YET = {"sleep-studies.html", "continued-stay.docx"}
"""Files for readers to come; no manifest names them."""
BRIGHTWATER, HARBORLINE = "brightwater-commercial", "harborline-erisa"
LAKESHORE, NORTHLAKE = "lakeshore-medicaid", "northlake-advantage"
LUMBAR_REVISED, ADALIMUMAB_REVISED = date(2026, 11, 15), date(2026, 10, 1)


def payer(payer_id: str) -> PayerRef:
    return shipped_directory().entries[PayerId(payer_id)].ref("test")


def files() -> list[Path]:
    return sorted(path for path in SOURCES.rglob("*") if path.is_file() and path.name != "manifest.jsonl")


def words_of(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".pdf":
        return read_pdf(content, path.name).text
    if path.suffix == ".docx":
        return re.sub(r"<[^>]+>", " ", zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode())
    return re.sub(r"<[^>]+>", " ", content.decode()) if path.suffix == ".html" else content.decode()


def bring_in(database: Database) -> list[ImportReport]:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    manifests = sorted(SOURCES.glob("*/manifest.jsonl"))
    items = [manifest_items(manifest, Particulars()) for manifest in manifests]
    return [report for group in items for report in import_policies(database.begin, group, at)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database.open(Settings(home=tmp_path_factory.mktemp("library")))
    bring_in(database)
    yield database
    database.close()


def test_every_policy_imports_without_a_flag_and_again_without_a_change(database: Database) -> None:
    first = bring_in(database)
    again = bring_in(database)
    assert [(report.source, report.reason, report.flags) for report in first if report.reason or report.flags] == []
    assert sorted(report.doc_id or "" for report in first if report.outcome is Outcome.NEW_VERSION) == [
        "brightwater-lumbar-mri",
        "harborline-adalimumab",
    ]
    assert {report.outcome for report in again} == {Outcome.UNCHANGED}


def test_every_file_is_named_by_a_manifest_or_waits_for_a_reader() -> None:
    lines = [
        (manifest.parent, json.loads(line))
        for manifest in SOURCES.glob("*/manifest.jsonl")
        for line in manifest.read_text("utf-8").splitlines()
    ]
    named = {folder / line["path"] for folder, line in lines}
    assert {path.name for path in set(files()) - named} == NOT_READ_YET
    assert len({line["policy_number"] for _, line in lines}) >= 14
    assert {line["payer"] for _, line in lines} == {entry.name for entry in synthetic_payers()}


def synthetic_payers() -> list[PayerEntry]:
    return [entry for entry in shipped_directory().entries.values() if entry.synthetic]


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_source_says_that_it_is_synthetic_and_has_its_sections(path: Path) -> None:
    text = words_of(path)
    assert "SYNTHETIC SAMPLE" in text
    assert "not a real plan" in text
    assert 220 <= len(text.split()) <= 700
    assert re.search(r"Policy Number: [A-Z]{2,3}-[A-Z]+-\d{3}", text)
    assert re.search(r"Effective Date: \d{4}-\d\d-\d\d", text)
    if path.name != "home-oxygen.md":
        wanted = ("Purpose", "Limitations", "Exclusions", "Frequency", "Documentation required", "Codes")
        assert [heading for heading in wanted if heading not in text] == []


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_manifest_and_text_agree_on_number_and_date(path: Path) -> None:
    if path.name in NOT_READ_YET:
        return
    text = words_of(path)
    lines = [json.loads(line) for line in (path.parent / "manifest.jsonl").read_text("utf-8").splitlines()]
    (line,) = [line for line in lines if line["path"] == path.name]
    assert f"Policy Number: {line['policy_number']}" in text
    assert f"Effective Date: {line['effective_date']}" in text


def test_every_tree_of_a_sample_policy_is_approved_for_each_of_its_codes(library: Database) -> None:
    bound = 0
    with library.read() as transaction:
        for version in held_policies(transaction):
            key, effective = number_key(version.record.number), version.record.effective
            trees = [tree for tree in shipped_trees() if number_key(tree.policy_number) == key]
            fitting = [tree for tree in trees if effective and tree.effective == effective]
            assert len(fitting) == min(1, len(trees)), version.record.doc_id
            for code in {code for tree in fitting for text in tree.codes for code in text.split("-")}:
                found = criteria_of_document(transaction, version, [code])
                assert found.tree is not None
                assert (found.tree.status, found.tree.draft_reasons) == (TreeStatus.APPROVED, ()), found.tree.id
                assert found.tree.id == fitting[0].id
                bound += 1
    assert bound >= 25


@pytest.mark.parametrize(
    ("code", "of", "on", "version"),
    [
        ("72148", BRIGHTWATER, date(2025, 3, 31), None),
        ("72148", BRIGHTWATER, date(2025, 4, 1), 1),
        ("72148", BRIGHTWATER, date(2026, 11, 14), 1),
        ("72148", BRIGHTWATER, LUMBAR_REVISED, 2),
        ("J0139", HARBORLINE, date(2026, 9, 30), 1),
        ("J0139", HARBORLINE, ADALIMUMAB_REVISED, 2),
        ("Q5143", HARBORLINE, date(2026, 12, 1), 2),
        ("72148", HARBORLINE, LUMBAR_REVISED, None),
        ("J0139", BRIGHTWATER, ADALIMUMAB_REVISED, None),
    ],
)
def test_the_day_of_service_picks_the_version(
    library: Database, code: str, of: str, on: date, version: int | None
) -> None:
    with library.read() as transaction:
        found = criteria_for_order(transaction, payer(of), [code], on)
    assert (found.tree.policy.version if found.tree else None) == version
    assert found.tree is None or found.tree.policy.payer_id == of


_OF_THE_PLAN = re.compile(
    r"(?:Brightwater|Harborline)(?: Health Plan of Minnesota| Manufacturing Employee Health Plan)?|(?:BW|HL)-SUR-204|"
    r"Fully insured commercial, Minnesota|Self-funded employer plan, administered by Cordell Benefit Administrators"
)


def test_the_two_knee_policies_differ_in_one_number_only() -> None:
    texts = [(SOURCES / plan / "knee-arthroplasty.md").read_text("utf-8") for plan in (BRIGHTWATER, HARBORLINE)]
    one, other = (_OF_THE_PLAN.sub("PLAN", text).splitlines() for text in texts)
    changed = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    assert changed == [
        (
            "7. The body mass index, measured in the 90 days before the order, is below 40.",
            "7. The body mass index, measured in the 90 days before the order, is below 45.",
        )
    ]


def test_the_two_knee_trees_differ_in_that_criterion_only(library: Database) -> None:
    with library.read() as transaction:
        found = [criteria_for_order(transaction, payer(of), ["27447"], ON).tree for of in (BRIGHTWATER, HARBORLINE)]
    asked = [{leaf.id: (leaf.statement, leaf.gap) for leaf in tree.root.leaves()} for tree in found if tree]
    assert asked[0].keys() == asked[1].keys()
    assert [leaf for leaf in asked[0] if asked[0][leaf] != asked[1][leaf]] == ["knee.bmi"]


@pytest.mark.parametrize(
    ("name", "payer_id"),
    [
        ("Brightwater Health Plan of Minnesota", BRIGHTWATER),
        ("BRIGHTWATER HEALTH PLAN", BRIGHTWATER),
        ("Brightwater", BRIGHTWATER),
        ("Harborline Manufacturing Employee Health Plan", HARBORLINE),
        ("The Harborline Employee Health Plan, Inc.", HARBORLINE),
        ("Lakeshore Community Health (Minnesota Medicaid managed care)", LAKESHORE),
        ("Lakeshore Community Health", LAKESHORE),
        ("Cordell Benefit Administrators", None),
        ("Brightwater Dental", None),
        ("Lakeshore", None),
        ("Harbor Sleep Review", None),
        ("Keel Imaging Review", None),
    ],
)
def test_sample_payers_are_known_by_their_names_and_not_by_look_alikes(name: str, payer_id: str | None) -> None:
    found = shipped_directory().by_name(name).payer
    assert (found.id if found else None) == payer_id


@pytest.mark.parametrize("payer_id", [BRIGHTWATER, HARBORLINE, LAKESHORE, NORTHLAKE])
def test_a_sample_payer_is_known_by_its_identifier_and_has_no_endpoint_of_its_own(payer_id: str) -> None:
    found = shipped_directory().by_identifier(NamedIdentifier(system="urn:countersign:sample:payer", value=payer_id))
    assert found is not None
    assert found.id == payer_id
    entry = shipped_directory().entries[PayerId(payer_id)]
    assert (entry.endpoints, bool(entry.fax), bool(entry.address.city)) == ((), True, True)


@pytest.mark.parametrize(
    ("plan", "payer_id"), [("Harborline Manufacturing Employee Health Plan", HARBORLINE), ("Group 4471", None)]
)
def test_an_administrator_is_not_the_plan(plan: str, payer_id: str | None) -> None:
    coverage = Coverage(
        id="c",
        document_id=DocumentId("d"),
        status="active",
        beneficiary_id=None,
        payors=(Party(name="Cordell Benefit Administrators", kind="Organization"),),
        classes=(CoverageClass(kind="plan", value="P1", name=plan),),
    )
    found = payer_of(shipped_directory(), coverage).payer
    assert (found.id if found else None) == payer_id


ON, BEFORE_KEEL, NOV = date(2026, 11, 20), date(2025, 12, 31), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("of", "codes", "on", "place", "need", "channel"),
    [
        (BRIGHTWATER, ["72148"], ON, "MN", Need.REQUIRED, "pas"),
        (BRIGHTWATER, ["27447"], ON, "MN", Need.REQUIRED, "pas"),
        (BRIGHTWATER, ["64615", "J0585"], ON, None, Need.REQUIRED, "pas"),
        (BRIGHTWATER, ["73562"], ON, "MN", Need.NOT_REQUIRED, "none"),
        (BRIGHTWATER, ["73562", "72148"], ON, "MN", Need.REQUIRED, "pas"),
        (BRIGHTWATER, ["73721"], ON, "MN", Need.PRESUMED, "pas"),
        (BRIGHTWATER, ["77067"], ON, "MN", Need.NOT_REQUIRED, "none"),
        (BRIGHTWATER, ["77067"], BEFORE_KEEL, "MN", Need.PRESUMED, "pas"),
        (HARBORLINE, ["77067"], ON, "MN", Need.PRESUMED, "pas"),
        (HARBORLINE, ["27447"], ON, None, Need.REQUIRED, "pas"),
        (HARBORLINE, ["43775"], ON, None, Need.REQUIRED, "pas"),
        (HARBORLINE, ["J0139"], ON, None, Need.REQUIRED, "pas"),
        (HARBORLINE, ["J0135"], date(2024, 12, 31), None, Need.REQUIRED, "pas"),
        (HARBORLINE, ["J0135"], ON, None, Need.PRESUMED, "pas"),
        (LAKESHORE, ["0120"], ON, None, Need.REQUIRED, "pas"),
        (LAKESHORE, ["81162"], ON, None, Need.REQUIRED, "pas"),
        (LAKESHORE, ["J1569"], ON, None, Need.REQUIRED, "pas"),
        (LAKESHORE, ["80053"], ON, None, Need.NOT_REQUIRED, "none"),
        (NORTHLAKE, ["78815"], ON, None, Need.VENDOR, "portal"),
        (NORTHLAKE, ["72148"], ON, None, Need.VENDOR, "portal"),
        (NORTHLAKE, ["72148"], BEFORE_KEEL, None, Need.REQUIRED, "pas"),
        (NORTHLAKE, ["K0823"], ON, None, Need.REQUIRED, "pas"),
        (NORTHLAKE, ["G0299"], ON, None, Need.REQUIRED, "pas"),
        (NORTHLAKE, ["G0299"], date(2024, 12, 31), None, Need.PRESUMED, "pas"),
        (NORTHLAKE, ["0191"], ON, None, Need.REQUIRED, "pas"),
        (NORTHLAKE, ["0191"], BEFORE_KEEL, None, Need.PRESUMED, "pas"),
    ],
)
def test_need_of_the_sample_payers(
    of: str, codes: list[str], on: date, place: str | None, need: Need, channel: str
) -> None:
    found = authorization_need(payer(of), codes, on, place)
    assert (found.need, found.channel) == (need, channel)


def test_the_vendor_is_named_with_its_door() -> None:
    assert authorization_need(payer(NORTHLAKE), ["78815"], ON).decider.startswith("Keel Imaging Review")
    assert authorization_need(payer(NORTHLAKE), ["95810"], ON).decider.startswith("Harbor Sleep Review")


@pytest.mark.parametrize(("of", "code", "place"), [(BRIGHTWATER, "77067", "MN"), (None, "72148", "TX")])
def test_a_states_law_is_not_claimed_as_verified(of: str | None, code: str, place: str) -> None:
    unlisted = PayerRef(
        id=PayerId("somebody"), name="Somebody", line_of_business=LineOfBusiness.COMMERCIAL_INSURED, matched_on=""
    )
    found = authorization_need(payer(of) if of else unlisted, [code], NOV, place)
    assert not found.verified
    assert re.search(r"Stat\.|Code", found.citation)


@pytest.mark.parametrize(
    ("code", "display", "contradicts"),
    [
        ("72148", "MRI lumbar spine without contrast", False),
        ("72148", "MRI lumbar spine with and without contrast", True),
        ("72148", "MRI cervical spine without contrast", True),
        ("72158", "MRI L-spine without and with contrast", False),
        ("73562", "X-ray knee, 3 views", False),
        ("27447", "Total knee arthroplasty", False),
        ("27447", "Arthroscopy, knee, surgical", True),
        ("J0139", "Injection, adalimumab, 1 mg", False),
        ("J0139", "Adalimumab-adbm, biosimilar", True),
        ("43775", "Laparoscopic gastric bypass", True),
        ("K0823", "Power wheelchair, group 2, captain's chair", False),
        ("K0823", "Power wheelchair, group 2, sling seat", True),
        ("G0299", "Direct skilled nursing services of a registered nurse in the home health setting", False),
        ("G0155", "Services of clinical social worker in home health or hospice", False),
    ],
)
def test_an_orders_words_are_held_against_its_code(code: str, display: str, contradicts: bool) -> None:
    assert (shipped_codes().contradiction(code, display) is not None) is contradicts


def eight_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9%.]+", text.casefold().replace("’", "'"))
    return {tuple(words[place : place + 8]) for place in range(len(words) - 7)}


def test_no_eight_words_in_a_row_are_taken_from_a_national_policy(shared: Path) -> None:
    policies = (shared / "data" / "policies" / "cms").glob("*.txt")
    theirs = {run for policy in policies for run in eight_words(policy.read_text(encoding="utf-8"))}
    assert theirs
    taken = {path.name: sorted(eight_words(words_of(path)) & theirs)[:3] for path in files()}
    assert {name: runs for name, runs in taken.items() if runs} == {}
