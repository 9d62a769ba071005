"""What a policy says of itself at its head: number, title and dates, in the forms of NCDs and payers' policies."""

import re
from dataclasses import dataclass
from datetime import date

from knowledge.policy_dates import read_date

_HEAD = 2500
_NCD_TITLE = re.compile(r"\s*(\d{1,3}(?:\.\d{1,2}){1,3})\s*[-–—]?\s*(?=[A-Z“\"])")
_TITLE_END = re.compile(
    r"\s*[-–—,]?\s*\(?(?:Various )?Effective\b|\s*\((?:Rev\b|Formerly|Various)|\s*\bCIM\b|\n\s*\n|\n\(|\n[A-Z]\. ",
    re.IGNORECASE,
)
_MANUAL = re.compile(r"\(?\s*Rev\b|\bCIM \d{2}-\d", re.IGNORECASE)
_REVISION = re.compile(r"\(?\s*Rev\b[^)]*\)?", re.IGNORECASE)
_EFFECTIVE = re.compile(r"\bEffective(?:/Implementation)?(?: Dates?)?\s*[:;]?\s*(?=[\dA-Z])", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*Policy\s*(?:Number|No\.?|#)\s*[:#]?\s*([A-Z0-9][A-Za-z0-9.\-]{1,30})", re.MULTILINE)
_TITLE = re.compile(r"^\W*(?:Policy )?Title\s*:\s*(.{3,200})$", re.MULTILINE | re.IGNORECASE)
_EXPIRES = re.compile(r"\b(?:Expir(?:es|ation)(?: Date)?|End Date|Terminat(?:es|ion)(?: Date)?)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PolicyHead:
    """Particulars read from a policy's own first lines; None or empty where it gives none."""

    number: str = ""
    title: str = ""
    effective: date | None = None
    expires: date | None = None
    is_ncd: bool = False


def read_head(text: str) -> PolicyHead:
    """The particulars of a policy text, from its first 2,500 characters."""
    head = text[:_HEAD]
    match = _NCD_TITLE.match(head)
    if match and _MANUAL.search(head):
        return _ncd(match[1], head[match.end() :])
    number, title = _NUMBER.search(head), _TITLE.search(head)
    return PolicyHead(
        number=number[1] if number else "",
        title=title[1].strip() if title else _first_line(head),
        effective=_labelled(_EFFECTIVE, head),
        expires=_labelled(_EXPIRES, head),
    )


def _ncd(number: str, rest: str) -> PolicyHead:
    """An NCD: title up to its first bracket; the date of the revision, else the one in the title.

    Several dates of effect in one head (2005, 2008) are a history: the revision's own counts, else the last.
    """
    end = _TITLE_END.search(rest)
    title = " ".join((rest[: end.start()] if end else rest.split("\n", 1)[0]).split())
    revision = _REVISION.search(rest)
    stated = _labelled(_EFFECTIVE, revision.group()) if revision else None
    before = rest[: revision.start()] if revision else rest
    return PolicyHead(number=f"NCD {number}", title=title.strip(" -–—"), effective=stated or _last(before), is_ncd=True)


def _labelled(label: re.Pattern[str], text: str) -> date | None:
    """The date right after the first label that a date follows."""
    found = (read_date(text[match.end() : match.end() + 40]) for match in label.finditer(text))
    return next((day for day in found if day), None)


def _last(text: str) -> date | None:
    found = [read_date(text[match.end() : match.end() + 40]) for match in _EFFECTIVE.finditer(text)]
    return next((day for day in reversed(found) if day), None)


def _first_line(head: str) -> str:
    line = next((line.strip() for line in head.splitlines() if line.strip()), "")
    return line.lstrip("# ").strip()[:200]


def number_key(number: str) -> str:
    """A policy number without its kind and spacing, for comparison: `NCD 240.2`, `ncd-240.2` and `240.2` are one."""
    squeezed = re.sub(r"[\s_]+", "", number.casefold())
    return re.sub(r"^(?:ncd|lcd|policy)[-:#]?(?=\w)", "", squeezed)
