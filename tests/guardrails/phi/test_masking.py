"""Masking touches nothing outside the spans, comes back exactly, and cannot be linked across cases."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases.errors import GuardFailed
from cases.ids import CaseId
from cases.ports import CaseMemory
from guardrails.phi.date_shift import shifted
from guardrails.phi.guard import PhiGuard
from guardrails.phi.masking import CaseMasker, mask_text, restore_text
from guardrails.phi.spans import PhiSpan, PhiType, placeholders
from guardrails.phi.surrogates import Surrogates
from tests.guardrails.phi import development_sets as sets

SECRET = b"a secret of the installation"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[PhiSpan]]:
    """Any text with any spans in it that lie apart."""
    text = draw(TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    kinds = draw(st.lists(st.sampled_from(list(PhiType)), min_size=len(pairs), max_size=len(pairs)))
    return text, [
        PhiSpan(start=a, end=b, type=kind, score=1.0) for (a, b), kind in zip(pairs, kinds, strict=True) if b > a
    ]


@given(marked())
def test_nothing_outside_the_spans_changes_and_all_comes_back(case: tuple[str, list[PhiSpan]]) -> None:
    text, spans = case
    try:
        masked = mask_text(text, spans, Surrogates(SECRET, "c1"))
    except GuardFailed:
        return
    at = 0
    kept = [text[: spans[0].start] if spans else text]
    kept += [text[one.end : other.start] for one, other in zip(spans, spans[1:], strict=False)]
    for part in kept:
        place = masked.text.find(part, at)
        assert place >= at
        at = place + len(part)
    assert restore_text(masked.text, masked.map) == text


@given(st.text(min_size=1, max_size=30), st.sampled_from(list(PhiType)))
def test_surrogates_are_the_same_in_a_case_and_others_elsewhere(shown: str, kind: PhiType) -> None:
    one, again, other = Surrogates(SECRET, "c1"), Surrogates(SECRET, "c1"), Surrogates(SECRET, "c2")
    assert one.of(kind, shown) == again.of(kind, shown)
    if kind is not PhiType.DATE:
        assert one.of(kind, shown) != other.of(kind, shown)
    assert one.of(kind, shown, 1) != one.of(kind, shown, 2)


FORMS = ["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%Y%m%d"]


@given(st.dates(date(1905, 1, 1), date(2035, 1, 1)), st.integers(0, 4000), st.sampled_from(FORMS))
def test_durations_survive(first: date, days: int, form: str) -> None:
    """May is left out of written months: short and whole it is one word, and does not say how the next is written."""
    surrogates = Surrogates(SECRET, "c1")
    second = first + timedelta(days=days)
    assume("%b" not in form.lower() or 5 not in (first.month, second.month))
    moved = [shifted(day.strftime(form), surrogates.days) for day in (first, second)]
    assert None not in moved
    assert moved[0] == (first + timedelta(days=surrogates.days)).strftime(form)
    assert moved[1] == (second + timedelta(days=surrogates.days)).strftime(form)


@pytest.mark.parametrize(
    ("shown", "days", "after"),
    [
        ("3/4/2024", 30, "4/3/2024"),
        ("03/04/24", 30, "04/03/24"),
        ("March 1st, 2024", 1, "March 2nd, 2024"),
        ("MAR 1 2024", 30, "MAR 31 2024"),
        ("2024-03-01T10:15:00Z", 1, "2024-03-02T10:15:00Z"),
        ("31/12/2023", 1, "01/01/2024"),
        ("12/30", 2, "01/01"),
        ("next Tuesday", 1, None),
        ("13/13/2023", 1, None),
    ],
)
def test_dates_keep_their_form(shown: str, days: int, after: str | None) -> None:
    assert shifted(shown, days) == after


def test_two_spellings_of_a_name_share_their_surrogate_and_both_come_back(guard: PhiGuard) -> None:
    masker = CaseMasker(guard, SECRET)
    memory = CaseMemory(case_id=CaseId("c1"))
    text = "Dr. MORALES-VANCE and Dr. Morales-Vance signed."
    masked = masker.mask(text, memory)
    heads = {part[:12] for part in masked.split() if part.startswith("[NAME-")}
    assert len(heads) == 1
    assert masker.restore(masked, memory) == text
    assert masked.startswith("Dr. [NAME-")


def test_answer_of_a_model_is_restored_and_another_case_sees_nothing(guard: PhiGuard) -> None:
    masker = CaseMasker(guard, SECRET)
    memory = CaseMemory(case_id=CaseId("c1"))
    masked = masker.mask("Patient: Odalys Quillfeather, MRN 00482913", memory)
    token = next(word.strip(",") for word in masked.split() if word.startswith("[NAME"))
    assert masker.restore(f"{token} meets the criteria.", memory) == "Odalys Quillfeather meets the criteria."
    elsewhere = CaseMemory(case_id=CaseId("c2"))
    assert masker.restore(token, elsewhere) == token
    assert masker.mask("Patient: Odalys Quillfeather, MRN 00482913", elsewhere) != masked


def test_text_that_holds_tokens_already_still_comes_back(guard: PhiGuard) -> None:
    surrogates = Surrogates(SECRET, "c1")
    token = surrogates.of(PhiType.NAME, "Odalys Quillfeather")
    text = f"{token} wrote. Patient: Odalys Quillfeather"
    masked = mask_text(text, guard.find(text), surrogates)
    assert restore_text(masked.text, masked.map) == text


def test_placeholders_are_for_good() -> None:
    spans = [PhiSpan(start=3, end=7, type=PhiType.NAME, score=1.0)]
    assert placeholders("to Mara, now", spans) == "to [NAME], now"


@pytest.mark.parametrize("name", ["asq_phi_dev.jsonl", "presidio_research_dev.jsonl", "notes_dev.jsonl"])
def test_round_trip_of_every_development_text(guard: PhiGuard, name: str) -> None:
    if not sets.PHI_DATA.is_dir():
        pytest.skip(f"third-party test data is not at {sets.PHI_DATA}")
    for line in (sets.PHI_DATA / name).read_text("utf-8").split("\n"):
        if line.strip():
            document = json.loads(line)
            masked = mask_text(document["text"], guard.find(document["text"]), Surrogates(SECRET, document["id"]))
            assert restore_text(masked.text, masked.map) == document["text"]
