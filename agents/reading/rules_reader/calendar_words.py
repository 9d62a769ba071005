"""Dates as notes write them: full, by month, by year, or relative to the day the note was written."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {name.casefold(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_COUNT = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "several": 7}
_PAPER = "|".join(
    rf"(?<=\b{word}\ )"
    for word in (
        "sheet", "copy", "intake", "report", "form", "note", "chart", "questionnaire", "record", "records", "letter",
        "drawn", "collected", "taken", "scored", "measured", "obtained", "acquired", "resulted", "scanned", "imaged",
        "films", "film", "views", "XR", "x-ray", "x-rays", "MRI", "CT", "labs", "lab", "eval", "evaluation",
    )
)  # fmt: skip
"""What a day without a year may follow: a paper, a test, or what was done then."""
_PATTERN = re.compile(
    rf"""(?<![\w./-])(?:
      (?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)-(?P<id>\d\d)(?:T[\d:.+Z-]+)?)
    | (?P<us>(?P<um>\d{{1,2}})(?P<sep>[/.-])(?P<ud>\d{{1,2}})(?P=sep)(?P<uy>(?:19|20)?\d\d))
    | (?P<dmy>(?P<dd>\d{{1,2}})[ -](?P<dn>{_NAME})\.?,?[ -](?P<dy>(?:19|20)\d\d))
    | (?P<mdy>(?P<mn>{_NAME})\.?\ (?P<md>\d{{1,2}})(?:st|nd|rd|th)?,?\ (?P<my>(?:19|20)\d\d))
    | (?P<partial>(?P<pn>{_NAME})\.?\ (?P<pd>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,?\ ?\d{{4}}|:\d))
    | (?P<dmpartial>(?P<qd>[0-3]?\d)(?:st|nd|rd|th)?\ (?:of\ )?(?=(?-i:[A-Z]))(?P<qn>{_NAME})\b\.?
          (?!,?\ ?\d{{4}}))
    | (?P<short>(?:(?<=\bon\ )|(?<=\bdone\ )|(?<=\bdated\ )|(?<=\bended\ )|(?<=\bcompleted\ )|(?<=\bfinished\ )
          |(?<=\bsession\ )|(?<=\bperformed\ )|(?<=\bstarted\ )|(?=\d{{1,2}}/\d{{1,2}}:\s))
          (?P<hm>\d{{1,2}})/(?P<hd>\d{{1,2}})(?!/))
    | (?P<shortof>(?:{_PAPER}|(?<=\()(?=[^/]+/(?!5\)|10\))\d\d?\))
          |(?=[\d/]+\ +(?:NDI|KOOS|A1c|TSH|BMI|XR|MRI|CT|labs?|films?|cotinine)\b))
          (?P<pm>\d{{1,2}})/(?P<pq>\d{{1,2}})(?!/))
    | (?P<relmonth>(?:(?P<rn>{_NAME})\.?,?\ (?:of\ )?(?P<ry>last|this|the\ past|the\ previous)\ year
          |last\ (?P<rl>{_NAME}|spring|summer|fall|autumn|winter)\b))
    | (?P<monthly>(?:(?<=\bthe\ )|(?<=\bour\ )|(?<=\bmy\ )|(?<=\bher\ )|(?<=\bhis\ ))(?P<bn>{_NAME})
          (?=\ (?:note|visit|report|letter|clinic|study|scan|film|appointment)\b))
    | (?P<inmonth>(?<=\bin\ )(?=(?-i:[A-Z]))(?P<vn>{_NAME})\b(?!\.?,?\ (?:of\ )?(?:\d|this|last|next)))
    | (?P<month>(?P<on>{_NAME})\.?,?\ (?:of\ )?(?P<oy>(?:19|20)\d\d))
    | (?P<slash>(?P<sm>0?[1-9]|1[0-2])/(?P<sy>(?:19|20)\d\d))
    | (?P<year>(?:(?<=in\ )|(?<=of\ )|(?<=early\ )|(?<=late\ )|(?<=spring\ )|(?<=summer\ )|(?<=from\ )|(?<=\ba\ )
          |(?<=\bthe\ )|(?<=\bher\ )|(?<=\bhis\ )|(?<=scope\ )|(?<=arthroscopy\ ))
          (?P<yy>(?:19|20)\d\d)(?!\ ?(?:mg|mcg|g|ml|units?|IU|k?cal\w*|feet|ft|steps?|hours?)\b)
          |(?<=since\ )(?P<yy2>(?:19|20)\d\d))
    | (?P<ago>(?P<an>\d{{1,3}}|a|an|one|two|three|four|five|six|several)
          \ (?P<au>day|week|month|year)s?\ (?:ago|earlier|prior|before))
    | (?P<vague>(?:a\ while|some\ time|a\ long\ time|long|years|months|a\ few\ (?:years|months))\ (?:ago|back))
    | (?P<thisyear>(?:earlier|early|late)\ this\ year)
    | (?P<last>(?<!\bin\ the\ )(?<!\bover\ the\ )(?<!\bin\ )last
          \ (?P<lu>week|month|year|visit|admission|hospitali[sz]ation))
    | (?P<yesterday>yesterday|last\ night|overnight)
    | (?P<today>today|this\ (?:morning|afternoon|evening|visit))
    )(?![\w/]|-\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_THE_TIME = re.compile(
    r"\b(dob|d\.o\.b\.?|born|birth(?:date| date)?(?: of)?|next|scheduled?(?: for)?|follow[- ]?up|return|due|since|"
    r"until|expires?|through|onset|date of birth)\W{0,3}(?:on |in |by )?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DatedWords:
    """Words [start, end) that name a day. `exact` is False for a month, a year or a vague past.

    `day` is the earliest day the words can mean, so that evidence is never thought younger than it may be;
    None means some time in the past that nothing places.
    """

    start: int
    end: int
    day: date | None
    exact: bool
    relative: bool


def dated_words(text: str, start: int, end: int, written: date | None) -> list[DatedWords]:
    """Every date in [start, end) that can be the time of an event, in order of place."""
    found = []
    for match in _PATTERN.finditer(text, start, end):
        before = text[max(start, match.start() - 24) : match.start()]
        if _NOT_THE_TIME.search(before) and not match["year"]:
            continue
        words = _read(match, written)
        if words is not None:
            found.append(words)
    return found


def _read(match: re.Match[str], written: date | None) -> DatedWords | None:
    kind = match.lastgroup if match.lastgroup in _READERS else next(name for name in _READERS if match[name])
    try:
        day, exact, relative = _READERS[kind](match, written)
    except (ValueError, OverflowError):
        return None
    return DatedWords(match.start(), match.end(), day, exact, relative)


_Read = tuple[date | None, bool, bool]


def _iso(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["iy"]), int(m["im"]), int(m["id"])), True, False


def _us(m: re.Match[str], _: date | None) -> _Read:
    year = int(m["uy"])
    return date(year if year > 99 else year + (2000 if year < 50 else 1900), int(m["um"]), int(m["ud"])), True, False


def _dmy(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["dy"]), _MONTHS[m["dn"].casefold()], int(m["dd"])), True, False


def _mdy(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["my"]), _MONTHS[m["mn"].casefold()], int(m["md"])), True, False


def _md(m: re.Match[str], written: date | None) -> _Read:
    return _latest(_MONTHS[m["pn"].casefold()], int(m["pd"]), written), True, False


def _dm(m: re.Match[str], written: date | None) -> _Read:
    return _latest(_MONTHS[m["qn"].casefold()], int(m["qd"]), written), True, False


def _monthly(m: re.Match[str], written: date | None) -> _Read:
    """The note of a month without a year: the latest such month before the one that names it."""
    return _latest(_MONTHS[m["bn"].casefold()], 1, written), False, False


def _inmonth(m: re.Match[str], written: date | None) -> _Read:
    """`in April`: the latest that has begun by the day of writing."""
    return _latest(_MONTHS[m["vn"].casefold()], 1, written), False, False


def _short(m: re.Match[str], written: date | None) -> _Read:
    return _latest(int(m["hm"]), int(m["hd"]), written), True, False


def _shortof(m: re.Match[str], written: date | None) -> _Read:
    return _latest(int(m["pm"]), int(m["pq"]), written), True, False


def _latest(month: int, day: int, written: date | None) -> date | None:
    """The latest such day that is not after the day of writing; None where that is not known."""
    if written is None:
        return None
    found = date(written.year, month, day)
    return found if found <= written else date(written.year - 1, month, day)


def _month(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["oy"]), _MONTHS[m["on"].casefold()], 1), False, False


def _slash(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["sy"]), int(m["sm"]), 1), False, False


def _year(m: re.Match[str], _: date | None) -> _Read:
    return date(int(m["yy"] or m["yy2"]), 1, 1), False, False


def _relmonth(m: re.Match[str], written: date | None) -> _Read:
    """`November of last year`; `last November` is of the year before, so that it is never thought younger."""
    if written is None:
        return None, False, True
    month = _MONTHS.get((m["rn"] or m["rl"]).casefold(), 1)
    this = (m["ry"] or "").casefold() == "this"
    return date(written.year if this else written.year - 1, month, 1), False, True


def _thisyear(_: re.Match[str], written: date | None) -> _Read:
    return (date(written.year, 1, 1) if written else None), False, True


def _ago(m: re.Match[str], written: date | None) -> _Read:
    count = _COUNT.get(m["an"].casefold()) or int(m["an"])
    unit = _UNITS[m["au"].casefold()]
    return (written - timedelta(days=count * unit) if written else None), unit == 1, True


def _last(m: re.Match[str], written: date | None) -> _Read:
    days = {"week": 14, "month": 62, "year": 730}.get(m["lu"].casefold())
    return (written - timedelta(days=days) if written and days else None), False, True


def _vague(_: re.Match[str], __: date | None) -> _Read:
    return None, False, True


def _yesterday(_: re.Match[str], written: date | None) -> _Read:
    return (written - timedelta(days=1) if written else None), True, True


def _today(_: re.Match[str], written: date | None) -> _Read:
    return written, True, True


_READERS = {
    "iso": _iso, "us": _us, "dmy": _dmy, "mdy": _mdy, "partial": _md, "dmpartial": _dm, "short": _short,
    "shortof": _shortof, "monthly": _monthly, "inmonth": _inmonth, "month": _month, "slash": _slash, "year": _year,
    "relmonth": _relmonth, "thisyear": _thisyear,
    "ago": _ago, "last": _last, "vague": _vague, "yesterday": _yesterday, "today": _today,
}  # fmt: skip
