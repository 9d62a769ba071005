"""The reasons of our own letters in many wordings: found, told apart, and not taken from rights, rules or lists."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from agents.reading.denial_letter.reader import LetterReading, read_letter
from knowledge.payer_directory import shipped_directory

WRITTEN = Path(__file__).parent / "reason_letters.txt"
ENOUGH = 0.6
"""The share of a reason's words that its passage must hold."""


@dataclass(frozen=True)
class Letter:
    """A letter and its reasons as (category, words), written beside it before it was first read by the reader."""

    name: str
    reasons: tuple[tuple[str, str], ...]
    text: str


def letters() -> list[Letter]:
    found = []
    for block in re.split(r"(?m)^#### ", WRITTEN.read_text(encoding="utf-8"))[1:]:
        head, text = block.split("\n", 1)
        name, *reasons = (part.strip() for part in head.split(" |"))
        told = tuple(tuple(reason.split(": ", 1)) for reason in reasons if reason)
        found.append(Letter(name, told, text))
    return found


LETTERS = letters()


@cache
def read(text: str) -> LetterReading:
    return read_letter(text, shipped_directory())


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def unmet(letter: Letter) -> tuple[list[tuple[str, str]], list[str]]:
    """What was missed, and what was taken for a reason beside it."""
    facts = read(letter.text).facts
    left = list(facts.reasons) if facts else []
    missed = []
    for category, quote in letter.reasons:
        wanted = words(quote)
        fits = [
            one for one in left if one.category == category and len(wanted & words(one.wording)) >= ENOUGH * len(wanted)
        ]
        if fits:
            left.remove(fits[0])
        else:
            missed.append((category, quote))
    return missed, [one.wording for one in left]


def test_there_are_letters_of_every_pathway() -> None:
    told = {category for letter in LETTERS for category, _ in letter.reasons}
    assert len(LETTERS) >= 140
    assert {
        "clinical",
        "documents",
        "authorization",
        "administrative",
        "benefit",
        "corrected_claim",
        "no_appeal",
    } == told


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_the_reasons_of_a_letter(letter: Letter) -> None:
    assert unmet(letter) == ([], [])


@pytest.mark.parametrize("letter", [one for one in LETTERS if not one.reasons], ids=lambda letter: letter.name)
def test_what_refuses_nothing_is_no_denial(letter: Letter) -> None:
    assert read(letter.text).facts is None
