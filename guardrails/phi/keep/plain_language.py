"""What a tagger takes for somebody and is nobody: acronyms, credentials, sexes, rooms, first words of sentences."""

import re
from collections.abc import Callable
from functools import cache

from guardrails.phi.gazetteer.lexicon import listed, medicine
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.features import flags_of, fold

_ACRONYM_SURE = 0.97
_WORD_SURE = 0.9
_LETTERS = re.compile(r"[^\W\d_]+")
_AROUND = 120
_LONGEST_ACRONYM = 5
_PLACE_IN_A_HOUSE = re.compile(
    r"(?:Bldg|Building|Room|Rm|Suite|Ste|Unit|Floor|Bay|Pod|Bed|Ward|Tower|Wing|Page|Table|Figure|Grade|Stage|Type|Step|Section"
    r"|Article|Chapter|Level|Phase|Class|Group|Part|Form|Arm|Line|Item|Option|Exhibit|Appendix|Schedule|Tier|Category|Door|Gate"
    r"|Lot|Zone|Plan)\b\.?\s?(?:[A-Z]|\d{1,3}|[IVX]{1,4})?",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:MA|MD|DO|RN|NP|PA|PT|OT|RT|LPN|CNA|PhD|PharmD|MSW|DPT|MS|BS|BSN|MSN|DNP|RD|SLP|FNP|CMA|LVN|DDS|DC|OD|Esq|Jr|Sr|II|III|FACC|FACS|FACP"
    r"|FAAN|FACOG|MBBS|CRNA|APRN|LCSW|CCRN|CDE|CGC|RPh|DPM|DVM|DMD)"
)
_STROKES = frozenset("lI1|i! .\n")
"""What a scanner makes of a barcode."""
_PAYERS = listed(
    "medicaid medicare aetna cigna humana tricare anthem centene wellcare optum optumrx highmark ambetter "
    "champva unitedhealthcare uhc bcbs permanente caremark evicore carelon healthfirst amerigroup"
)
_PROGRAM_WORD = re.compile(r"(?!(?:de|di|da|du|la|le|van|von|mc|mac|al|el|o|fitz|ter|ten)[A-Z])[a-z]+[A-Z]\w*")
_ZONE_BEFORE = re.compile(r"\b(?:America|Europe|Asia|Pacific|Africa|US)/$")
_BEHIND_A_NAME = re.compile(r"[^\W\d_],?\s$")
_INITIAL_LABEL = re.compile(
    r"(?:\bM\.?I\.?|middle|initials?|\*|\^|\|)[\s:\"'=]{0,4}$|[^\W\d_]{2,},?\s{1,2}$", re.IGNORECASE
)
_NAME_NEXT = re.compile(r"\.?\s?[^\W\d_]{2,}|\.?[\^*|]")
_CELL_MARKS = tuple("\"',|\t;\n")
_SEX_OR_ANSWER = frozenset("FMYNUX")
_NUMBER_IN_PARTS = re.compile(r"\d-\d{2,}-\d")
_POINT_BEHIND_NUMBER = re.compile(r"\d+\.\s")
_NUMBERED_NEXT = re.compile(r"\s?(?:\d|[A-Z]\b)")
_HYPHENED_WORD = re.compile(r"[A-Z]-[a-z]{3,}")
_FORCES_MAIL = frozenset(["APO", "FPO", "DPO"])
_STREET_STOPS = listed("the a an of and or this that these those it is was del de la el los las in on for to")


@cache
def _acronyms() -> frozenset[str]:
    return frozenset(medicine()["acronyms"]) - _FORCES_MAIL


def names_nobody(text: str, span: Found, knows: Callable[[str], bool]) -> bool:
    """Whether the span is a word of language or trade; `knows` says which folded words are plain English."""
    shown = text[span.start : span.end]
    if span.type is PhiType.STREET:
        return _no_street(text, span, shown)
    if span.type not in (PhiType.NAME, PhiType.CITY):
        return False
    words = _LETTERS.findall(shown)
    if not words or set(shown) <= _STROKES or all(word.lower() in _PAYERS for word in words):
        return True
    if any(not word.isascii() for word in words):
        return False
    if len(shown) == 1:
        return text[span.end : span.end + 1] != "." and _lone_letter(text, span, shown)
    if _is_place_in_a_house(text, span, shown) or _is_of_a_program(text, span, shown):
        return True
    bare = shown.replace(".", "")
    if _CREDENTIAL.fullmatch(bare) and _BEHIND_A_NAME.search(text, max(0, span.start - 3), span.start):
        return True
    if shown.isupper():
        return _is_acronym(text, span, words)
    return _HYPHENED_WORD.fullmatch(shown) is not None or (len(words) == 1 and _is_word(shown, span, knows))


def _is_place_in_a_house(text: str, span: Found, shown: str) -> bool:
    """`Bldg C`, `Tier 2`, or the `Page` of `Page 1`."""
    if not shown[0].isupper() or not _PLACE_IN_A_HOUSE.fullmatch(shown):
        return False
    return " " in shown or shown[-1].isdigit() or _NUMBERED_NEXT.match(text, span.end) is not None


def _is_of_a_program(text: str, span: Found, shown: str) -> bool:
    """`loadImage`, `java.lang` of `java.lang.Object`, `Los` of `America/Los_Angeles`."""
    if _PROGRAM_WORD.fullmatch(shown) or _ZONE_BEFORE.search(text, max(0, span.start - 12), span.start):
        return True
    return _is_path(text, span, shown)


def _is_path(text: str, span: Found, shown: str) -> bool:
    """A part of a program's dotted name: `java.lang` of `java.lang.Object`."""
    if not shown.islower() or "@" in text[span.end : span.end + 32].split(" ")[0]:
        return False
    dotted = "." in shown and " " not in shown
    return dotted and text[span.end : span.end + 1] == "." and text[span.end + 1 : span.end + 2].isalpha()


def _no_street(text: str, span: Found, shown: str) -> bool:
    """A number's tail, or a number and words that only join others."""
    words = [word.lower() for word in _LETTERS.findall(shown)]
    if shown[0].isalpha() and text[span.start - 1 : span.start].isdigit():
        return True
    if _POINT_BEHIND_NUMBER.match(shown) or len(words) == 1 and _NUMBER_IN_PARTS.search(shown):
        return True
    if span.start and text[span.start - 1] == "-" and not shown[0].isalpha():
        return True
    few = len(words) < 3 or words[0] == "the"
    return bool(words) and words[0] in _STREET_STOPS and few and not shown[0].isalpha()


def _lone_letter(text: str, span: Found, letter: str) -> bool:
    """A letter is somebody's initial only beside a name, or where initials are asked for."""
    before, after = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
    if letter in _SEX_OR_ANSWER and before in _CELL_MARKS and after in _CELL_MARKS:
        return True
    if _INITIAL_LABEL.search(text, max(0, span.start - 16), span.start):
        return False
    return _NAME_NEXT.match(text, span.end) is None or text[max(0, span.start - 4) : span.start].endswith(": ")


def _is_acronym(text: str, span: Found, words: list[str]) -> bool:
    """Listed acronyms; and short unlisted capitals alone in a text of small letters."""
    if span.score < _ACRONYM_SURE and all(word in _acronyms() for word in words):
        return True
    if len(words) > 1 or len(words[0]) > _LONGEST_ACRONYM or span.score >= _WORD_SURE or words[0] in _FORCES_MAIL:
        return False
    around = text[max(0, span.start - _AROUND) : span.end + _AROUND]
    small = sum(c.islower() for c in around)
    return small > sum(c.isupper() for c in around) and not _on_a_list(words[0])


def _is_word(shown: str, span: Found, knows: Callable[[str], bool]) -> bool:
    return shown.istitle() and span.score < _WORD_SURE and knows(fold(shown)) and not _on_a_list(shown)


def _on_a_list(word: str) -> bool:
    """Whether a list of given names, family names or towns holds the word: the first four flags."""
    return any(flag < 4 for flag in flags_of(word, fold(word)))
