"""The PHI labels are sound as data: offsets verbatim, closed lists kept, genres and hard negatives all there."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.labels.phi import marking

Value = str | int | bool | list["Value"] | dict[str, "Value"] | None
Row = dict[str, Value]

FOLDER = Path(__file__).resolve().parent / "phi"
SCORER = Path(__file__).resolve().parents[2] / ".." / "shared" / "tools" / "phi_score.py"
PAGE = (FOLDER / "labels.md").read_text(encoding="utf-8")
REQUIRED_TYPES = {
    "NAME", "DATE", "AGE_OVER_89", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "MEMBER_ID", "ACCOUNT", "LICENSE", "VEHICLE",
    "DEVICE_ID", "URL", "IP", "BIOMETRIC_REF", "STREET", "CITY", "ZIP",
}  # fmt: skip
TYPES = REQUIRED_TYPES | marking.ALWAYS_OPTIONAL
CATEGORIES = {
    "psychotherapy_notes", "substance_use_part2", "hiv", "mental_health", "genetic", "reproductive", "gender_affirming",
    "minor_consented",
}  # fmt: skip
DOCUMENTS = list(marking.labelled())
PARTICLES = {"del"}
WORD = re.compile(r"[^\W\d_]{3,}")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


SENSITIVE = rows("sensitive.jsonl")


def listed(heading: str) -> dict[str, int]:
    """The closed list of the labels page under a heading, with the counts it states."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {name: int(count) for name, count in re.findall(r"`(\w+)`\s(\d+)", part)}


def required(document: marking.Labelled) -> list[marking.Mark]:
    return [span for span in document.spans if not span.get("optional")]


def marks(document: marking.Labelled) -> list[tuple[int, int, str]]:
    return sorted((int(m["start"]), int(m["end"]), str(m["text"])) for m in document.spans + document.negatives)


def test_the_committed_rows_are_what_the_marked_documents_give() -> None:
    assert marking.DOCUMENTS.read_text(encoding="utf-8") == "".join(document.line() for document in DOCUMENTS)


def test_offsets_are_verbatim_and_no_two_marks_overlap() -> None:
    for document in DOCUMENTS:
        found = marks(document)
        assert all(document.text[start:end] == words != "" for start, end, words in found), document.id
        assert all(left[1] <= right[0] for left, right in zip(found, found[1:], strict=False)), document.id
        assert not re.search("[«»‹›]", document.text), document.id


def test_marks_have_no_space_at_their_ends() -> None:
    assert [(d.id, words) for d in DOCUMENTS for _, _, words in marks(d) if words != words.strip()] == []


def test_ids_and_texts_are_unique_and_there_are_enough_documents() -> None:
    assert len({document.id for document in DOCUMENTS}) == len({document.text for document in DOCUMENTS})
    assert len(DOCUMENTS) == len({document.id for document in DOCUMENTS})
    assert sum(bool(required(document)) for document in DOCUMENTS) >= 420
    assert sum(document.genre == "hard_negative" for document in DOCUMENTS) >= 90


def test_genres_types_and_negative_kinds_are_counted_as_the_page_says() -> None:
    assert Counter(document.genre for document in DOCUMENTS) == listed("Genres")
    assert Counter(str(span["type"]) for document in DOCUMENTS for span in required(document)) == listed("Types")
    assert Counter(str(mark["kind"]) for document in DOCUMENTS for mark in document.negatives) == listed(
        "Hard negatives"
    )


def test_types_are_known_each_is_present_and_the_optional_ones_are_free() -> None:
    spans = [span for document in DOCUMENTS for span in document.spans]
    assert {str(span["type"]) for span in spans} == TYPES
    assert {str(span["type"]) for document in DOCUMENTS for span in required(document)} == REQUIRED_TYPES


def test_a_phi_free_document_has_no_span_and_many_hard_negatives() -> None:
    clear = [document for document in DOCUMENTS if document.genre == "hard_negative"]
    assert [document.id for document in clear if document.spans] == []
    assert sum(len(document.negatives) for document in clear) > 5 * len(clear)


def bare_names(document: marking.Labelled) -> list[tuple[str, str]]:
    covered = {place for start, end, _ in marks(document) for place in range(start, end)}
    names = {word for s in required(document) if s["type"] == "NAME" for word in WORD.findall(str(s["text"]))}
    found = [match for match in WORD.finditer(document.text) if match[0] in names - PARTICLES]
    return [(document.id, match[0]) for match in found if match.start() not in covered]


def test_a_name_marked_once_is_marked_wherever_it_stands_in_the_document() -> None:
    assert [found for document in DOCUMENTS for found in bare_names(document)] == []


def test_what_is_said_to_be_json_parses() -> None:
    texts = [document.text for document in DOCUMENTS if "json" in document.flags]
    lines = [line for document in DOCUMENTS if "ndjson" in document.flags for line in document.text.splitlines()]
    assert len(texts) > 15
    assert len(lines) > 8
    assert all(isinstance(json.loads(text), dict) for text in texts + lines)


def test_some_texts_are_broken_the_way_scans_and_keyboards_break_them() -> None:
    everything = "".join(document.text for document in DOCUMENTS)
    for sign in "\u00a0\u00ad\u200b\u200d\ufeff\u2010\u2011\u2013\uff15\r\t":
        assert sign in everything, f"U+{ord(sign):04X}"
    assert any("\n" in str(s["text"]) for d in DOCUMENTS for s in d.spans if s["type"] == "NAME")


def scored(predictions: list[Row], folder: Path) -> dict[str, float]:
    predicted, figures = folder / "predicted.jsonl", folder / "figures.json"
    predicted.write_text("".join(json.dumps(row) + "\n" for row in predictions), encoding="utf-8")
    paths = [SCORER, predicted, "--gold", marking.DOCUMENTS, "--json", figures]
    subprocess.run([sys.executable, *map(str, paths)], check=True, capture_output=True)
    scores: dict[str, float] = json.loads(figures.read_text(encoding="utf-8"))
    return scores


@pytest.mark.skipif(not SCORER.is_file(), reason=f"the scorer is absent: {SCORER}")
def test_the_scorer_gives_the_labels_themselves_full_marks_and_silence_none(tmp_path: Path) -> None:
    figures = scored([{"id": row["id"], "spans": row["spans"]} for row in rows("documents.jsonl")], tmp_path)
    assert (figures["span_recall"], figures["typed_recall"], figures["doc_clean"]) == (1.0, 1.0, 1.0)
    assert (figures["span_precision"], figures["neg_docs_touched"]) == (1.0, 0.0)
    assert scored([], tmp_path)["span_recall"] == 0.0


def test_sensitive_rows_are_forty_with_a_category_and_twenty_benign_look_alikes() -> None:
    assert len({str(row["id"]) for row in SENSITIVE}) == len(SENSITIVE)
    assert sum(bool(row["categories"]) for row in SENSITIVE) == 40
    assert sum(not row["categories"] for row in SENSITIVE) == 20
    assert all(("text" in row) != ("resource" in row) and row["why"] for row in SENSITIVE)
    assert {str(name) for row in SENSITIVE for name in as_list(row["categories"])} == CATEGORIES
    assert {str(row["basis"]) for row in SENSITIVE} == set(listed("Sensitive bases"))


def as_list(value: Value) -> list[Value]:
    assert isinstance(value, list)
    return value


@pytest.mark.parametrize("row", SENSITIVE, ids=lambda row: str(row["id"]))
def test_only_consent_or_harmlessness_lets_a_document_into_a_packet(row: Row) -> None:
    categories = as_list(row["categories"])
    harmless = (not categories, row["basis"] == "not_needed")
    assert harmless in {(True, True), (False, False)}
    by_consent = row["basis"] == "consent" and "psychotherapy_notes" not in categories
    assert row["may_enter_packet"] == (by_consent or all(harmless))
    assert row["labelled"] in (True, False)
    assert not (row["may_enter_packet"] and categories and not row["labelled"])
