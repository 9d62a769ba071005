"""What the header lines of a page say of its patient and its date: label and value, nothing guessed from prose."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from formats.notes.dates import date_at_start, dates_in
from formats.notes.identity_lines import births_in, identities_in


class Says(StrEnum):
    """What a header line states."""

    NAME = "name"
    BIRTH_DATE = "date of birth"
    RECORD_NUMBER = "medical record number"
    MEMBER_NUMBER = "member number"


@dataclass(frozen=True)
class Claim:
    """One statement of a header line about the patient; `days` only for a date of birth."""

    says: Says
    value: str
    days: frozenset[date] = frozenset()


_WHOSE = r"(?:(?:patient|pt|member|enrollee|beneficiary)(?:'s|’s)?[ ]+)?"
_NUMBER = r"(?:number|num|no\.?)"
_LABELS = (
    (Says.BIRTH_DATE, rf"{_WHOSE}(?:D\.?O\.?B\.?|date of birth|birth ?date)"),
    (Says.RECORD_NUMBER, rf"{_WHOSE}(?:M\.?R\.?N\.?|med(?:ical)?\.? ?rec(?:ord)?\.?(?: {_NUMBER})?|chart {_NUMBER})"),
    (Says.MEMBER_NUMBER, rf"(?:member|medicare|medicaid|insurance|enrollee)[ -]?(?:id|{_NUMBER})|MBI|HICN"),
    (Says.NAME, r"(?:patient|pt|member|enrollee|beneficiary)(?:'s|’s)?(?: (?:full )?name)?|name(?: of patient)?"),
    (Says.NAME, r"re(?=:.*\bDOB\b)"),
)
_ANY_LABEL = "|".join(pattern for _, pattern in _LABELS)
_LABEL = re.compile(
    r"\b(?:" + "|".join(f"(?P<k{index}>{pattern})" for index, (_, pattern) in enumerate(_LABELS)) + ")", re.IGNORECASE
)
_OF_THE_PATIENT = re.compile(r"patient|pt\b|member|enrollee|beneficiary", re.IGNORECASE)
_LONGEST_LINE = 400
_HEADER_START = re.compile(r"[\s>*_#|•·-]*")
_AFTER_LABEL = re.compile(r"(?:[ \t]*\([^()]{0,30}\))?[*_]*[ \t]*(?:#[ \t]*:?|:|\|)[ \t*_|]*")
_INLINE_LABEL = re.compile(r"\b(?:(?P<k0>DOB|D\.O\.B\.)|(?P<k1>MRN)\b)")
_AFTER_INLINE = re.compile(r"[ \t]*[:#]?[ \t]*")
_NEXT_LABEL = re.compile(
    rf"[ \t]{{3,}}|\t|\||(?:^|[ \t])[A-Z][A-Za-z]{{0,15}}:|\b(?:DOB|MRN)\b|\b(?i:{_ANY_LABEL})[ \t]*[:#]"
)
_RELATIVES = re.compile(
    r"\b(?:mother|father|mom|dad|parent|guardian|spouse|wife|husband|partner|sister|brother|sibling|son|daughter|"
    r"child|infant|newborn|baby|twin|donor|aunt|uncle|cousin|grand\w+|emergency|subscriber)\b",
    re.IGNORECASE,
)
_OTHER_PARTY = re.compile(
    r"\b(?:provider|physician|prescriber|doctor|practitioner|pharmacy|facility|clinic|hospital|practice|insurance|"
    r"plan|payer|employer|contact|supplier|medication|drug|file|user|form|group|company)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,?[ ]+[^\W\d_][\w'’.-]*){0,5}")
_TITLE_WORDS = "mr mrs ms miss mx dr md do rn np pa pac jr sr ii iii iv"
_TITLES = frozenset(_TITLE_WORDS.split())
_CREDENTIALS = re.compile(r"\b(?:MD|M\.D\.|DO|RN|NP|PA-C|PharmD|DPM|FNP)\b|^Dr\b")
_CLINICAL_WORDS = (
    "denies reports states presents complains is was has had seen here with in on at of and the a an no not yes "
    "unknown none see same as stable alert well new history information education instructions identification "
    "data portal male female consent demographics normal pending negative positive elevated within"
)
_NOT_NAMES = frozenset(_CLINICAL_WORDS.split())
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_CARE = "service|visit|exam|examination|encounter|study|procedure|test"
_DATE_LABELS = (
    rf"date of (?:{_CARE})|DOS|(?:{_CARE}|collection) date|collected",
    r"discharged|discharge date|date of discharge",
    r"date|report date|date of (?:report|note)|seen on",
    r"(?:dictated|signed|electronically signed)(?: on)?|date (?:dictated|signed)",
    r"admitted|admission date|date of admission",
)
_HEAD_LINES = 5
_TITLE_LINES = 3
_UNMARKED = re.compile(
    rf"\b(?:(?:{_CARE}|collection) date|date of (?:{_CARE}|exam)|collected|date)[ \t]+(?=\d|[A-Z])", re.IGNORECASE
)
_IN_ONE_LINE = re.compile(
    rf"(?<=\w )(?<!next )(?<!last )(?<!prior )(?<!previous )(?<!first )(?<!planned )(?:date of (?:{_CARE})|DOS):[ \t]*",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:DOB|D\.O\.B|born|birth)", re.IGNORECASE)
_OTHER_DATE = re.compile(
    r"\b(?:printed|revised|revision|form|rev\.|effective|admitted|scheduled|planned|next|certification|"
    r"start of care)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^[ \t]*(?i:(?:physician|practitioner|provider|prescriber)(?:'s)?[ \t]+)?"
    r"(?i:signed|signature|read by|electronically signed)?[ \t:]*[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){1,3},? "
    r"(?:MD|DO|PT|DPT|OT|OTR/L|NP|PA|PA-C|RN|SLP|PhD|RD|RRT)\b"
)


def claims_in(page: str) -> list[Claim]:
    """Statements of the page's header lines about its patient, in order.

    A header line opens with a label such as `Patient:`, `DOB:` or `MRN:`; `DOB` and `MRN` in capitals count
    anywhere in a line. Lines about relatives do not count, nor names of providers, plans and the like, nor a
    single word behind `Patient:`, which is more often a finding than a name.
    """
    found: list[Claim] = []
    before = ""
    for line in page.splitlines():
        found.extend(_in_line(line[:_LONGEST_LINE], before))
        before = line if line.strip() else before
    return [*found, *_unlabelled(page, found)]


def _unlabelled(page: str, found: Sequence[Claim]) -> Iterator[Claim]:
    """What a line of name, date of birth and number says, where no label says the same."""
    said = {claim.value for claim in found}
    born = {day for claim in found for day in claim.days}
    for one in identities_in(page):
        if not one.days & born and not _RELATIVES.search(_line_of(page, one.said)):
            yield Claim(Says.BIRTH_DATE, one.said, one.days)
            if one.number and one.number not in said:
                yield Claim(Says.RECORD_NUMBER, one.number)


def _line_of(page: str, words: str) -> str:
    return next(line for line in page.splitlines() if words in line)


def _in_line(line: str, before: str) -> Iterator[Claim]:
    opening = _HEADER_START.match(line)
    first = _LABEL.match(line, opening.end() if opening else 0)
    is_header = first is not None and _AFTER_LABEL.match(line, first.end()) is not None
    if _RELATIVES.search(line) and not (first and is_header and _OF_THE_PATIENT.match(first.group())):
        return
    labelled = [(label, _AFTER_LABEL.match(line, label.end())) for label in _LABEL.finditer(line) if is_header]
    ends = {label.end() for label, mark in labelled if mark}
    inline = [(label, _AFTER_INLINE.match(line, label.end())) for label in _INLINE_LABEL.finditer(line)]
    for label, mark in [*labelled, *(pair for pair in inline if pair[0].end() not in ends)]:
        if mark:
            yield from _claim(label, _value(line[mark.end() :]), line[: label.start()].strip() or before)


def _value(rest: str) -> str:
    end = _NEXT_LABEL.search(rest)
    return rest[: end.start()] if end else rest


def _claim(label: re.Match[str], value: str, before: str) -> Iterator[Claim]:
    says = _LABELS[int(str(label.lastgroup)[1:])][0]
    if says is Says.NAME:
        name = _person(value)
        of_another = not _OF_THE_PATIENT.match(label.group()) and (
            _OTHER_PARTY.search(before) or _RELATIVES.search(before)
        )
        if name and not of_another and (" " in name or "name" in label.group().lower()):
            yield Claim(says, name)
    elif says is Says.BIRTH_DATE:
        days = date_at_start(value)
        if days:
            yield Claim(says, value.strip(), days)
    else:
        number = _IDENTIFIER.match(value.strip())
        if number and any(letter.isdigit() for letter in number.group()):
            yield Claim(says, number.group())


def _person(value: str) -> str:
    """The person's name that opens `value`; empty where it opens with anything else."""
    match = _NAME.match(value.strip())
    if not match or _CREDENTIALS.search(value) or _OTHER_PARTY.match(value.strip()):
        return ""
    whole = match.group().split()
    taken = []
    for word in whole:
        if not word[0].isupper() or plain(word) in _NOT_NAMES:
            break
        taken.append(word)
    names = [word for word in taken if plain(word) not in _TITLES]
    if not names or (len(names) == 1 and len(taken) < len(whole)):
        return ""
    return " ".join(names)


def plain(word: str) -> str:
    """Lower case without accents, letters and digits only."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word.lower()) if letter.isalnum())


def date_in_headers(text: str, known_births: frozenset[date] = frozenset()) -> date | None:
    """The date of the note by its header lines: of the service, else of discharge, of the note, of its dictation.

    A date that opens one of the first lines counts where no label gives one, then one that stands in the title, and
    last the one behind the name of whoever signed. Dates of birth, those of the chart's patients among them, do not.
    """
    lines = text.splitlines()
    births = births_in(lines) | known_births
    for label in _DATE_LABELS:
        labelled = re.compile(
            rf"(?:^[\s>*_#|•·-]*|[ \t]{{2,}}|\|[ \t]*)(?:{label})[*_]*[ \t]*(?:/time[ \t]*)?(?::|(?<=on))[ \t*_]*",
            re.IGNORECASE,
        )
        for line in lines:
            match = labelled.search(line)
            days = date_at_start(line[match.end() :]) if match else frozenset()
            if days and not days & births:
                return max(days)
    opening = [*_in_one_line(lines[: 2 * _HEAD_LINES]), *(date_at_start(line) for line in lines[:_HEAD_LINES])]
    titled = _in_title(lines[:_TITLE_LINES], births)
    places = [*opening, *titled, *_unmarked(lines[:_HEAD_LINES]), *_signed(lines)]
    return next((max(days) for days in places if days and not days & births), None)


def _in_one_line(lines: Sequence[str]) -> Iterator[frozenset[date]]:
    """Behind a label with its colon after another entry, where the columns of a page were joined by one space."""
    for line in lines:
        if label := _IN_ONE_LINE.search(line):
            yield date_at_start(line[label.end() :])


def _in_title(lines: Sequence[str], births: frozenset[date]) -> Iterator[frozenset[date]]:
    """The one date of a title line, dates of birth apart."""
    for line in lines:
        found = [days for _, days in dates_in(line) if not days & births]
        if len(found) == 1 and not (_BIRTH.search(line) and not births) and not _OTHER_DATE.search(line):
            yield found[0]


def _unmarked(lines: Sequence[str]) -> Iterator[frozenset[date]]:
    """A date behind a label without a colon, such as `STUDY DATE 08/11/2026`."""
    for line in lines:
        for label in _UNMARKED.finditer(line):
            yield date_at_start(line[label.end() :])


def _signed(lines: Sequence[str]) -> Iterator[frozenset[date]]:
    for line in lines:
        if _SIGNED.match(line):
            yield next((days for _, days in dates_in(line)), frozenset())
