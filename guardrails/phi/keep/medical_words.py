"""Drugs, eponyms and the like, which a name tagger may take for people: kept where the context is medicine."""

import re
from functools import cache

from guardrails.phi.gazetteer.lexicon import family_names, given_names, listed, medicine
from guardrails.phi.tagger.features import fold

_NEXT_WORDS = re.compile(r"(?:['’]s?)?[\s-]+([^\W\d_]+)(?:[\s-]+([^\W\d_]+))?")
_NAMES_A_FINDING = re.compile(
    r"(?:(?:\s*[,/&]\s*|\s+(?:and|or)\s+|-)[A-Z][\w'’-]+){0,4}['’]?s?\s+(?:sign|test)\b"
    r"(?=\s*(?:$|[,.;:)\n]|is\b|was\b|neg|pos|present|absent|equivocal|bilat|on\b))|"
    r"(?:['’]s?)?(?:(?:\s*[,/&]\s*|\s+(?:and|or)\s+|-)[A-Z][\w'’-]+){0,4}[\s-]+(?:disease|syndrome|palsy|lymphoma|thyroiditis"
    r"|man(?:o)?euver|contracture|fracture|phenomenon|o?esophagus|tumou?r|triad|murmur|hernia|incision|forceps|retractor"
    r"|catheter|clamp|criteria|classification|dystrophy|ataxia|anomaly|malformation|deformity|cyst|ulcer|reflex|reflexes"
    r"|stain|bodies|nodule|nodules|signs|scores?|scales?|syndromes|diseases|tests|maneuvers|sarcoma|neuroma|nephropathy"
    r"|encephalopathy|chorea|purpura|arteritis|granulomatosis|cardiomyopathy|pouch|anastomosis|fundoplication|splint"
    r"|stages?|grades?|needle|tube|drain|speculum|sutures?)\b"
)
"""What follows an eponym and hardly ever a person, also behind a list of eponyms."""
_FARTHEST = 80
_JOINED_BEFORE = re.compile(r"([^\W\d_]{3,})-$")
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


_BESIDE_A_NAME = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|Doctor|Nurse|Judge)\.?\s+(?:[A-Z]\w*\.?\s+)?|(?<![.!?]\s)\b[A-Z][a-z]+,?\s+|\b[A-Z]\.\s?)$"
)
_NAME_BEHIND = re.compile(r",?\s+(?:[A-Z][a-z]+\b(?!['’]s)|[A-Z]\.|MD|DO|RN|NP|PA)(?!\w)|,\s?[A-Z]")
_FOUND_OR_NOT = re.compile(
    r"\s*(?:\+(?!\d)|(?:sign|test)?\s?\(?(?:neg|pos|negative|positive|equivocal|downgoing|upgoing|absent|nl|wnl)\b)"
)
"""`Hoffmann absent`, `Finkelstein +`."""
_SURE = 0.9
_LOOSE_NOUNS = listed(
    "positive negative test tests lift table bed transfer walker crutch crutches exercise exercises point block blocks "
    "hook tray port drain lead view chart screen study trial method approach cell cells frame tree house area position "
    "fever carcinoma melanoma leukemia cataract neuralgia migraine seizures epilepsy encephalitis meningitis gangrene "
    "cellulitis angina lesion lesions gait pupil pupils nails dose deficiency release dislocation aneurysm virus"
)
"""Nouns that follow a person's name as easily as an eponym."""


@cache
def _surnames() -> frozenset[str]:
    return frozenset(fold(name) for names in (*family_names().values(), *given_names().values()) for name in names)


@cache
def _drugs() -> frozenset[str]:
    return frozenset(fold(word) for kind in ("drugs", "organisms") for word in medicine()[kind])


@cache
def _eponyms() -> frozenset[str]:
    return frozenset(fold(part) for word in medicine()["eponyms"] for part in word.split())


@cache
def _alone() -> frozenset[str]:
    """Eponyms that stand for the finding wherever neither title, label nor another name is beside them."""
    return frozenset(medicine()["eponyms_alone"])


@cache
def _pairs() -> frozenset[str]:
    """Double eponyms that stand for a finding, a device or an operation whatever follows them."""
    return frozenset(fold(pair) for pair in medicine()["eponym_pairs"])


@cache
def _nouns() -> frozenset[str]:
    return frozenset(fold(word) for word in medicine()["eponym_nouns"])


def is_medical(text: str, start: int, end: int, score: float = 0.0) -> bool:
    """Whether the words at [start, end) are drugs, or eponyms with the noun they go with or alone as a diagnosis.

    Where the tagger's `score` is high and people bear the eponym as their name, the noun alone does not settle it.
    """
    if _NAMES_A_FINDING.match(text, end, end + _FARTHEST):
        return True
    words = [fold(word).removesuffix("'s") for word in _MIDDLE.findall(text[start:end])]
    words = [word for word in words if len(word) > 1]
    if not words:
        return False
    if all(word in _drugs() for word in words) or " ".join(words) in _pairs():
        return True
    if not all(word in _eponyms() for word in words):
        return False
    joined = _JOINED_BEFORE.search(text, max(0, start - 24), start)
    if joined and fold(joined[1]) in _eponyms():
        return True
    if len(words) > 1 and "-" in text[start:end] and (score < _SURE or not all(word in _surnames() for word in words)):
        return True
    following = _NEXT_WORDS.match(text, end)
    nouns = {fold(word) for word in following.groups() if word} & _nouns() if following else set()
    if nouns and (score < _SURE or nouns - _LOOSE_NOUNS or not all(word in _surnames() for word in words)):
        return True
    if len(words) == 1 and words[0] in _alone() and not _BESIDE_A_NAME.search(text, max(0, start - 24), start):
        return _NAME_BEHIND.match(text, end) is None
    if _FOUND_OR_NOT.match(text, end):
        return True
    return all(word in _BARE_EPONYMS for word in words) and _diagnosis(text, start, end)


def _diagnosis(text: str, start: int, end: int) -> bool:
    """`history of Crohn's`, `Foley in place`: the eponym stands for the disease or the device."""
    return (
        text[end : end + 2] in ("'s", "’s")
        or text[start].islower()
        or _DIAGNOSIS_BEFORE.search(text, max(0, start - 24), start) is not None
    )
