"""Dates in every form that names a day or a month of a year; a bare year is not a date (45 CFR 164.514(b)(2)(i)(C))."""

import re
from collections.abc import Iterator

from guardrails.phi.gazetteer.lexicon import listed
from guardrails.phi.spans import Found, PhiType

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary|r)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|januar|februar|märz|juni|juli"
    r"|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_YEAR = r"(?:(?:18|19|20)\d\d|'\s?\d\d)(?!\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MON = r"(?:0?[1-9]|1[0-2])"
_TH = r"(?:\s?(?:st|nd|rd|th))?"
_CLOCK = r"(?:[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    r"|fourteenth|fifteenth|sixteenth"
    r"|seventeenth|eighteenth|nineteenth|(?:twent|thirt)(?:ieth|y[\s-](?:first|second|third|fourth"
    r"|fifth|sixth|seventh|eighth|ninth)))"
)
_TENS_WORD = (
    r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven"
    r"|eigh|nine)ty(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:oh|o)[\s-](?:one|two"
    r"|three|four|five|six|seven|eight|nine))"
)
_YEAR_WORDS = (
    rf"(?:(?:nineteen|twenty)[\s-](?:hundred(?:\sand)?[\s-])?{_TENS_WORD}"
    rf"|two\s+thousand(?:(?:\s+and)?\s+(?:{_TENS_WORD}|one|two|three|four|five|six|seven|eight|nine))?)"
)
_SPOKEN_DAY = (
    rf"(?:{_ORDINAL}|{_DAY}(?:st|nd|rd|th)|(?:twenty|thirty)[\s-](?:one|two|three|four|five|six|seven"
    rf"|eight|nine)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty"
    rf"|thirty)"
)
_FREE = r"(?<![\w])(?<!\d[-/.])"

_NUMERIC = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?<!\d[-/.])(?:18|19|20)\d\d([-/.])(?:{_MON}\1{_DAY}|(?:1[3-9]|2\d|3[01])\1{_MON})(?!\d){_CLOCK}",
        rf"(?<![\d.])(?<!\d[-/])(?:{_DAY}|{_MON})\s?([-/.])\s?(?:{_DAY}|{_MON})\s?\1\s?(?:18|19|20)\d\d(?!\d)",
        rf"{_FREE}(?:{_DAY}|{_MON})([-/])(?:{_DAY}|{_MON})\1'?\d\d(?![\d])(?![-/.]\d)",
        rf"{_FREE}(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|[12]\d|3[01])\.\d\d(?![\d])(?![-/.]\d)",
        r"(?<![\d.])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d"
        r"|3[01])(?:T?[0-2]\d[0-5]\d(?:[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{4})?)?(?!\d)",
        rf"(?<![\d/]){_MON}/(?:19|20)\d\d(?![\d/])",
        rf"(?<![\w/.-]){_MON}-(?:19|20)\d\d(?![\w/-])",
        r"(?<![\w./-])(?:19|20)\d\d (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01])(?![\w./-])",
        r"(?<![\w/.-])\d{1,2}[-/. ](?:X?I{1,3}|I?[VX]|VI{1,3})[-/. ](?:19|20)\d\d(?![\w/-])",
        rf"(?<![\w./-])(?:{_DAY}(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:(?:19|20)\d\d|\d\d))(?!\w)",
        r"(?<![\w./-])(?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?:19|20)\d\d(?![\w./-])",
        r"(?:18|19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
        rf"(?<![\w/.-]){_MON}/{_DAY}\s?(?:-|to)\s?{_MON}/{_DAY}/(?:(?:19|20)\d\d|\d\d)(?!\d)",
    )
)
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![A-Za-z0-9]){_DAY}{_TH}[-\s./]?(?:of\s+"
        rf"|day\s+of\s+)?{_MONTH}\b[-\s.,/]{{0,3}}(?:of\s+)?(?:{_YEAR}|\d\d(?![\d:]))(?:\s?г\.?)?",
        rf"(?<![A-Za-z]){_MONTH}\b\.?[\s/-]{{0,2}}(?:the\s+)?{_DAY}{_TH}(?:\s?(?:-|to|through|thru|and"
        rf"|&)\s?{_DAY}{_TH})?\s?[,/-]?\s{{0,2}}(?:of\s+)?{_YEAR}",
        rf"(?<![A-Za-z])(?:{_MONTH}\.?\s+(?:the\s+)?{_SPOKEN_DAY}"
        rf"|(?:the\s+)?{_SPOKEN_DAY}\s+(?:day\s+)?of\s+{_MONTH})\b(?:\s+of)?,?\s+(?:in\s+)?(?:the\s+year\s+)?"
        rf"(?:{_YEAR_WORDS}|{_YEAR})\b",
        rf"(?<![A-Za-z]){_MONTH}\b[.,]?[\s/-]{{0,2}}(?:of\s+|de\s+)?(?:(?:19|20)\d\d(?!\d)|'\s?\d\d(?!\d))",
        rf"(?<![A-Za-z0-9]){_DAY}\s+de\s+{_MONTH}\b(?:\s+(?:de|del)\s+{_YEAR})?",
        rf"(?<![A-Za-z]){_MONTH}\s+{_YEAR_WORDS}\b",
        rf"(?<![A-Za-z]){_MONTH}\.?\s+{_DAY}{_TH},?\s+\d\d(?![\w:%/.-])(?!\s?(?:mg|ml|mcg|tabs?|units?|days?|pm|am|years?))",
    )
)
_HOLIDAY = re.compile(
    r"(?<![A-Za-z])(?:christmas|thanksgiving|easter|halloween|new year's|labor day|memorial day"
    r"|independence day|fourth of july|4th of july)(?:\s+(?:day|eve|weekend"
    r"|morning))?,?\s+(?:of\s+)?(?:19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
_STEMS = listed(
    "jan feb mar apr may jun jul aug sep oct nov dec ener abr mayo ago dicie avr mai jui aoû fév déc mär okt dez "
    "янв фев мар апр мая июн июл авг сен окт ноя дек"
)
_HOLIDAYS = ("christmas", "thanksgiving", "easter", "halloween", "new year", " day")
_NAMED_DAY = re.compile(
    rf"(?<![A-Za-z])(?P<month>{_MONTH})\b[.\s-]{{1,2}}(?:the\s+)?(?:{_DAY}{_TH}(?:\s?(?:-|to|through|thru|and"
    rf"|&)\s?{_DAY}{_TH})?|{_ORDINAL})(?![\w/%]|[.,:]\d|-\d)",
    re.IGNORECASE,
)
_DAY_NAMED = re.compile(
    rf"(?<![A-Za-z0-9/.-])(?:the\s+)?(?:{_DAY}{_TH}\s?-\s?)?(?:{_DAY}{_TH}|{_ORDINAL})(?:[\s-]|\s+(?:day\s+)?of\s+)"
    rf"(?P<month>{_MONTH})\b(?!-?\d)",
    re.IGNORECASE,
)
_BEFORE_MONTH, _AFTER_MONTH = 36, 64
_WORDLIKE = frozenset({"may", "march", "mar", "sep", "dec", "august", "jun"})
_UNIT_NEXT = re.compile(
    r"\s*(?:mg|mcg|ml|g\b|kg|cm|mm|units?|tabs?|tablets?|doses?|times?|days?|weeks?|months?|years?"
    r"|hours?|%|patients|mm|x\b|or\b more)",
    re.I,
)
_YEAR_MONTH = re.compile(r"(?<![\d./-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])(?!\.\d)")
_NOT_MONTH_BEFORE = re.compile(
    r"(?:policy|version|ver|rev|revision|v|no|number|num|lcd|ncd|bulletin|rule|release|icd|#)[\s.:#]*$", re.I
)
_SHORT = re.compile(rf"(?<![\w/.$-]){_MON}[/-]{_DAY}(?![\w%/]|-\d|\.\d)")
_SHORT_BEFORE = re.compile(
    r"(?:\b(?:on|since|dated?|dos|seen|until|til|till|thru|through|from|by|to|visit|appt|appointment"
    r"|f/u|adm|admit|admitted|admission|d/c|dc|dc'd"
    r"|discharged?|started|due|between|and|starting|beginning|ending|before|after|around|about"
    r"|collected|drawn|mri|ct|labs?|x-?ray|surgery|sx|call|called"
    r"|dob|birthday|for|last|next|effective|eff|refill(?:ed)?|received|signed|scheduled|sched"
    r"|rescheduled|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|\w+day|is|was|"
    r"week of|as of|echo|ekg|cxr|bx|biopsy|note|notes|progress|seen|denied|approved|sent"
    r"|faxed)[\s:,.(@-]*(?:the\s)?$)|(?:^|\n)\W*$|\d/\d{1,2}\s?(?:-|to|and|&|,)\s?$",
    re.IGNORECASE,
)
_SHORT_NEXT = re.compile(
    r"\s*(?:strength|pulses?|reflexes|murmur|pain|score|points?|tabs?|tablets?|dose|liter|l\b|power"
    r"|of\b|systolic|diastolic|sem|inch|cm|mm|grade|in all|throughout|bilat|motor|"
    r"alert|oriented|x\b|criteria|sirs|positive|negative|nodes|cores|for\b sirs|ln|stars?|intensity|hpf"
    r"|life|wk|week|months?|days?|hours?|hrs?|patients|cup|teaspoon|tsp|mile)",
    re.IGNORECASE,
)
_CLOCK_NEXT = re.compile(r"\s{1,3}(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)")
_SCORED_OUT_OF = frozenset({2, 3, 4, 5, 6, 9, 10})
_NOT_SHORT_BEFORE = re.compile(
    r"(?:\b(?:bp|pain|strength|motor|score|scored|grade|graded|reflex\w*|dtrs?|pulses?|va|vision|acuity|murmur|mmse|moca|gcs"
    r"|phq\S*|gad\S*|apgars?|rated|rating|braden|level|stage|type|ratio|bid|page|part|nyha|mallampati|quality|hpf|vi|od|os|ou"
    r"|copy|step|no|nos|number|pages?|prep|positive|negative|section|version|ver|v|fraction|cores?|nodes?|sets?|lot|size|class|bristol"
    r"|wells|ranson|sirs|criteria|x)[\s:,.(=-]*$)|[.%/]\s?$|\d$|[<>=≤≥~±+$#]\s?$",
    re.IGNORECASE,
)
_BARE_MONTH = re.compile(
    rf"\b(?:in|since|until|till|by|from|of|last|this|next|early|late|mid|through|during|before|after|around|to|every|and|til)"
    rf"(?:[\s-]+(?:early|late|mid))?[\s-]+(?P<month>{_MONTH})\b(?!\s+\d)",
    re.IGNORECASE,
)
_SHORT_MONTHS = frozenset({"mar", "may", "march", "jun", "dec", "sep", "august", "mayo", "april", "june", "jan"})
_COMPACT = re.compile(r"(?<![\w.-])(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:19|20)\d\d|\d\d)(?![\w.-])")
_BIRTH_BEFORE = re.compile(
    r"\b(?:dob|d\.o\.b\.?|birth\s?date|date of birth|born|birthday|dos|date)\W{0,4}(?:is|was|on)?\W{0,3}$",
    re.IGNORECASE,
)
_DOTTED = re.compile(rf"(?<![\w.-])(?:{_DAY}\.{_MON}|{_MON}\.{_DAY})\.\d\d(?![\w-])(?!\.\d)")
_POINTED = re.compile(
    r"\b(?:on|from|given|since|until|by|of|dated|seen)\s((?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01]))(?![\d.]\d|\d)",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(rf"(?<![\w/.$-])(?:1[3-9]|2\d|3[01])/{_MON}(?![\w/%-])(?!\.\d)")
_SPOKEN_BIRTH = re.compile(
    r"\b(?:birthday|birth\s?date|date of birth|born|dob)\W{1,3}(?:is\s+|on\s+|was\s+)?"
    rf"(?P<day>(?:(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|twenty|thirty|{_TENS_WORD})[\s-]+){{2,4}}"
    rf"(?:{_YEAR_WORDS}|(?:nineteen|twenty)\s+\w+(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?))",
    re.IGNORECASE,
)
"""`birthday six twelve nineteen fifty five`."""
_BARE_DAY = re.compile(
    r"\b(?:on|by|until|till|since|before|after|from|through|yesterday|today|tomorrow|visit|appt|due"
    r"|moved to|again),? (the (?:\d{1,2}(?:st|nd|rd|th)"
    rf"|{_ORDINAL}))\b(?!\s+(?:century|percentile|floor|street|st\b|ave|avenue|grade|week|day|month|time|visit|dose|hospital"
    r"|rib|digit|toe|finger|metatarsal|metacarpal|ventricle|nerve|cranial|edition|year|line|attempt|request|level|of\s+(?:the|his|her)))",
    re.IGNORECASE,
)


def find_dates(text: str) -> Iterator[Found]:
    """Every date of the text; several patterns may find the same one."""
    for pattern in _NUMERIC:
        for match in pattern.finditer(text):
            yield _date(match, 0.95)
    for start, end in _windows(text.lower()):
        yield from _written(text, start, end)
    yield from _by_context(text)


def _by_context(text: str) -> Iterator[Found]:
    """Forms that may be something else: `2026-03`, `3/14`, `03142026`, `the 14th`."""
    for match in _YEAR_MONTH.finditer(text):
        if not _NOT_MONTH_BEFORE.search(text, max(0, match.start() - 16), match.start()):
            yield _date(match, 0.8)
    yield from _days_of_months(text)
    yield from _with_points(text)
    for match in _COMPACT.finditer(text):
        if _BIRTH_BEFORE.search(text, max(0, match.start() - 24), match.start()):
            yield _date(match, 0.9)
    for match in _SPOKEN_BIRTH.finditer(text):
        yield Found(match.start("day"), match.end("day"), PhiType.DATE, 0.85)
    for match in _BARE_DAY.finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.DATE, 0.6)


def _with_points(text: str) -> Iterator[Found]:
    """`3.3.63`, `05.26` and `18/02` where they are no version, section or measure."""
    for match in _DOTTED.finditer(text):
        if not _NOT_MONTH_BEFORE.search(text, max(0, match.start() - 16), match.start()):
            yield _date(match, 0.7)
    for match in _POINTED.finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.DATE, 0.6)
    for match in _DAY_FIRST.finditer(text):
        if _SHORT_BEFORE.search(text, max(0, match.start() - 18), match.start()):
            yield _date(match, 0.6)


def _days_of_months(text: str) -> Iterator[Found]:
    """`3/14` after a word that takes a date, or anywhere where it is no score, fraction or measure."""
    for match in _SHORT.finditer(text):
        if _SHORT_NEXT.match(text, match.end()):
            continue
        first = max(0, match.start() - 18)
        if _SHORT_BEFORE.search(text, first, match.start()) or _CLOCK_NEXT.match(text, match.end()):
            yield _date(match, 0.7)
        elif not _is_score(match[0]) and not _NOT_SHORT_BEFORE.search(text, first, match.start()):
            yield _date(match, 0.6)


def _is_score(shown: str) -> bool:
    """Whether it may be so many out of a few (`4/5`), or has a dash and may be a range."""
    first, mark, second = shown.partition("/")
    return not mark or (int(first) <= int(second) and int(second) in _SCORED_OUT_OF)


def _written(text: str, start: int, end: int) -> Iterator[Found]:
    for pattern in _WRITTEN:
        for match in pattern.finditer(text, start, end):
            yield _date(match, 0.95)
    for pattern in (_NAMED_DAY, _DAY_NAMED):
        for match in pattern.finditer(text, start, end):
            if _names_a_day(match, text):
                yield _date(match, 0.85)
    for match in _HOLIDAY.finditer(text, start, end):
        yield _date(match, 0.8)
    for match in _BARE_MONTH.finditer(text, start, end):
        month = match["month"]
        if month[0].isupper() or month not in _SHORT_MONTHS:
            yield Found(match.start("month"), match.end("month"), PhiType.DATE, 0.6)


def _windows(lowered: str) -> list[tuple[int, int]]:
    """Stretches of text around beginnings of months' names: written dates are looked for nowhere else."""
    places = sorted(at for stem in (*_STEMS, *_HOLIDAYS) for at in _places(lowered, stem))
    windows: list[tuple[int, int]] = []
    for at in places:
        start, end = max(0, at - _BEFORE_MONTH), at + _AFTER_MONTH
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _places(lowered: str, stem: str) -> Iterator[int]:
    at = lowered.find(stem)
    while at >= 0:
        if at == 0 or not lowered[at - 1].isalpha():
            yield at
        at = lowered.find(stem, at + 1)


def _names_a_day(match: re.Match[str], text: str) -> bool:
    """`May 5` and `5 March`, but not `may 5 mg` nor, without a capital, `may 5`."""
    if _UNIT_NEXT.match(text, match.end()):
        return False
    month = match["month"]
    if match[0][0].isdigit():
        return month != "may"
    return not (month.islower() and month in _WORDLIKE) or re.search(r"\d(?:st|nd|rd|th)$", match[0]) is not None


def _date(match: re.Match[str], score: float) -> Found:
    return Found(match.start(), match.end(), PhiType.DATE, score)
