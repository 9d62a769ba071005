"""The CMS manual of National Coverage Determinations (Pub. 100-03) as published: one file, many determinations."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from cases.document import Page
from knowledge.policy_dates import read_date
from knowledge.policy_head import read_head

_MANUAL = re.compile(r"National Coverage Determinations\s+(?:\(NCD\)\s+)?Manual", re.IGNORECASE)
_FRONT = 1500
_NUMBER = re.compile(r"^[ \t]*(\d{2,3}(?:\.\d{1,2}){1,3})[ \t]*[-–—][ \t]*(?=\S)", re.MULTILINE)
_CHAPTER = re.compile(r"^[ \t]*\d{2,3}[ \t]*[-–—][ \t]*[A-Z][^\n]{3,90}$", re.MULTILINE)
_TRANSMITTALS = re.compile(r"Transmittals Issued for this Chapter")
_REVISION = re.compile(r"\bRev(?:ision)?\.?\s*:?\s*(\d+)", re.IGNORECASE)
_OLD_MANUAL = re.compile(r"\bCIM \d{2}-\d")
_IMPLEMENTATION = re.compile(r"Implementation(?: Dates?)?\s*[:;]?\s*(?=[\dA-Z])", re.IGNORECASE)
_HEAD = 900
_LEAST_BODY = 40


class Determination(NamedTuple):
    """One determination: code points [start, end) of the manual's text, with what its head says."""

    number: str
    title: str
    start: int
    end: int
    effective: date | None
    implementation: date | None
    revision: str
    retired: bool


def is_manual(text: str) -> bool:
    """Whether a text is the manual: it says so at its front, and lists determinations."""
    return bool(_MANUAL.search(text[:_FRONT])) and len(_NUMBER.findall(text)) > 3


def determinations(text: str) -> list[Determination]:
    """The determinations in the order of the manual; the table of contents and the list of transmittals are none.

    One begins at its number and title where a revision note follows; of two with one number the later counts.
    """
    found = {one.number: one for one in _sections(text)}
    return sorted(found.values(), key=lambda one: one.start)


def _sections(text: str) -> Iterator[Determination]:
    heads = [match for match in _NUMBER.finditer(text) if _is_head(text, match)]
    ends = [match.start() for match in _CHAPTER.finditer(text)] + [
        match.start() for match in _TRANSMITTALS.finditer(text)
    ]
    stops = sorted({*(match.start() for match in heads), *ends, len(text)})
    for match in heads:
        end = next(stop for stop in stops if stop > match.start())
        body = text[match.start() : end]
        if len(body) - len(body.split("\n", 1)[0]) >= _LEAST_BODY:
            yield _determination(match, body, end)


def _is_head(text: str, match: re.Match[str]) -> bool:
    """A revision note stands in the same paragraph or the next, before another number begins."""
    after = text[match.end() : match.end() + _HEAD]
    other = _NUMBER.search(after)
    near = after[: other.start() if other else None]
    return _REVISION.search(near) is not None or _OLD_MANUAL.search(near) is not None


def _determination(match: re.Match[str], body: str, end: int) -> Determination:
    head = read_head(body)
    front = body[:_HEAD]
    revision = _REVISION.search(front)
    day = _IMPLEMENTATION.search(front)
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    return Determination(
        number=match[1],
        title=head.title or body.split("\n", 1)[0].strip(),
        start=start,
        end=start + len(body[start - match.start() :].rstrip()),
        effective=head.effective,
        implementation=read_date(front[day.end() : day.end() + 40]) if day else None,
        revision=revision[1] if revision else "",
        retired="(RETIRED)" in front.upper(),
    )


def pages_of(pages: tuple[Page, ...], one: Determination) -> tuple[Page, ...]:
    """The manual's pages that a determination stands on, with their own numbers and places in its text."""
    inside = [page for page in pages if page.start < one.end and page.end > one.start]
    return tuple(
        Page(
            number=page.number,
            start=max(page.start, one.start) - one.start,
            end=min(page.end, one.end) - one.start,
        )
        for page in inside
    )
