"""Quarantines a page or resource whose identifiers contradict the case's patient, with the reason in words and codes.

A number that differs where both sides give one of the same kind and issuer speaks for itself; names and birth dates are
weighed together, because people marry and clerks mistype.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.chart import Coverage, Patient

NEAR_EDITS = 2
"""A name this many slips away from the other is a misspelling of it, where it has more than six letters."""
_SHORT_NAME = 6
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "md", "do", "rn", "np", "pa", "phd", "prof", "patient", "pt", "mx", "dds"}
)


@dataclass(frozen=True)
class IssuedNumber:
    """A number of a person: `kind` is MR, SS, MB … (v2-0203), `issuer` a system URI or a name, empty if not given."""

    kind: str
    value: str
    issuer: str = ""


@dataclass(frozen=True)
class PersonIdentifiers:
    """What a page, a resource or a case says about who its patient is. Several names mean that several were read."""

    names: Sequence[str] = ()
    birth_dates: Sequence[date] = ()
    numbers: Sequence[IssuedNumber] = ()
    sexes: Sequence[str] = ()


class Identity(StrEnum):
    """How a page stands to the case's patient."""

    SAME = "same"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True)
class IdentityVerdict:
    """OTHER is quarantined. `agrees` and `contradicts` are codes (name, birth_date, number:MR, sex); no PHI."""

    identity: Identity
    agrees: tuple[str, ...]
    contradicts: tuple[str, ...]

    @property
    def quarantined(self) -> bool:
        return self.identity is Identity.OTHER

    @property
    def reason(self) -> str:
        """One sentence for staff that repeats nothing of the page."""
        if not self.quarantined:
            return ""
        return f"The page names another patient: its {_spoken(self.contradicts)} differ from the case's."


def of_patient(patient: Patient, coverages: Iterable[Coverage] = ()) -> PersonIdentifiers:
    """What the case knows of its patient."""
    members = [IssuedNumber("MB", item.member_id) for item in coverages if item.member_id]
    own = [IssuedNumber(item.kind, item.value, item.system) for item in patient.identifiers if item.value]
    return PersonIdentifiers(
        names=(patient.full_name,) if patient.full_name else (),
        birth_dates=(patient.birth_date,) if patient.birth_date else (),
        numbers=(*own, *members),
        sexes=(patient.gender,) if patient.gender else (),
    )


def judge_patient(case: PersonIdentifiers, page: PersonIdentifiers) -> IdentityVerdict:
    """Whether the page belongs to the case's patient.

    A number of the same kind and issuer that differs makes it OTHER, whatever name and birth date say (two people may
    share both), unless another number agrees; one slip of a scanner is no difference. A number of unnamed issuers that
    differs is outweighed by name and birth date together. Without a number, a name or a birth date that differs makes
    it OTHER: a person looks. SAME needs a number, or name and birth date. A page that names nobody is UNKNOWN: it is
    neither quarantined nor joined.
    """
    agrees: list[str] = []
    contradicts: list[str] = []
    for code, answer in _comparisons(case, page):
        if answer is not None:
            (agrees if answer else contradicts).append(code)
    return IdentityVerdict(_identity(agrees, contradicts), tuple(agrees), tuple(contradicts))


def _identity(agrees: Sequence[str], contradicts: Sequence[str]) -> Identity:
    numbers_agree = any(code.startswith("number") for code in agrees)
    person = {"name", "birth_date"}
    if not numbers_agree and any(code.startswith("number") for code in contradicts):
        return Identity.OTHER
    if not (numbers_agree or person <= set(agrees)) and any(code.startswith("unissued") for code in contradicts):
        return Identity.OTHER
    if numbers_agree:
        return Identity.OTHER if person <= set(contradicts) else Identity.SAME
    if person & set(contradicts):
        return Identity.OTHER
    return Identity.SAME if person <= set(agrees) else Identity.UNKNOWN


def _comparisons(case: PersonIdentifiers, page: PersonIdentifiers) -> Iterator[tuple[str, bool | None]]:
    yield "name", _names_agree(case.names, page.names)
    yield "birth_date", _any_shared(case.birth_dates, page.birth_dates)
    for kind in sorted({number.kind for number in page.numbers if number.kind}):
        yield _numbers_compared(kind, case.numbers, page.numbers)
    yield "sex", _any_shared([_sex(item) for item in case.sexes], [_sex(item) for item in page.sexes])


def _any_shared(case: Sequence[object], page: Sequence[object]) -> bool | None:
    if not case or not page or "" in page:
        return None
    return bool(set(case) & set(page))


def _sex(shown: str) -> str:
    first = shown.strip()[:1].lower()
    return first if first in ("f", "m") else ""


def _numbers_compared(kind: str, case: Sequence[IssuedNumber], page: Sequence[IssuedNumber]) -> tuple[str, bool | None]:
    """Numbers of one kind: equal ones always agree, others are compared where both issuers are the same."""
    own = [number for number in case if number.kind == kind]
    other = [number for number in page if number.kind == kind]
    if {_plain(number.value) for number in own} & {_plain(number.value) for number in other}:
        return f"number:{kind}", True
    pairs = [(mine, theirs) for mine in own for theirs in other if mine.issuer == theirs.issuer]
    if not pairs or any(edits_between(_plain(mine.value), _plain(theirs.value), 1) <= 1 for mine, theirs in pairs):
        return f"number:{kind}", None
    return (f"number:{kind}" if any(mine.issuer for mine, _ in pairs) else f"unissued_number:{kind}"), False


def _plain(value: str) -> str:
    return "".join(c for c in value.upper() if c.isalnum()).lstrip("0")


def _names_agree(case: Sequence[str], page: Sequence[str]) -> bool | None:
    known = [parts for name in case if (parts := name_parts(name))]
    shown = [parts for name in page if (parts := name_parts(name))]
    if not known or not shown:
        return None
    return any(_same_name(one, other) for one in known for other in shown)


def name_parts(name: str) -> list[str]:
    """Folded words of a name without titles, in no particular order: `O'Brien, Mary-Jo` is obrien, mary, jo."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    words = re.findall(r"[^\W\d_]+", re.sub(r"['’`]", "", folded))
    return [word for word in words if word not in _TITLES]


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Every word of the shorter name has its own partner in the longer, and at least two words or all of it do.

    A word and its initial are partners; a generation (Jr., III) that only one side gives decides nothing, two that
    differ tell father from son.
    """
    if (
        (_GENERATIONS & set(one))
        and (_GENERATIONS & set(other))
        and (_GENERATIONS & set(one)) != (_GENERATIONS & set(other))
    ):
        return False
    first = [word for word in one if word not in _GENERATIONS]
    second = [word for word in other if word not in _GENERATIONS]
    shorter, longer = sorted((first, second), key=len)
    left = list(longer)
    whole = 0
    for word in sorted(shorter, key=len, reverse=True):
        partner = next((item for item in left if _same_word(word, item)), None)
        if partner is None:
            return False
        left.remove(partner)
        whole += len(word) > 1 and len(partner) > 1
    return whole >= 1 and (len(shorter) > 1 or len(longer) == 1)


def _same_word(one: str, other: str) -> bool:
    if one == other or (len(one) == 1 or len(other) == 1) and one[0] == other[0]:
        return True
    allowed = NEAR_EDITS if min(len(one), len(other)) > _SHORT_NAME else 1 if min(len(one), len(other)) > 3 else 0
    return allowed > 0 and one[0] == other[0] and edits_between(one, other, allowed) <= allowed


def edits_between(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours from one word to the other, at most `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _spoken(codes: Sequence[str]) -> str:
    words = {"name": "name", "birth_date": "date of birth", "sex": "sex"}
    shown = [words.get(code, f"number ({code.partition(':')[2]})") for code in codes]
    return " and ".join(shown)
