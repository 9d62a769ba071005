"""What the tagger sees of a single word: hashed character n-grams, its shape, and which of our lists hold it."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from guardrails.phi.gazetteer.lexicon import family_names, given_names, medicine, places

BUCKETS = 1 << 16
MAX_GRAMS = 22
_MAX_LETTERS = 24
_FOLDS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"}
)
_MARKS = {mark: 14 + place for place, mark in enumerate(".,:;-/()[]{}'\"@#&_|^*~=<>+%\\!?$")}
OTHER_MARK = 14 + len(_MARKS)
SHAPES = OTHER_MARK + 1
_TITLES = (
    "mr mrs ms miss dr drs prof rev sr sra srta hon judge officer sgt capt sir lady doctor mister nurse pastor rabbi"
)
_CREDENTIALS = (
    "md do rn np pa phd lpn crna pharmd dpm dds aprn lcsw pt ot rd cnm mbbs fnp facc facs faap msw esq "
    "jr iii ii lvn ma dvm od dnp"
)
_MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun"
)
_FACILITY = (
    "hospital clinic center centre medical health healthcare memorial regional general university "
    "institute nursing rehab "
    "rehabilitation hospice pharmacy urgent dialysis imaging orthopedics pediatrics laboratory school college church"
)
_COMPANY = (
    "inc llc corp corporation company co ltd gmbh group insurance plan bank foundation association "
    "department agency bureau"
)
_KIN = (
    "wife husband son daughter mother father sister brother aunt uncle niece nephew grandmother grandfather grandson "
    "granddaughter cousin friend neighbor caregiver partner spouse mom dad guardian roommate fiance parents"
)
_LABELS = (
    "patient pt name member subscriber insured guarantor attending provider physician surgeon attn "
    "attention re dear from to "
    "cc contact signed dictated referred referring ordering pcp dob mrn address street city zip state "
    "phone fax sincerely user agent"
)


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """`word` and `grams` are hash buckets, `shape` a number below SHAPES, `flags` the lists that hold it."""

    word: int
    grams: tuple[int, ...]
    shape: int
    flags: tuple[int, ...]
    folded: str


def fold(word: str) -> str:
    """Lower case without accents: `Nuñez` and `NUNEZ` are one."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    stripped = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return stripped.translate(_FOLDS)


def word_features(word: str) -> WordFeatures:
    """Features of one token; the same for training and use."""
    shape = shape_of(word)
    if word.isdigit():
        return WordFeatures(_bucket("#" + word[:2] + str(len(word))), (_bucket("#" + str(len(word))),), shape, (), "")
    folded = fold(word[:_MAX_LETTERS])
    if len(folded) == 1 and not word.isalpha():
        return WordFeatures(_bucket("." + folded), (), shape, (), "")
    return WordFeatures(_bucket("w" + folded), _grams(folded), shape, flags_of(word, folded), folded)


def shape_of(word: str) -> int:
    """Case and length of letters, length of digits, or which mark it is."""
    if word.isdigit():
        return 7 + min(len(word), 7) - 1
    if not word[0].isalpha():
        return _MARKS.get(word, OTHER_MARK)
    if len(word) == 1:
        return 3 if word.isupper() else 4
    if word.islower():
        return 0
    if word.isupper():
        return 2 if len(word) > 3 else 6
    return 1 if word[0].isupper() and word[1:].islower() else 5


def _grams(folded: str) -> tuple[int, ...]:
    padded = f"<{folded}>"
    pieces = [
        f"p{padded[:3]}",
        f"p{padded[:4]}",
        f"p{padded[:5]}",
        f"s{padded[-3:]}",
        f"s{padded[-4:]}",
        f"s{padded[-5:]}",
    ]
    pieces += [f"t{padded[at : at + 3]}" for at in range(len(padded) - 2)]
    return tuple(_bucket(piece) for piece in pieces[:MAX_GRAMS])


def _bucket(piece: str) -> int:
    return crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS


@cache
def flag_lists() -> tuple[frozenset[str], ...]:
    """The lists in the order of the flags; each holds folded single words."""
    place, words = places(), medicine()
    state_words = (*place["us_states"], *place["countries"])
    return (
        _words(name for names in given_names().values() for name in names),
        _words(name for names in family_names().values() for name in names),
        _words(place["us_cities"]),
        _words(place["world_cities"]),
        _words(state_words),
        _words(place["street_suffixes"]),
        _words(place["street_names"]),
        _words(place["foreign_street"]),
        _words(_FACILITY.split()),
        _words(_COMPANY.split()),
        _words(_TITLES.split()),
        _words(_CREDENTIALS.split()),
        _words(_MONTHS.split()),
        _words(words["drugs"]),
        _words(words["eponyms"]),
        _words(words["eponym_nouns"]),
        _words(_KIN.split()),
        _words(_LABELS.split()),
        frozenset(place["state_codes"]),
    )


FLAGS = 19
_STATE_CODE = 18


@cache
def _flag_index() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for place, words in enumerate(flag_lists()[:_STATE_CODE]):
        for word in words:
            found.setdefault(word, []).append(place)
    return {word: tuple(places) for word, places in found.items()}


def flags_of(word: str, folded: str) -> tuple[int, ...]:
    """Which lists hold the word; a state code only counts in capitals."""
    flags = _flag_index().get(folded, ())
    return (*flags, _STATE_CODE) if len(word) == 2 and word in flag_lists()[_STATE_CODE] else flags


def _words(phrases: Iterable[str]) -> frozenset[str]:
    parts = (part for phrase in phrases for part in fold(phrase).replace("-", " ").split())
    return frozenset(part.strip(".") for part in parts if len(part.strip(".")) > 1)
