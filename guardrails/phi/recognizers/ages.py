"""Ages over 89, and birth years that show one (45 CFR 164.514(b)(2)(i)(C))."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from guardrails.phi.spans import Found, PhiType

_OLDEST_KEPT = 89
_NUMBER = r"(?:9\d|1[0-2]\d)"
_TEN_WORDS = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one"
    r"|a)\s+hundred(?:\s+(?:and\s+)?\w+)?|centenarian|nonagenarian)"
)
_UNIT = (
    r"(?:[\s-]{0,2}(?:years?|yrs?|y)[\s.-]{0,2}(?:old|o\b|/o)|[\s-]?y/?\.?o\.?\b|[\s-]?yr?s?/?o\b"
    r"|[\s-]{0,2}years?[\s-]{0,2}(?:of[\s-]age|young)|[\s-]{0,2}a[ñn]os)"
)
_WITH_UNIT = re.compile(rf"(?<![\d./])(?:{_NUMBER}|9[OlI](?=-?\s?y)){_UNIT}", re.IGNORECASE)
_AFTER_LABEL = re.compile(
    r"(?:(?:(?<![A-Za-z])|(?<=[a-z])(?=A))age[ds]?(?:_?(?:in_?)?years)?\b(?:\s?/\s?sex)?(?:\s?\([^)\n]{1,12}\))?"
    r"(?:\s+(?:of|is|was|at\s+\w+))?|\bturn(?:ed|s|ing)|\bcurrent age|\bedad|\balter|\bâge)"
    rf"[\s:=\"'|,-]{{0,4}}({_NUMBER})(?![\d%.,]\d|\d|%)",
    re.IGNORECASE,
)
_WITH_SEX = re.compile(
    rf"(?<![\d./]){_NUMBER}\s?(?:[MF](?=\s(?:w/|with|who|presents|admitted|c/o|s/p|h/o|here|from|pt"
    rf"|patient|brought|found|had|has|in\b|on\b|found)|,)|(?:[Yy]\s?)?(?:male|female|man|woman|gentleman"
    rf"|lady)\b)"
)
_SPELLED = re.compile(
    rf"\b{_TEN_WORDS}(?:[\s-]{{0,2}}years?[\s-]{{0,2}}(?:old|of age))|\b(?:centenarian|nonagenarian)s?\b", re.IGNORECASE
)
_DECADE = re.compile(
    r"\b(?:(?:in|into|reached|entering)\s+(?:his|her|their|the|my|your)\s+(?:early|mid|late|middle|upper)?[\s-]{0,2}"
    r"|\b(?:early|mid|late)[\s-]{1,2})(?P<age>nineties|['’]?90['’]?s\b)(?!\s+(?:and|when|music|she|he)\s+(?:early|the))",
    re.IGNORECASE,
)
"""`in her nineties`, `mid-90s`."""
_PERSON_OF = re.compile(
    rf"\b(?:man|woman|lady|gentleman|male|female|person|patient|pt)\s+(?:of|aged?|is)\s+({_NUMBER})(?![\d%.,]\d|\d|\s?%)"
    rf"|\b(?:brother|sister|mother|father|mom|dad|aunt|uncle|wife|husband|grandmother|grandfather|grandma|grandpa|son|daughter"
    rf"|spouse|partner|neighbor|caregiver|sibling|resident|member)s?,?\s+(?:age\s+|now\s+)?({_NUMBER})(?=\s*[,;.)](?!\d))"
    rf"|\b(?:i|she|he|they|mom|dad|we)\s+turn(?:s|ed)?\s+({_NUMBER})(?![\d%.,]\d|\d|\s?%)"
    rf"|\b(?:shes|hes|i['’]?m|i am|im|she['’]s|he['’]s|they['’]re)\s+(?:now\s+|already\s+|almost\s+)?({_NUMBER})"
    rf"(?=\s+(?:and|but|years?|yrs?|now|today|w|with|so|still|this|next|in|lives)\b|\s*[,.;!?)\n]|$)(?!\s?(?:[%]|mg|lbs?|kg|\.\d))",
    re.IGNORECASE,
)
_SPOKEN_SELF = re.compile(
    rf"\b(?:i['’]?m|i am|she['’]s|he['’]s|they['’]re|mom['’]?s|dad['’]?s|at|aged?)\s+(?P<age>{_TEN_WORDS})"
    r"(?!\w|\s+(?:percent|days|weeks|hours|minutes|dollars|miles|pounds|milligrams|degrees))"
    rf"|(?:^|[.!?]\s|\n)At\s(?P<number>{_NUMBER}),?\s(?=[a-z])"
    r"(?!(?:days?|weeks?|hours?|min|months?|percent|degrees|mg|ml))",
    re.IGNORECASE | re.MULTILINE,
)
"""`I'm ninety-six`, `At 91, our client`."""
_BIRTHDAY = re.compile(rf"(?<!\d){_NUMBER}(?:st|nd|rd|th)(?=\s+(?:birthday|year of (?:life|age)))", re.IGNORECASE)
_BIRTH_YEAR = re.compile(
    r"\b(?:born(?:\s+(?:in|on|circa|around|abt|about))?|birth\s?year|year of birth|yob|dob"
    r"|b\.)\W{0,4}((?:18|19)\d\d)(?![\d/-])",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(
    rf"\b(?:she|he|who|they|mom|mum|dad|mother|father|grandmother|grandfather|grandma|grandpa|aunt|uncle|sister|brother"
    rf"|wife|husband|patient|pt|member|resident|now|just|also|and)(?:['’]s|['’]ll\s+be|\s+is|\s+was|\s+turns?|\s+turned|\s+will\s+be"
    rf"|\s+will\s+turn|\s+became|,)\s+(?:now\s+|only\s+|already\s+|almost\s+|nearly\s+)?"
    rf"({_NUMBER}|ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)"
    rf"(?=[\s,.;!?)]|$)(?!\s?(?:%|mg|ml|lbs?|kg|beats|bpm|mm|days|weeks|hours|minutes|percent|degrees|on\s+room|\.\d))",
    re.IGNORECASE,
)
_TURNED = re.compile(
    rf"\b(?:will be|turned|turns|turning)\s+({_NUMBER})"
    r"(?![\w%/.-]\d|\w|\s?(?:%|mg|ml|lbs?|kg|mm|days|weeks|hours|minutes))",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    rf"(?<![\w./-])({_NUMBER})\s?(?:y(?:rs?|o)?\s?)?/\s?(?:[MF]|male|female)\b"
    rf"|\b[MF]\s?/\s?({_NUMBER})(?![\w/.%-])",
    re.IGNORECASE,
)
_DIED_AT = re.compile(
    rf"\b(?:died at|died aged|lived to(?: be)?|passed away at|reached|at age|at the age of|until|now)\s"
    rf"(?:age\s)?({_NUMBER})"
    r"(?=\s?(?:[,.;)!?]|$|and\b|from\b|of\b|after\b))",
    re.IGNORECASE,
)
_LOOSE_UNIT = re.compile(
    rf"(?<![\d./$-])({_NUMBER})\s?-?(?:y|yrs?|years|ans|años|anos|anni|jahre|jährige?|let|лет|yaşında)\b"
    r"(?!\s+(?:ago|later|supply|follow|experience|history|survival|warranty|after|before|prior|in\b|with\b))",
    re.IGNORECASE,
)
_LOOSE_BEFORE = re.compile(r"\b(?:for|over|past|last|in|within|next|every|than|to|about|nearly)\s+$", re.IGNORECASE)
_BORN_AGO = re.compile(rf"\bborn\s+(?:some\s+|about\s+|over\s+)?({_NUMBER})\s+years\s+ago\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(rf"(?<=[^\W\d_])\s\(({_NUMBER})(?:\s?[MFmf])?\)")
_AGE_SEX = re.compile(rf"(?<![\w./-])({_NUMBER})\s?-?[MF](?![\w-])")
_TEMPERATURE = re.compile(r"(?:\bT|\btemp\w*|\bfever|\bfebrile|\btmax|\bof|\bto)\W{0,4}$", re.IGNORECASE)
_YEARS_ALONE = re.compile(rf"(?<=,\s)({_NUMBER})\s(?:years?|yrs?)(?=\s?[,;.)]|$)", re.IGNORECASE)
_A_LIMIT = re.compile(
    r"(?:over|above|under|below|than|least|most|to|or|between|ages|[<>=≥≤-]|\d|greater|exceeding|until"
    r"|beyond|past)\s*$",
    re.IGNORECASE,
)


_IN_ONE_GROUP = (
    _PERSON_OF,
    _SPOKEN_OF,
    _TURNED,
    _DIED_AT,
    _IN_BRACKETS,
    _YEARS_ALONE,
    _BORN_AGO,
    _SPOKEN_SELF,
    _SLASHED,
)
"""Patterns of which one group holds the age."""


def find_ages(text: str) -> Iterator[Found]:
    """Ages from 90 to 129 that a text gives to someone, and years of birth at least 90 years ago."""
    for pattern in (_WITH_UNIT, _WITH_SEX, _SPELLED, _BIRTHDAY):
        for match in pattern.finditer(text):
            if not _A_LIMIT.search(text, max(0, match.start() - 12), match.start()):
                yield Found(match.start(), match.end(), PhiType.AGE_OVER_89, 0.9)
    for match in _AFTER_LABEL.finditer(text):
        if not re.match(
            r"\s*(?:(?:years?\s+)?(?:or|and)\s+(?:older|over|above)|\+|-|to\s)",
            text[match.end() : match.end() + 20],
            re.IGNORECASE,
        ):
            yield Found(match.start(1), match.end(1), PhiType.AGE_OVER_89, 0.85)
    yield from _by_who(text)
    latest = datetime.now(UTC).year - _OLDEST_KEPT - 1
    for match in _BIRTH_YEAR.finditer(text):
        if int(match[1]) <= latest:
            yield Found(match.start(1), match.end(1), PhiType.AGE_OVER_89, 0.85)


def _by_who(text: str) -> Iterator[Found]:
    """`She is 91`, `Mr. Katz (91)`, `94F from home`, `Ana Ruiz, 95 years`."""
    for match in _DECADE.finditer(text):
        yield Found(match.start("age"), match.end("age"), PhiType.AGE_OVER_89, 0.75)
    for pattern in _IN_ONE_GROUP:
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            yield Found(match.start(group), match.end(group), PhiType.AGE_OVER_89, 0.8)
    for match in _LOOSE_UNIT.finditer(text):
        if not _LOOSE_BEFORE.search(text, max(0, match.start() - 10), match.start()):
            yield Found(match.start(1), match.end(1), PhiType.AGE_OVER_89, 0.75)
    for match in _AGE_SEX.finditer(text):
        if not _TEMPERATURE.search(text, max(0, match.start() - 12), match.start()):
            yield Found(match.start(1), match.end(), PhiType.AGE_OVER_89, 0.8)
