"""What the shipped samples come to, and that no name of theirs decides anything."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from agents.casework.panel.documents import key_of, open_document
from cases.case import Case
from cases.evidence import Span
from cases.ids import DocumentId
from tests.flows.clinic import SAMPLES, Clinic, Json, as_json
from tests.flows.sample_expectations import BY_FOLDER, NAMES, Expected

SCANNED = {"pap-faxed-referral", "power-wheelchair-unreadable-scan"}
"""Their pages are pictures, in which no name can be exchanged."""


@dataclass(frozen=True)
class Result:
    """A sample as it was worked: the case and its artefacts."""

    case: Case
    artefacts: dict[str, bytes]

    def json(self, name: str) -> Json:
        return as_json(self.artefacts[f"{name}.json"])

    @property
    def tree(self) -> str | None:
        criteria = self.json("criteria")
        return criteria["tree"]["state"] if criteria["policy"] else None


class Worked:
    """Every sample worked once in one clinic, when it is first asked for."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._results: dict[Path, Result] = {}

    def sample(self, folder: Path) -> Result:
        if folder not in self._results:
            (case,) = self.clinic.authorize(folder).values()
            self._results[folder] = Result(case, self.clinic.artefacts(case.id))
        return self._results[folder]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    clinic = Clinic.at(tmp_path_factory.mktemp("samples") / "home")
    yield Worked(clinic)
    clinic.box.database.close()


def test_every_sample_has_an_expectation() -> None:
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()}
    assert folders == set(BY_FOLDER)


@pytest.mark.parametrize("name", BY_FOLDER)
def test_a_sample_comes_to_what_is_expected(worked: Worked, name: str) -> None:
    assert_as_expected(worked.sample(SAMPLES / name), BY_FOLDER[name])


def assert_as_expected(result: Result, expected: Expected) -> None:
    criteria, gate, case = result.json("criteria"), result.json("gate"), result.case
    policy = criteria["policy"]
    assert case.payer is not None
    assert case.payer.id == expected.payer
    assert (f"{policy['doc_id']}/{policy['version']}" if policy else "") == expected.policy
    assert result.json("case")["authorization_need"]["need"] == expected.need
    assert case.urgency is expected.urgency
    assert set(expected.flags) <= {flag.code for flag in case.flags}
    assert expected.tree in (None, result.tree)
    assert gate["outcome"] == expected.gate.outcome
    assert set(expected.gate.reasons) <= set(gate["reasons"])
    assert case.state is expected.gate.waits_as


_RENAMED = sorted(set(BY_FOLDER) - SCANNED)[::4]
"""Every fourth, in a plain run."""


@pytest.mark.parametrize("name", sorted(set(BY_FOLDER) - SCANNED))
def test_renaming_patient_clinic_and_files_changes_no_verdict(
    worked: Worked, name: str, tmp_path: Path, full_counts: bool
) -> None:
    if not full_counts and name not in _RENAMED:
        pytest.skip("every sample is renamed with --full")
    renamed = tmp_path / "somebody"
    shutil.copytree(SAMPLES / name, renamed)
    for number, path in enumerate(sorted(renamed.iterdir())):
        content = path.read_bytes()
        for old in sorted(NAMES, key=len, reverse=True):
            content = content.replace(old.encode(), NAMES[old].encode())
            content = content.replace(old.upper().encode(), NAMES[old].upper().encode())
        path.write_bytes(content)
        path.rename(renamed / f"f{number}{path.suffix}")
    one, other = worked.sample(SAMPLES / name), worked.sample(renamed)
    assert other.case.patient.full_name != one.case.patient.full_name
    assert other.tree == one.tree
    assert other.json("gate")["reasons"] == one.json("gate")["reasons"]
    assert other.case.state is one.case.state


def test_another_patients_page_in_a_fax_is_named_and_nowhere_in_what_was_made(worked: Worked) -> None:
    for expected in (item for item in BY_FOLDER.values() if item.set_aside):
        result = worked.sample(SAMPLES / expected.folder)
        aside = {f"{item['file']} {item['pointer']}" for item in result.json("case")["not_used"]}
        assert set(expected.set_aside) <= aside
        made = b"".join(content for name, content in result.artefacts.items() if not name.endswith(".pdf"))
        for pdf in (content for name, content in result.artefacts.items() if name.endswith(".pdf")):
            made += "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).encode()
        assert b"names another patient" in made
        assert not re.search(rb"Delacroix|41\.6|414\.6|KSC-268011|02/19/1949", made)


def test_words_quoted_from_a_fax_are_boxed_on_its_page_and_a_strangers_page_is_blank(worked: Worked) -> None:
    result = worked.sample(SAMPLES / "pap-faxed-referral")
    spans = [span for span in _cited(result.json("criteria")["tree"]) if ".tif" in span.document_id]
    assert len(spans) >= 4
    for span in spans:
        opened = open_document(worked.clinic.box, result.case.id, key_of(span.document_id), span)
        (shown,) = [page for page in opened.pages if page.number == span.page]
        assert opened.intact
        assert shown.boxes
        assert all(0.01 < box.width < 0.95 and 0.004 < box.height < 0.05 for box in shown.boxes), (span, shown.boxes)
        assert 3 not in {page.number for page in opened.pages}


def _cited(node: Json) -> Iterator[Span]:
    for item in node.get("evidence", ()):
        yield Span(
            document_id=DocumentId(item["document"]), start=item["start"], end=item["end"], quote=item["quote"],
            page=item["page"],
        )  # fmt: skip
    for child in node.get("children", ()):
        yield from _cited(child)


def test_what_was_paid_by_the_patient_leaves_nothing_that_could_be_sent(worked: Worked) -> None:
    result = worked.sample(SAMPLES / "bariatric-patient-paid")
    assert not {"packet.pdf", "letter.md", "pas-bundle.json", "x12-278.edi"} & set(result.artefacts)
    (flag,) = (flag for flag in result.case.flags if flag.code == "restricted_by_patient")
    assert "Consent/" in flag.message


def test_a_case_that_is_ready_has_everything_that_would_leave(worked: Worked) -> None:
    ready = [name for name in BY_FOLDER if worked.sample(SAMPLES / name).json("gate")["outcome"] == "review"]
    assert len(ready) >= 4
    for name in ready:
        made = worked.sample(SAMPLES / name).artefacts
        assert {"packet.pdf", "letter.md", "pas-bundle.json", "x12-278.edi"} <= set(made)


def test_product_code_names_no_sample() -> None:
    root = SAMPLES.parents[2]
    words = re.compile(r"\b(?:" + "|".join(map(re.escape, [*BY_FOLDER, *_telling()])) + r")\b")
    rooms = ("agents", "api", "cases", "formats", "guardrails", "knowledge", "retrieval", "runtime", "tools")
    sources = [path for room in rooms for path in (root / room).rglob("*.py")]
    assert [path for path in sources if words.search(path.read_text("utf-8"))] == []


def _telling() -> list[str]:
    """The names that are no common words."""
    return [name for name in NAMES if len(name) > 4 and name not in {"Brandt", "Burnett", "Midway Imaging"}]
