"""A stream gives out nothing unmasked, in whatever pieces it comes, and comes back whole."""

import random

import pytest

from cases.ports import CaseMemory
from guardrails.phi.guard import PhiGuard
from guardrails.phi.masking import SurrogateMap, mask_text, restore_text
from guardrails.phi.streaming import MaskingStream, RestoringStream
from guardrails.phi.surrogates import Surrogates

MARKED = ("Odalys Quillfeather", "00482913", "212-555-0134", "03/14/1961", "odalys@example.org")
TEXT = (
    "Visit note. Patient: Odalys Quillfeather, MRN 00482913, DOB 03/14/1961. Call 212-555-0134 or write to "
    "odalys@example.org. Oxygen saturation 85% at rest on room air; COPD, GOLD 3. Plan: home oxygen.\n"
) * 12


@pytest.mark.parametrize("seed", range(8))
def test_no_piece_carries_an_identifier(guard: PhiGuard, seed: int) -> None:
    chooser = random.Random(seed)
    stream = MaskingStream(guard, Surrogates(b"secret", "c1"), CaseMemory())
    out, at = [], 0
    while at < len(TEXT):
        size = chooser.choice((1, 3, 7, 40, 200))
        out.append(stream.feed(TEXT[at : at + size]))
        at += size
    out.append(stream.finish())
    masked = "".join(out)
    assert not any(shown in masked for shown in MARKED)
    assert "85% at rest" in masked
    assert restore_text(masked, stream.map) == TEXT


def test_little_text_is_held_until_the_end(guard: PhiGuard) -> None:
    stream = MaskingStream(guard, Surrogates(b"secret", "c1"), CaseMemory())
    assert stream.feed("Patient: Odalys Quill") == ""
    assert "Quill" not in stream.finish()


@pytest.mark.parametrize("size", [1, 2, 5, 11, 64])
def test_answer_in_pieces_is_restored(guard: PhiGuard, size: int) -> None:
    masked = mask_text(TEXT, guard.find(TEXT), Surrogates(b"secret", "c1"))
    stream = RestoringStream(masked.map)
    pieces = [masked.text[at : at + size] for at in range(0, len(masked.text), size)]
    assert "".join([*(stream.feed(piece) for piece in pieces), stream.finish()]) == TEXT


def test_stream_without_surrogates_passes_at_once() -> None:
    stream = RestoringStream(SurrogateMap())
    assert stream.feed("hello ") + stream.feed("there") + stream.finish() == "hello there"
