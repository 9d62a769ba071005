"""Two versions side by side, twins, and what a version's age asks a reader to know."""

from datetime import UTC, date, datetime

from cases.ids import Digest, PayerId, PolicyDocId
from knowledge.near_duplicates import near_duplicates
from knowledge.policy_diff import passage_changes
from knowledge.policy_in_force import current
from knowledge.policy_staleness import staleness
from runtime.policy_store import PolicyRecord, PolicyVersion

OLD = (
    "Lamps\n\nA. General\n\nLamps shine.\n\nB. Coverage\n\n"
    "A lamp is covered below 5 lux for one year. Candles are not.\n"
)
NEW = OLD.replace("5 lux", "8 lux").replace(" Candles are not.", "") + "\nA torch is covered too.\n"


def version(doc: str, number: int = 1, payer: str = "p", **given: object) -> PolicyVersion:
    record = PolicyRecord.model_validate({"payer_id": payer, "doc_id": doc, "number": doc, "title": doc} | given)
    return PolicyVersion(
        record=record, version=number, digest=Digest("d"), imported_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


def test_changes_are_sentences_with_their_places() -> None:
    found = passage_changes(OLD, NEW)
    assert sorted(change.kind for change in found) == ["added", "changed", "removed"]
    changed = next(change for change in found if change.kind == "changed")
    assert changed.before is not None
    assert changed.after is not None
    assert "5 lux" in OLD[changed.before.start : changed.before.end]
    assert "8 lux" in NEW[changed.after.start : changed.after.end]


def test_spacing_and_case_are_no_change() -> None:
    assert passage_changes(OLD, OLD.replace("Lamps shine.", "lamps  shine.")) == ()


def test_twins_of_two_payers_are_found_and_versions_of_one_document_are_not() -> None:
    words = " ".join(f"word{n}" for n in range(200))
    texts = {
        0: (version("a"), words),
        1: (version("b", payer="q"), words.replace("word7 ", "other ")),
        2: (version("c"), " ".join(f"thing{n}" for n in range(200))),
        3: (version("a", 2), words),
    }
    found = near_duplicates(texts)
    assert {(one.doc_id, one.other_doc_id) for one in found} == {(PolicyDocId("a"), PolicyDocId("b"))} | {
        (PolicyDocId("b"), PolicyDocId("a")) for one in found if one.doc_id == "b"
    }
    assert all(one.likeness >= 0.6 for one in found)


def test_a_question_without_a_day_is_answered_by_what_is_in_force_today() -> None:
    first = version("a", 1, effective=date(2020, 1, 1), expires=date(2022, 1, 1))
    second = version("a", 2, effective=date(2022, 1, 2))
    third = version("a", 3, effective=date(2030, 1, 1))
    assert current([first, second, third], date(2026, 1, 1)) == second
    assert current([first, third], date(2026, 1, 1)) == third
    assert current([first], date(2026, 1, 1)) is None
    assert current([first, second, third], None) == third


def test_age_and_dates_are_said() -> None:
    today = date(2027, 3, 1)
    assert "not known" in staleness(version("a"), today, today)[0]
    assert any("days ago" in note for note in staleness(version("a"), today, today))
    soon = version("a", effective=date(2020, 1, 1), expires=date(2026, 2, 10))
    assert staleness(soon, date(2026, 2, 1), date(2026, 2, 1)) == ("a version 1 expires on 2026-02-10.",)
    assert staleness(version("a", effective=date(2020, 1, 1)), date(2026, 1, 5), date(2026, 1, 5)) == ()
    assert PayerId("p") == soon.record.payer_id
