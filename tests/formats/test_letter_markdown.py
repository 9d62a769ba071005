from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.criteria import PolicyRef, PolicySpan
from cases.errors import InputError
from cases.evidence import Span
from cases.ids import DocumentId, PayerId, PolicyDocId
from cases.packet import ChartCitation, Citation, Letter, LetterPoint, PolicyCitation, Sentence, SentenceKind
from formats.letter_markdown import read_letter, write_letter

POLICY = PolicyRef(
    payer_id=PayerId("northlake-ma"), doc_id=PolicyDocId("nl-oxygen"), version=3, number="NL-240",
    title="Oxygen at home", effective=date(2026, 1, 1),
)  # fmt: skip
SATURATION = ChartCitation(
    span=Span(document_id=DocumentId("Observation/obs013"), start=120, end=124, quote="85 %"), source="chart.json#/3"
)
NOTE = ChartCitation(
    span=Span(document_id=DocumentId("notes/visit.pdf"), start=7, end=20, quote="*severe* COPD", page=2),
    source="notes/visit.pdf",
)
RULE = PolicyCitation(policy=POLICY, span=PolicySpan(start=40, end=66, quote="saturation of 88 % or less"))


def sentence(text: str, *citations: Citation, kind: SentenceKind = SentenceKind.EVIDENCE) -> Sentence:
    return Sentence(kind=kind, text=text, citations=citations)


LETTER = Letter(
    date="20 November 2026",
    sender=("Harbour Pulmonary Clinic", "12 Quay Street"),
    recipient=("Medical Director", "Northlake Health"),
    subject=("Re: home oxygen, E1390", "Member: N-4471"),
    salutation="Dear Medical Director:",
    points=(
        LetterPoint(
            heading="Request",
            sentences=(sentence("Home oxygen at 2 L/min is requested.", NOTE, kind=SentenceKind.REQUEST),),
        ),
        LetterPoint(
            heading="Oxygen saturation at rest",
            criterion_id="oxygen.rest",
            sentences=(
                sentence("The policy asks for 88 % or less.", RULE, kind=SentenceKind.POLICY),
                sentence("The saturation at rest was 85 %.", SATURATION, NOTE),
                sentence("The criterion is met.", RULE, SATURATION, kind=SentenceKind.CONCLUSION),
            ),
        ),
    ),
    closing="Sincerely,",
    signer="Ada Wren, MD",
    signer_npi="1234567893",
)


def edited(old: str, new: str) -> str:
    written = write_letter(LETTER)
    assert written.count(old) >= 1
    return written.replace(old, new, 1)


def test_each_sentence_stands_on_a_line_with_the_numbers_of_its_sources() -> None:
    lines = write_letter(LETTER).splitlines()
    assert "Home oxygen at 2 L/min is requested. [1]" in lines
    assert "The saturation at rest was 85 %. [3][1]" in lines
    assert "[3] Observation/obs013, code points 120–124: “85 %”" in lines
    assert r"[1] notes/visit.pdf, page 2, code points 7–20: “\*severe\* COPD”" in lines
    assert (
        "[2] Policy NL-240 (Oxygen at home), version 3, effective 1 Jan 2026, code points 40–66: "
        "“saturation of 88 % or less”" in lines
    )


def test_unsigned_letter_says_so_in_the_place_of_the_signature() -> None:
    assert "**Unsigned draft for signature by Ada Wren, MD, NPI 1234567893**" in write_letter(LETTER)


def test_signed_letter_shows_the_signature_and_no_draft_notice() -> None:
    signed = LETTER.model_copy(update={"signature_line": "Signed electronically 20 Nov 2026"})
    assert "Signed electronically 20 Nov 2026\\\nAda Wren, MD\\\nNPI 1234567893" in write_letter(signed)
    assert "Unsigned" not in write_letter(signed)
    assert read_letter(write_letter(signed), signed) == signed


def test_any_change_of_the_words_voids_the_signature() -> None:
    signed = LETTER.model_copy(update={"signature_line": "Signed electronically 20 Nov 2026"})
    changed = write_letter(signed).replace("85 %. [3]", "84 %. [3]")
    assert read_letter(changed, signed).signature_line == ""


def test_changed_sentence_keeps_its_kind_and_the_citations_its_markers_name() -> None:
    letter = read_letter(edited("The criterion is met. [2][3]", "Criterion 1 is met & shown. [2][3]"), LETTER)
    assert letter.points[1].sentences[2] == sentence(
        "Criterion 1 is met & shown.", RULE, SATURATION, kind=SentenceKind.CONCLUSION
    )
    assert letter.points[1].sentences[:2] == LETTER.points[1].sentences[:2]


def test_new_sentence_takes_the_citations_it_names() -> None:
    letter = read_letter(
        edited("The criterion is met.", "It was measured twice. [3] \n\nThe criterion is met."), LETTER
    )
    assert letter.points[1].sentences[2] == sentence("It was measured twice.", SATURATION)
    assert len(letter.sentences()) == 5


def test_other_parts_can_be_edited() -> None:
    text = edited("Dear Medical Director:", "Dear Dr *Okafor*:").replace("12 Quay Street", "14 Quay Street\\\nSuite 2")
    letter = read_letter(text.replace("\n", "\r\n"), LETTER)
    assert (letter.salutation, letter.sender[1:]) == ("Dear Dr *Okafor*:", ("14 Quay Street", "Suite 2"))


def test_reference_no_sentence_needs_any_more_may_be_left_out() -> None:
    text = edited("[3] Observation/obs013, code points 120–124: “85 %”\n", "")
    assert read_letter(text, LETTER) == LETTER


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("requested. [1]", "requested. [9]", "there is no reference [9]; use 1 to 3"),
        ("requested. [1]", "requested. [0]", "there is no reference [0]"),
        ("requested. [1]", "requested.", "names no source"),
        ("requested. [1]", "requested. [1", "names no source"),
        ("requested. [1]", "requested. [no source]", "a new sentence cannot be marked"),
        ("requested. [1]", "requested. [1] It is needed. [1]", "inside the line"),
        ("requested. [1]", "requested. <!-- part --> [1]", "a comment is damaged"),
        ("“85 %”", "“84 %”", "the references part is printed from the case"),
        ("**Unsigned draft for signature by Ada Wren, MD, NPI 1234567893**", "Ada Wren, MD", "signature part"),
        ("**Unsigned draft for signature by Ada Wren, MD, NPI 1234567893**", "", "signature part cannot be edited"),
        ("<!-- part: closing -->", "", "found part 'signature' where 'closing' belongs"),
        ("<!-- part: closing -->", "<!-- part: closing", "found part 'signature' where 'closing' belongs"),
        ("<!-- part: references -->", "", "the letter ends before <!-- part: references -->"),
        ("<!-- part: closing -->", "<!-- part: date -->", "found part 'date' where 'closing' belongs"),
        ("## Request", "", "before the first heading"),
        ("## Request", "##Request", "put a space after ##"),
        ("<!-- criterion: oxygen.rest -->", "<!-- criterion: oxygen.rest", "a comment is damaged"),
        ("Sincerely,", "## Sincerely", "a heading cannot stand here"),
        ("<!-- One sentence to a line", "Hello\n<!-- One sentence to a line", "text stands before"),
    ],
)
def test_damage_is_refused_with_the_line_that_has_it(old: str, new: str, reason: str) -> None:
    text = edited(old, new)
    both = zip(write_letter(LETTER).split("\n"), text.split("\n"), strict=False)
    first = next(number for number, (before, after) in enumerate(both, 1) if before != after)
    with pytest.raises(InputError) as raised:
        read_letter(text, LETTER)
    assert reason in raised.value.message
    named = int(raised.value.message.removeprefix("letter.md line ").split(":")[0])
    assert first - 1 <= named <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text", ["", "\n", "a letter", "<!-- part: date -->", "<!-- part: body -->\n<!-- part: date -->"]
)
def test_text_that_is_no_letter_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"letter\.md line \d+: "):
        read_letter(text, LETTER)


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\x00", "\x1b", "\r", "\ufeff", "\u2028"], ids=lambda c: f"U+{ord(c):04X}"
)
def test_characters_nobody_can_see_are_written_as_numbers(hidden: str) -> None:
    letter = LETTER.model_copy(update={"salutation": f"Dear {hidden}Doctor"})
    assert f"Dear &#{ord(hidden)};Doctor" in write_letter(letter)


@pytest.mark.parametrize(
    "text", ["<b>bold</b>", "![x](http://host/p)", "&lt;", "[1]", "# one", "1. one", "`code`", "<!--"]
)
def test_markup_in_a_sentence_is_written_so_that_it_shows_as_itself(text: str) -> None:
    letter = LETTER.model_copy(update={"points": (LetterPoint(heading="H", sentences=(sentence(text, NOTE),)),)})
    written = write_letter(letter)
    assert f"\n{text} [1]" not in written
    assert read_letter(written, letter) == letter


alphabet = st.sampled_from(
    list("ab 1.\n\r\t\\[]*_#<>&;-!“”%é\u00a0\u2028\u200b\ufeff中א")
    + ["[1]", "##", "<!--", "-->", "&#10;", "[no source]"]
)
anything = st.lists(alphabet, max_size=12).map("".join) | st.text(max_size=12)
offsets = st.integers(0, 10**6)
chart = st.builds(
    ChartCitation,
    kind=st.just("chart"),
    span=st.builds(Span, document_id=anything, start=offsets, end=offsets, quote=anything, page=st.none() | offsets),
    source=anything,
)
policy = st.builds(
    PolicyCitation,
    kind=st.just("policy"),
    policy=st.builds(PolicyRef, payer_id=anything, doc_id=anything, version=offsets, number=anything, title=anything),
    span=st.builds(PolicySpan, start=offsets, end=offsets, quote=anything),
)
sentences = st.builds(
    Sentence,
    kind=st.sampled_from(SentenceKind),
    text=anything,
    citations=st.lists(chart | policy, max_size=3).map(tuple),
)
points = st.builds(
    LetterPoint, heading=anything, criterion_id=anything, sentences=st.lists(sentences, max_size=3).map(tuple)
)
blocks = st.lists(anything, max_size=3).map(tuple)
letters = st.builds(
    Letter, date=anything, sender=blocks, recipient=blocks, subject=blocks, salutation=anything,
    points=st.lists(points, max_size=3).map(tuple), closing=anything, signer=anything, signer_npi=anything,
    signature_line=anything,
)  # fmt: skip


@given(letter=letters)
@settings(deadline=None, max_examples=100)
def test_a_letter_written_and_read_is_the_same_letter(letter: Letter) -> None:
    assert read_letter(write_letter(letter), letter) == letter


@given(letter=letters)
@settings(deadline=None, max_examples=30)
def test_a_letter_survives_an_editor_that_changes_line_ends_and_strips_spaces(letter: Letter) -> None:
    saved = "\r\n".join(line.rstrip(" \t") for line in write_letter(letter).split("\n"))
    assert read_letter(saved, letter) == letter


@given(text=st.text(max_size=200), letter=letters)
@settings(deadline=None, max_examples=30)
def test_no_text_breaks_the_reader(text: str, letter: Letter) -> None:
    with pytest.raises(InputError):
        read_letter(text, letter)
