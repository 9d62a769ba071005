"""Drugs, eponyms and the like, which a name tagger may take for people: kept where the context is medicine."""

import re
from functools import cache

from guardrails.phi.gazetteer.lexicon import listed, medicine
from guardrails.phi.tagger.features import fold

_NEXT_WORDS = re.compile(r"(?:['’]s?)?[\s-]+([^\W\d_]+)(?:[\s-]+([^\W\d_]+))?")
_MIDDLE = re.compile(r"[^\W\d_]+")
_DIAGNOSIS_BEFORE = re.compile(
    r"\b(?:positive|negative|history of|hx of|h/o|diagnosed with|dx of|has|with|of|for|no|denies|stage"
    r"|early|advanced|suspected|known)\s+$",
    re.IGNORECASE,
)
_BARE_EPONYMS = listed(
    "parkinson parkinsons crohn crohns hodgkin hodgkins alzheimer alzheimers graves hashimoto hashimotos addison "
    "cushing tourette asperger foley holter gleason apgar babinski kernig brudzinski lachman mcmurray phalen "
    "tinel valsalva trendelenburg doppler mohs nissen whipple kawasaki raynaud sjogren behcet marfan barrett "
    "meniere guillain barre wegener takayasu lewy duchenne huntington"
)


@cache
def _drugs() -> frozenset[str]:
    return frozenset(fold(word) for word in medicine()["drugs"])


@cache
def _eponyms() -> frozenset[str]:
    return frozenset(fold(part) for word in medicine()["eponyms"] for part in word.split())


@cache
def _nouns() -> frozenset[str]:
    return frozenset(fold(word) for word in medicine()["eponym_nouns"])


def is_medical(text: str, start: int, end: int) -> bool:
    """Whether the words at [start, end) are drugs, or eponyms with the noun they go with or alone as a diagnosis."""
    words = [fold(word).removesuffix("'s") for word in _MIDDLE.findall(text[start:end])]
    words = [word for word in words if len(word) > 1]
    if not words:
        return False
    if all(word in _drugs() for word in words):
        return True
    if not all(word in _eponyms() for word in words):
        return False
    following = _NEXT_WORDS.match(text, end)
    if following and any(word and fold(word) in _nouns() for word in following.groups()):
        return True
    return all(word in _BARE_EPONYMS for word in words) and _diagnosis(text, start, end)


def _diagnosis(text: str, start: int, end: int) -> bool:
    """`history of Crohn's`, `Foley in place`: the eponym stands for the disease or the device."""
    return (
        text[end : end + 2] in ("'s", "’s")
        or text[start].islower()
        or _DIAGNOSIS_BEFORE.search(text, max(0, start - 24), start) is not None
    )
