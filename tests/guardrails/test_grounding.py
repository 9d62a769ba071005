"""A sentence stands only if its spans open, its quotes are verbatim and its values are in the spans."""

from datetime import date

import pytest

from cases.criteria import PolicyRef, PolicySpan
from cases.document import Document, DocumentKind, HiddenText
from cases.evidence import Span
from cases.ids import Digest, DocumentId, PatientId, PayerId, PolicyDocId
from cases.packet import ChartCitation, PolicyCitation, Sentence, SentenceKind
from guardrails.grounding import policy_key, sentence_faults
from guardrails.text_tokens import values_in

TEXT = "Seen 12/20/2022. SpO2 85 % at rest\non room air. Code E0424. HR 102. Ordered 12/24/2022."
DOCUMENT = Document(
    id=DocumentId("note.txt"), kind=DocumentKind.NOTE, title="Note", source="note.txt", media_type="text/plain",
    digest=Digest("0" * 64), text=TEXT, patient_id=PatientId("p1"),
)  # fmt: skip
POLICY = PolicyRef(
    payer_id=PayerId("plan"), doc_id=PolicyDocId("oxygen"), version=2, number="NCD 240.2", title="Oxygen",
    effective=date(2021, 9, 27),
)  # fmt: skip
POLICY_TEXT = "Covered when saturation is at or below 88%, at rest."


def chart(quote: str) -> ChartCitation:
    start = TEXT.index(quote)
    span = Span(document_id=DOCUMENT.id, start=start, end=start + len(quote), quote=quote)
    return ChartCitation(span=span, source=DOCUMENT.source)


def policy(quote: str) -> PolicyCitation:
    start = POLICY_TEXT.index(quote)
    return PolicyCitation(policy=POLICY, span=PolicySpan(start=start, end=start + len(quote), quote=quote))


def faults(text: str, *citations: ChartCitation | PolicyCitation, document: Document = DOCUMENT) -> tuple[str, ...]:
    sentence = Sentence(kind=SentenceKind.EVIDENCE, text=text, citations=citations)
    return sentence_faults(sentence, {document.id: document}, {policy_key(POLICY): POLICY_TEXT})


READING = chart("SpO2 85 % at rest\non room air")
SEEN = chart("Seen 12/20/2022")
ORDERED = chart("Ordered 12/24/2022")
UNSUPPORTED = ("value_without_support",)


@pytest.mark.parametrize(
    ("text", "citations", "expected"),
    [
        ("On 20 December 2022 the saturation was 85 %.", (READING, SEEN), ()),
        ("The note says “SpO2 85 % at rest on room air”.", (READING,), ()),
        ("NCD 240.2, version 2, in force from 2021-09-27: “at or below 88%”.", (policy("at or below 88%"),), ()),
        ("Seen on 20 December 2022, 4 days before the order of 24 December 2022.", (SEEN, ORDERED), ()),
        ("Seen on 20 December 2022, 5 days before the order of 24 December 2022.", (SEEN, ORDERED), UNSUPPORTED),
        ("Seen on 20 December 2022, 4 days before the order of 24 December 2022.", (SEEN,), UNSUPPORTED),
        ("Seen on 20 December 2022, 4 days before the order of 24 December 2022, 4 L.", (SEEN, ORDERED), UNSUPPORTED),
        ("Seen on 20 December 2022, 4 days before the fall of 24 December 2022.", (SEEN, ORDERED), UNSUPPORTED),
        ("Seen on 20 December 2022 and 24 December 2022, 4 days, of pain.", (SEEN, ORDERED), UNSUPPORTED),
        ("Seen on 24 December 2022, 4 days before the order of 20 December 2022.", (SEEN, ORDERED), UNSUPPORTED),
        ("From 20 December 2022 to 24 December 2022, 4 days, this is met.", (SEEN, ORDERED), ()),
        ("From 20 December 2022 to 24 December 2022, 5 days, this is met.", (SEEN, ORDERED), UNSUPPORTED),
        ("From 31 February 2022 to 24 December 2022, 4 days, this is met.", (SEEN, ORDERED), UNSUPPORTED),
        ("Seen on 20 December 2022 for 4 days, ordered on 24 December 2022.", (SEEN, ORDERED), UNSUPPORTED),
        ("The saturation was low.", (), ("no_support",)),
        ("The saturation was 84 %.", (READING,), ("value_without_support",)),
        ("On 21 December 2022 it was 85 %.", (READING, SEEN), ("value_without_support",)),
        ("Her heart rate was 102.", (READING,), ("value_without_support",)),
        ("E0431 is asked for.", (chart("Code E0424"),), ("value_without_support",)),
        ("“SpO2 85 % at rest, on room air” is noted.", (READING,), ("quote_not_verbatim",)),
        ("“at or below 89%” is asked.", (policy("at or below 88%"),), ("quote_not_verbatim", "value_without_support")),
    ],
)  # fmt: skip
def test_sentence_faults(text: str, citations: tuple[ChartCitation, ...], expected: tuple[str, ...]) -> None:
    assert faults(text, *citations) == expected


def test_a_citation_that_does_not_open_at_its_quote_is_a_fault() -> None:
    shifted = READING.model_copy(update={"span": READING.span.model_copy(update={"start": READING.span.start + 1})})
    elsewhere = READING.model_copy(update={"span": READING.span.model_copy(update={"document_id": DocumentId("x")})})
    for citation in (shifted, elsewhere):
        assert faults("The saturation was 85 %.", citation) == ("citation_does_not_open",)


def test_hidden_text_supports_nothing() -> None:
    hidden = DOCUMENT.model_copy(update={"hidden": (HiddenText(start=17, end=22, reason="white on white"),)})
    assert faults("The saturation was 85 %.", READING, document=hidden) == ("cites_hidden_text",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2022-12-20", "December 20, 2022"), ("2022-12-20T08:30:00Z on", "20 Dec 2022 on"), ("12/20/22", "2022-12-20"),
        ("1,200 mL", "1200 mL"), ("56.0", "56"),
    ],
)  # fmt: skip
def test_spellings_of_one_value_are_equal(one: str, other: str) -> None:
    assert values_in(other) <= values_in(one)


@pytest.mark.parametrize(
    ("one", "other"), [("85", "8.5"), ("E0424", "E0425"), ("2022-12-20", "2022-12-02"), ("55", "555")]
)
def test_look_alikes_are_not_equal(one: str, other: str) -> None:
    assert not values_in(one) & values_in(other)


def test_digits_inside_words_are_no_values() -> None:
    assert values_in("SpO2 and PaO2 by FEV1") == frozenset()
