"""Seeks what structured fields of a case say identifies somebody in any text of that case, also misspelt."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cases.case import Case
from cases.chart import Address, Chart, NamedIdentifier, Party, Patient
from cases.ports import CaseMemory, KnownIdentifier
from guardrails.phi.gazetteer.lexicon import listed
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.features import fold
from guardrails.wrong_patient import edits_between

_SCORE = 0.98
_NEAR_SCORE = 0.8
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FEWEST_LETTERS = 2
_NEAR_LETTERS = 5
"""A shorter part of a name is sought as it stands: one letter off `Lee` is any of twenty words."""
_FAR_LETTERS = 8
_FEWEST_ID = 4
_ORDINARY = listed(
    "will may mark bill grant rose faith hope grace joy dawn summer autumn april june august young old long short "
    "small white black brown green gray grey blue king price rich poor sharp strong good best love day night knight "
    "page case wood woods stone rivers hill field banks bush marsh lane street church chapel park ford mills wells "
    "waters snow rain frost winter cook baker carter mason miller porter cooper smith taylor hunter fisher farmer "
    "shepherd singer judge bishop pope abbot nurse major van von de la le el al bin ben st san chase dean drew gene "
    "guy hale jack jay pat penny ray rob sandy sky star ward walker skinner hand head foot back bone temple glass "
    "rice root berry bird fox lamb wolf swan drake crane cross cash cost post rock self so an in on to do go no my "
    "be he she it us we many much lots way ways fine english french german spanish irish scott west east north "
    "south holiday noon early later pain ill pitt max min art iris ivy violet ruby pearl amber crystal christian "
    "normal ample person patient"
)
"""Words of everyday text that are names too: sought in capitals, and not where a sentence begins."""
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|\n\s*)$")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof)\.?\s{0,2}$", re.IGNORECASE)
_KIND_OF_CODE = {
    "SS": PhiType.SSN, "SB": PhiType.SSN, "MR": PhiType.MRN, "MRT": PhiType.MRN, "PI": PhiType.MRN,
    "MB": PhiType.MEMBER_ID, "SN": PhiType.MEMBER_ID, "MC": PhiType.MEMBER_ID, "MA": PhiType.MEMBER_ID,
    "HC": PhiType.MEMBER_ID, "AN": PhiType.ACCOUNT, "VN": PhiType.ACCOUNT, "DL": PhiType.LICENSE,
    "NPI": PhiType.LICENSE, "DEA": PhiType.LICENSE, "PPN": PhiType.LICENSE,
}  # fmt: skip
"""Identifier types of HL7 table v2-0203 as span types; any other is an MRN."""


def memory_of_case(case: Case, chart: Chart | None = None) -> CaseMemory:
    """What the case's own records and its chart's structured resources know: people, numbers, dates, addresses."""
    patients = [case.patient, *(chart.patients if chart else ())]
    parties = [one for one in (case.requester, case.performer) if one]
    known = [item for patient in patients for item in _of_patient(patient)]
    known += [item for party in (*parties, *(chart.parties if chart else ())) for item in _of_party(party)]
    coverages = [case.coverage] if case.coverage else []
    known += [
        KnownIdentifier(kind=PhiType.MEMBER_ID, text=coverage.member_id)
        for coverage in (*coverages, *(chart.coverages if chart else ()))
        if coverage.member_id
    ]
    return CaseMemory(case_id=case.id, known=tuple(dict.fromkeys(known)))


def _of_patient(patient: Patient) -> Iterator[KnownIdentifier]:
    if patient.full_name:
        yield KnownIdentifier(kind=PhiType.NAME, text=patient.full_name)
    yield from _alone((patient.family, *patient.given))
    if patient.birth_date:
        yield KnownIdentifier(kind=PhiType.DATE, text=patient.birth_date.isoformat())
    yield from _of_numbers(patient.identifiers)
    yield from _of_place(patient.address, patient.phone)


def _alone(names: Iterable[str]) -> Iterator[KnownIdentifier]:
    """Parts of a name that name somebody by themselves, which words of everyday text do not."""
    for name in names:
        if len(name) > _FEWEST_LETTERS and fold(name) not in _ORDINARY:
            yield KnownIdentifier(kind=PhiType.NAME, text=name)


def _of_party(party: Party) -> Iterator[KnownIdentifier]:
    person = " ".join((*party.given, party.family)).strip()
    if person:
        yield KnownIdentifier(kind=PhiType.NAME, text=person)
        yield from _alone((party.family,))
        yield from _of_place(party.address, party.phone)
    if party.npi:
        yield KnownIdentifier(kind=PhiType.LICENSE, text=party.npi)
    yield from _of_numbers(party.identifiers)


def _of_numbers(identifiers: Iterable[NamedIdentifier]) -> Iterator[KnownIdentifier]:
    for item in identifiers:
        if sum(c.isdigit() for c in item.value) >= _FEWEST_ID:
            yield KnownIdentifier(kind=_KIND_OF_CODE.get(item.kind, PhiType.MRN), text=item.value)


def _of_place(address: Address, phone: str) -> Iterator[KnownIdentifier]:
    for kind, texts in ((PhiType.STREET, address.line), (PhiType.CITY, (address.city,)), (PhiType.PHONE, (phone,))):
        for text in texts:
            if any(c.isalnum() for c in text):
                yield KnownIdentifier(kind=kind, text=text)


def find_known(text: str, memory: CaseMemory) -> list[Found]:
    """Every place of `text` (as normalised) that holds something the memory knows."""
    return _Seeker.of(memory.known).find(text) if memory.known else []


class _Seeker:
    """One memory's patterns and name words, built once and used for every text of the case."""

    def __init__(self, known: Sequence[KnownIdentifier]) -> None:
        self._patterns = [
            (re.compile(pattern, re.IGNORECASE), PhiType(item.kind)) for item in known if (pattern := _pattern(item))
        ]
        words = {fold(word) for item in known if item.kind == PhiType.NAME for word in _WORD.findall(item.text)}
        self._words = frozenset(word for word in words if len(word) >= _FEWEST_LETTERS)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self._words - _ORDINARY):
            if len(word) >= _NEAR_LETTERS:
                self._by_first.setdefault(word[0], []).append(word)

    @staticmethod
    @lru_cache(maxsize=256)
    def of(known: tuple[KnownIdentifier, ...]) -> "_Seeker":
        return _Seeker(known)

    def find(self, text: str) -> list[Found]:
        found = [
            Found(match.start(), match.end(), kind, _SCORE)
            for pattern, kind in self._patterns
            for match in pattern.finditer(text)
        ]
        return [*found, *self._names(text)]

    def _names(self, text: str) -> Iterator[Found]:
        judged: dict[str, float] = {}
        for match in _WORD.finditer(text) if self._words else ():
            word = match[0]
            if len(word) < _FEWEST_LETTERS:
                continue
            score = judged.get(word)
            if score is None:
                score = judged[word] = self._score(word)
            if score and not (fold(word) in _ORDINARY and _plain_here(text, match)):
                yield Found(match.start(), match.end(), PhiType.NAME, score)

    def _score(self, word: str) -> float:
        folded = fold(word).removesuffix("'s").removesuffix("’s")
        if folded in self._words and (len(folded) > 2 or word[0].isupper()):
            return _SCORE
        near = self._by_first.get(folded[:1], ())
        return _NEAR_SCORE if word[0].isupper() and any(_is_near(folded, known) for known in near) else 0.0


def _plain_here(text: str, match: re.Match[str]) -> bool:
    """An everyday word in small letters, or at the start of a sentence, is that word."""
    if match[0][0].islower():
        return True
    if _TITLE.search(text, max(0, match.start() - 8), match.start()):
        return False
    return _SENTENCE_START.search(text, max(0, match.start() - 4), match.start()) is not None and match[0].istitle()


def _is_near(word: str, known: str) -> bool:
    allowed = 2 if len(known) >= _FAR_LETTERS else 1
    return abs(len(word) - len(known)) <= allowed and edits_between(word, known, allowed) <= allowed


def _pattern(item: KnownIdentifier) -> str:
    """The identifier with any marks or spaces between its parts; empty where it is too short, or one word of a name."""
    parts = re.findall(r"[^\W_]+", item.text)
    letters = sum(len(part) for part in parts)
    if item.kind == PhiType.NAME and len(parts) < 2:
        return ""
    if not parts or letters < (_FEWEST_LETTERS if item.kind in (PhiType.NAME, PhiType.CITY) else _FEWEST_ID):
        return ""
    if item.kind in (PhiType.NAME, PhiType.CITY, PhiType.STREET):
        joined = r"[\s.,'’-]{1,3}".join(re.escape(part) for part in parts)
    else:
        joined = r"[\s.()/-]{0,2}".join(re.escape(c) for part in parts for c in part)
    return rf"(?<![^\W_]){joined}(?![^\W_])"
