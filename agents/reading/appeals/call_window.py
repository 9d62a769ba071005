"""Until when a payer takes a peer-to-peer call: by its notice's own words, else by the window on record."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from cases.calendar_time import Span, TimeUnit
from cases.deadlines import DenialKind
from cases.denial import DenialFacts
from guardrails.text_tokens import dates_in
from knowledge.appeal_rules import PeerWindow, peer_window
from knowledge.federal_holidays import federal_holidays

_OFFERED = re.compile(r"[^.|]*\bpeer[- ]to[- ]peer\b[^.|]*(?:\|[^.|]*)?(?:[.|]|$)", re.IGNORECASE)
_WITHIN = re.compile(r"\bwithin (?P<count>\d{1,3}) (?:calendar |(?P<kind>business |working ))?days?\b", re.IGNORECASE)
_MOST_WORDS = 2


@dataclass(frozen=True)
class CallWindow:
    """`words` are the notice's own on such a call; `last` the last day, None where nobody names one.

    `on_record` is the window that counts where the notice offers none.
    """

    words: tuple[str, ...]
    last: date | None
    on_record: PeerWindow | None = None

    @property
    def source(self) -> str:
        return self.on_record.source if self.on_record else "the notice's own words"


def call_window(facts: DenialFacts, notice: str) -> CallWindow:
    """The window of a denial whose notice says this."""
    said = [match[0] for match in _OFFERED.finditer(" ".join(notice.split()))]
    if said:
        words = tuple(one.strip(" |+-") for one in dict.fromkeys(said[:_MOST_WORDS]))
        return CallWindow(words, _last_named(" ".join(words), facts.notice_date))
    window = peer_window(facts.payer_id, facts.kind is DenialKind.CONCURRENT)
    return CallWindow((), last_day(facts.notice_date, window.within) if facts.notice_date else None, window)


def _last_named(words: str, notice: date | None) -> date | None:
    """The last day that the words name, or count from the notice's date."""
    days = set(dates_in(words)[0]) - {notice}
    counted = _WITHIN.search(words)
    if counted and notice:
        unit = TimeUnit.BUSINESS_DAYS if counted["kind"] else TimeUnit.CALENDAR_DAYS
        days.add(last_day(notice, Span(amount=int(counted["count"]), unit=unit)))
    return max(days, default=None)


def last_day(notice: date, within: Span) -> date:
    """The last day of a window that is counted from the notice; business days leave out federal holidays."""
    if within.unit is not TimeUnit.BUSINESS_DAYS:
        return notice + timedelta(days=within.amount)
    day, left = notice, within.amount
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in federal_holidays()
    return day
