"""A letter edited sentence by sentence, and what that changed."""

from agents.casework.panel.letter import changes, edited, edited_markdown
from cases.packet import Letter, LetterPoint, Sentence, SentenceKind
from formats.letter_markdown import read_letter


def sentence(text: str) -> Sentence:
    return Sentence(kind=SentenceKind.REQUEST, text=text, citations=())


LETTER = Letter(
    date="23 November 2026", sender=("A",), recipient=("B",), subject=("C",), salutation="To whom it concerns:",
    points=(
        LetterPoint(heading="Request", sentences=(sentence("One is asked for."), sentence("Two is said."))),
        LetterPoint(heading="Why", sentences=(sentence("Because of three."),)),
    ),
    closing="Respectfully,", signer="Dr. D", signature_line="Signed electronically by D",
)  # fmt: skip


def test_a_sentence_is_replaced_and_the_rest_stays() -> None:
    after = edited(LETTER, {"s-0-1": "  Two is\n said otherwise. "})
    assert [one.text for one in after.sentences()] == [
        "One is asked for.",
        "Two is said otherwise.",
        "Because of three.",
    ]


def test_an_emptied_sentence_is_left_out_and_with_the_last_one_its_heading() -> None:
    after = edited(LETTER, {"s-0-0": " ", "s-1-0": ""})
    assert [(point.heading, len(point.sentences)) for point in after.points] == [("Request", 1)]


def test_fields_that_name_no_sentence_change_nothing() -> None:
    assert edited(LETTER, {"s-7-7": "x", "s--1": "x", "signer": "Mallory", "closing": " "}) == LETTER


def test_the_edited_letter_reads_back_and_is_unsigned() -> None:
    read = read_letter(edited_markdown(LETTER, {"closing": "Yours,"}), LETTER)
    assert (read.closing, read.signature_line) == ("Yours,", "")


def test_changes_are_told_word_by_word_under_their_heading() -> None:
    after = edited(LETTER, {"s-0-1": "Two is said otherwise."})
    (line,) = changes(LETTER, after)
    assert line.heading == "Request"
    assert [(piece.kind, piece.text) for piece in line.pieces] == [
        ("same", "Two is "), ("removed", "said."), ("added", "said otherwise."),
    ]  # fmt: skip


def test_what_was_left_out_is_told_as_removed_and_equal_letters_differ_in_nothing() -> None:
    (gone,) = changes(LETTER, edited(LETTER, {"s-0-0": ""}))
    assert [(piece.kind, piece.text) for piece in gone.pieces] == [("removed", "One is asked for.")]
    assert changes(LETTER, LETTER) == ()
