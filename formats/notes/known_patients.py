"""The patients of a chart as a note may name them, and whether a page names one of them or somebody else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.chart import Coverage, Patient
from cases.ids import PatientId
from formats.notes.dates import dates_in
from formats.notes.headers import Claim, Says, plain

_SHORTEST_NUMBER = 5
"""Shorter record numbers occur by chance among results and codes."""


@dataclass(frozen=True)
class Name:
    """One name a patient goes by: family and given names in plain letters."""

    family: tuple[str, ...]
    given: tuple[str, ...]


@dataclass(frozen=True)
class KnownPatient:
    """What identifies a patient of the chart. Numbers are in plain letters and digits."""

    id: PatientId
    names: tuple[Name, ...]
    birth_date: date | None
    record_numbers: frozenset[str]
    member_numbers: frozenset[str]
    other_numbers: frozenset[str]

    def agrees(self, claim: Claim) -> bool:
        """Whether a header line says what the chart says of this patient."""
        match claim.says:
            case Says.NAME:
                return any(_same_person(claim.value, name) for name in self.names)
            case Says.BIRTH_DATE:
                return self.birth_date in claim.days
        return plain(claim.value) in self.record_numbers | self.member_numbers | self.other_numbers

    def denial_in(self, claims: Sequence[Claim]) -> Claim | None:
        """The first header line that says something else than the chart does of this patient.

        Another member number alone does not count beside the right name and date of birth: a second payer's.
        """
        agreed = {claim.says for claim in claims if self.agrees(claim)}
        sure = {Says.NAME, Says.BIRTH_DATE} <= agreed
        denied = (claim for claim in claims if self._denies(claim))
        return next((claim for claim in denied if not (sure and claim.says is Says.MEMBER_NUMBER)), None)

    def _denies(self, claim: Claim) -> bool:
        known = {
            Says.NAME: bool(self.names),
            Says.BIRTH_DATE: self.birth_date is not None,
            Says.RECORD_NUMBER: bool(self.record_numbers),
            Says.MEMBER_NUMBER: bool(self.member_numbers),
        }
        return known[claim.says] and not self.agrees(claim)

    def is_identified_by(self, claims: Sequence[Claim], page: str) -> bool:
        """Whether the page names this patient: by a number, or by name and date of birth."""
        agreed = {claim.says for claim in claims if self.agrees(claim)}
        if agreed & {Says.RECORD_NUMBER, Says.MEMBER_NUMBER} or self._number_in(page):
            return True
        named = Says.NAME in agreed or any(_name_in(page, name) for name in self.names)
        return named and (Says.BIRTH_DATE in agreed or self._born_in(page))

    def _born_in(self, page: str) -> bool:
        return self.birth_date is not None and any(self.birth_date in days for _, days in dates_in(page))

    def _number_in(self, page: str) -> bool:
        numbers = self.record_numbers | self.member_numbers | self.other_numbers
        tokens = {plain(token) for token in re.findall(r"[A-Za-z0-9-]+", page)}
        return any(number in tokens for number in numbers if len(number) >= _SHORTEST_NUMBER)


def known_patient(
    patient: Patient, coverages: Sequence[Coverage], other_names: Sequence[tuple[str, str]]
) -> KnownPatient:
    """A patient as a note may name it; `other_names` are (family, given) of former and other names."""
    numbers = {kind: frozenset(plain(i.value) for i in patient.identifiers if i.kind == kind) for kind in ("MR", "MB")}
    members = frozenset(
        plain(item.member_id) for item in coverages if item.beneficiary_id == patient.id and item.member_id
    )
    own = (patient.family, " ".join(patient.given))
    names = (Name(_tokens(family), _tokens(given)) for family, given in dict.fromkeys([own, *other_names]) if family)
    return KnownPatient(
        id=patient.id,
        names=tuple(names),
        birth_date=patient.birth_date,
        record_numbers=numbers["MR"],
        member_numbers=numbers["MB"] | members,
        other_numbers=frozenset(plain(i.value) for i in patient.identifiers if i.kind not in ("MR", "MB")),
    )


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token for token in (plain(word) for word in re.split(r"[\s,-]+", text)) if token)


def _same_person(stated: str, name: Name) -> bool:
    """Whether a stated name can be this one: a part of the family name, and no given name that is not theirs.

    `Quinton, V.` and `Mr Quinton` can be Vlad Alan Quinton; `Maria Quinton` and `Vlad Quint` cannot. A middle
    name the chart does not hold is let through behind a given name that it does.
    """
    words = _tokens(stated)
    given = [word for word in words if word not in name.family]
    if len(given) == len(words):
        return False
    if not given or not name.given:
        return True
    strange = [word for word in given if not _is_given(word, name.given)]
    return not strange or (len(name.given) == 1 and len(strange) < len(given))


def _is_given(word: str, given: Sequence[str]) -> bool:
    return any(word == own or (len(word) == 1 and own.startswith(word)) for own in given)


def _name_in(page: str, name: Name) -> bool:
    """Whether first given and family name stand together in running text, in either order."""
    if not name.given:
        return False
    words = [plain(word) for word in re.findall(r"[^\W\d_][\w'’.]*", page)]
    family, first = list(name.family), name.given[0]
    for at in range(len(words) - len(family) + 1):
        if words[at : at + len(family)] == family:
            around = words[max(at - 3, 0) : at] + words[at + len(family) : at + len(family) + 1]
            if first in around:
                return True
    return False
