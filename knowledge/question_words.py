"""What a question is after, by its words: a number, an exclusion, a code, a day; and what a sentence holds."""

import re
from datetime import date
from typing import NamedTuple

from knowledge.policy_dates import read_date

_NUMBER_ASKED = re.compile(
    r"how (?:many|much|long|often|old|soon|recent|frequent|high|low|big|large|far)"
    r"|\b(?:what|which|whose)\b.*\b(?:threshold|level|score|number|percent|dose|limit|age|size|period|rate|pressure"
    r"|frequency|grade|value|cutoff|range|hours?|days?|weeks?|months?|years?|visits|sessions)\b"
    r"|maximum|minimum|\bmax\b|\bmin\b|at most|at least|interval|once a|twice|cut-?off|time limit|how freq",
    re.IGNORECASE,
)
_EXCLUSION_ASKED = re.compile(
    r"\bnot\b|n't\b|exclu|non-?cover|denied|den(?:y|ial)|restrict|limitation|\bever\b|contraindicat|rule[sd]? out",
    re.IGNORECASE,
)
_NOT_A_NUMBER = re.compile(
    r"\d{1,2}[-/]\s?\d{1,2}[-/]\s?\d{2,4}|§+\s?[\d.]+|\b(?:19|20)\d\d\b"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d+"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half"
    r"|annual(?:ly)?|monthly|weekly|daily|yearly|quarterly)\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:cover(?:ed|age|s)?|must|require[sd]?|shall|only|at least|not|no more|limited|necessary|excluded|may|should"
    r"|eligible|indicated|approved|approves)\b",
    re.IGNORECASE,
)
_EXCLUSION = re.compile(r"non-?cover|not covered|exclu|limitation|contraind|not approved|not medically", re.IGNORECASE)
_COVERAGE = re.compile(r"cover|indication|criteria|medical necessity|medically|approv|eligib|require", re.IGNORECASE)
_DESCRIPTION = re.compile(r"general\b|description|background|purpose|overview|method of operation|scope", re.IGNORECASE)
_OTHER = re.compile(r"\bother\b|cross|reference|history|revision|\bcodes\b|definition", re.IGNORECASE)
_STUDY = re.compile(
    r"research study|study protocol|clinical study must|AHRQ|trial design|investigator|evidence development",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?:[A-VJ]\d{4}|\d{5}|\d{4}[FTU])\b")
_DAY = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? "
    r"\d{1,2}(?:st|nd|rd|th)?,? \d{4})\b",
    re.IGNORECASE,
)
_MOST_RULES = 3


class Asked(NamedTuple):
    """Whether a question asks for a number, and whether it asks what is not covered."""

    number: bool
    exclusion: bool


class Holds(NamedTuple):
    """What a sentence under its headings holds: counts of up to three, and the kind of section."""

    numbers: int
    rules: int
    exclusion: bool
    coverage: bool
    description: bool
    other: bool
    study: bool


def asked(question: str) -> Asked:
    """What kind of answer a question is after."""
    return Asked(bool(_NUMBER_ASKED.search(question)), bool(_EXCLUSION_ASKED.search(question)))


def holds(sentence: str, headings: str) -> Holds:
    """What a sentence has in it; section and revision numbers and dates are not counted as numbers."""
    exclusion = bool(_EXCLUSION.search(headings))
    coverage = not exclusion and bool(_COVERAGE.search(headings))
    description = not (exclusion or coverage) and bool(_DESCRIPTION.search(headings))
    return Holds(
        numbers=min(len(_NUMBER.findall(_NOT_A_NUMBER.sub("", sentence))), _MOST_RULES),
        rules=min(len(_RULE.findall(sentence)), _MOST_RULES),
        exclusion=exclusion,
        coverage=coverage,
        description=description,
        other=not (exclusion or coverage or description) and bool(_OTHER.search(headings)),
        study=bool(_STUDY.search(sentence)),
    )


def codes_in(question: str) -> tuple[str, ...]:
    """HCPCS and CPT codes as they are written in a question, in capitals."""
    return tuple(dict.fromkeys(match.group().upper() for match in _CODE.finditer(question)))


def day_in(question: str) -> date | None:
    """The one full date that a question names; None where it names none, or several."""
    days = {read_date(match.group()) for match in _DAY.finditer(question)} - {None}
    return days.pop() if len(days) == 1 else None
