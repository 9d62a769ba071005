"""What a sentence may say on the strength of its quotes: its words, its values, and whether it denies."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from cases.frozen import Frozen
from guardrails.text_tokens import values_in

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDINGS = (
    "ations",
    "ation",
    "ingly",
    "ings",
    "ing",
    "edly",
    "ies",
    "ied",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "s",
    "y",
    "e",
)
_DENIALS = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|lacks?|lacking|absent|absence|den(?:y|ies|ied)|negative|"
    r"ruled out|un(?:able|likely|met)|non|fail(?:s|ed)? to|exclud\w*|except\w*|unless|refus\w*|declin\w*)\b|n['’]t\b",
    re.IGNORECASE,
)


class _Words(Frozen):
    version: str
    joining: frozenset[str]
    letter: frozenset[str]
    numbers: frozenset[str]


@cache
def _shipped_words() -> _Words:
    return _Words.model_validate(yaml.safe_load(Path(__file__).with_name("wording.yaml").read_text("utf-8")))


def stems(text: str) -> frozenset[str]:
    """The words of a text, each without its ending, so that `covered` and `coverage's cover` compare alike."""
    return frozenset(_stem(word) for word in _words(text))


def unsupported_words(text: str, support: Iterable[str], *, in_letter: bool = False) -> frozenset[str]:
    """Words of the text that neither join nor stand, by stem, in a supporting text; number words never join.

    In a letter its own terms (record, criterion, requires) join as well; in an answer they would be claims.
    """
    words = _shipped_words()
    joining = words.joining | words.letter if in_letter else words.joining
    held = frozenset[str]().union(*(stems(one) for one in support))
    loose = {word for word in _words(text) if word in words.numbers or word not in joining}
    return frozenset(word for word in loose if _stem(word) not in held)


def denies(text: str) -> bool:
    """Whether the text holds a word that denies, excepts or refuses."""
    return _DENIALS.search(text) is not None


def unsupported_values(text: str, support: Iterable[str]) -> frozenset[str]:
    """Numbers, dates and codes of the text that stand in none of the supporting texts."""
    return values_in(text) - values_in(" ; ".join(support))


def has_digit(text: str) -> bool:
    return any(character.isdigit() or character.isnumeric() for character in text)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
