"""What a sentence may say on the strength of its quotes: its words, its values, and whether it denies."""

import re
from collections.abc import Iterable

from guardrails.text_tokens import values_in

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDINGS = ("ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "y", "e")
_DENIALS = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|lacks?|lacking|absent|absence|den(?:y|ies|ied)|negative|ruled out|"
    r"un(?:able|likely|met)|non|fail(?:s|ed)? to|exclud\w*|except\w*|unless|refus\w*|declin\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half third quarter "
    "twice thrice once double triple dozen percent daily weekly monthly yearly hourly several many few most all".split()
)
JOINING = frozenset(
    "a an the this that these those it its they their and or of on in at by to for from with as which who whose under per "
    "is are was were be been being has have had does do did also further then there here so thus accordingly therefore "
    "record records recorded chart charts document documents documented documentation note notes noted report reports "
    "reported show shows shown showing state states stated stating describe describes described entry entries dated date "
    "policy policies criterion criteria requirement requirements require requires required ask asks asked call calls "
    "called coverage covered payer plan section provide provides provided set sets out point points patient patient's "
    "medical director respectfully enclosed following above below according respect regard regarding concerning where "
    "when while both same such".split()
)
"""Plain words that join quotes and claim nothing of a patient."""


def stems(text: str) -> frozenset[str]:
    """The words of a text, each without its ending, so that `covered` and `coverage's cover` compare alike."""
    return frozenset(_stem(word) for word in _words(text))


def unsupported_words(text: str, support: Iterable[str]) -> frozenset[str]:
    """Words of the text that neither join nor stand, by stem, in any of the supporting texts; number words count too."""
    held = frozenset().union(*(stems(one) for one in support)) if support else frozenset()
    return frozenset(
        word
        for word in _words(text)
        if (word in _NUMBER_WORDS or word not in JOINING) and _stem(word) not in held
    )


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
