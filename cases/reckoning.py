"""How a deadline rule is applied to what has happened: the rule that governs, its start, span, tolls and bars."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta

from cases.calendar_time import Moment, Span, after, before, end_of_day, instant, local_day, roll_forward
from cases.deadlines import ClockQuestion, Deadline, DeadlineRule, Extension, Reckoning, Term
from cases.frozen import Frozen

NO_RULE = "no_rule"
_WALL_TIMES = {"noon": time(12, 0), "midnight_after": time(0, 0)}


class AmountRow(Frozen):
    """The least amount in controversy, in dollars, of one table in one year of filing."""

    table: str
    year: int
    dollars: float
    citation: str
    verified: bool


def governing_rules(rules: Sequence[DeadlineRule], question: ClockQuestion) -> tuple[DeadlineRule, ...]:
    """Every rule that is law for the question, in the order of the file; the first one counts."""
    return tuple(
        rule for rule in rules if _fits(rule, question) and _in_force(rule, question) and _in_time(rule, question)
    )


def reckon(
    rules: Sequence[DeadlineRule],
    question: ClockQuestion,
    holidays: Set[date] = frozenset(),
    amounts: Sequence[AmountRow] = (),
) -> Reckoning:
    """The deadline under the first rule that governs, or why none may be claimed."""
    governing = governing_rules(rules, question)
    return _Reckoner(governing[0], question, holidays, amounts).answer() if governing else Reckoning(why_none=NO_RULE)


def _fits(rule: DeadlineRule, question: ClockQuestion) -> bool:
    return (
        rule.asks == question.asks
        and question.line in rule.lines
        and question.level in rule.levels
        and question.procedure in rule.procedures
        and (not rule.kinds or question.kind in rule.kinds)
        and rule.urgency in (None, question.urgency)
        and (not rule.benefits or question.benefit in rule.benefits)
        and question.benefit not in rule.benefits_except
        and rule.when.holds(question.facts)
        and not any(condition.holds(question.facts) for condition in rule.unless)
    )


def _in_force(rule: DeadlineRule, question: ClockQuestion) -> bool:
    """By the event that chooses the version; with none of them known, the rule that has not expired."""
    names = rule.version_by or tuple(term.event for term in rule.starts)
    moment = next((question.events[name] for name in names if name in question.events), None)
    if moment is None:
        return rule.expires is None
    day = local_day(moment, question.place)
    return (rule.effective is None or rule.effective <= day) and (rule.expires is None or day <= rule.expires)


def _in_time(rule: DeadlineRule, question: ClockQuestion) -> bool:
    """Whether the clock began early enough for a rule that asks for it."""
    if rule.start_by is None:
        return True
    reckoner = _Reckoner(rule, question, frozenset(), ())
    start, limit = reckoner.first(rule.starts), reckoner.first((rule.start_by,))
    if start is None or limit is None:
        return False
    return instant(start, question.place) <= instant(limit, question.place)


class _Reckoner:
    """One rule applied to one question."""

    def __init__(
        self, rule: DeadlineRule, question: ClockQuestion, holidays: Set[date], amounts: Sequence[AmountRow]
    ) -> None:
        self.rule, self.question = rule, question
        self.events: Mapping[str, Moment] = question.events
        self.holidays, self.amounts, self.zone = holidays, amounts, question.place

    def answer(self) -> Reckoning:
        rule = self.rule
        start = self.first(rule.starts)
        required = self._amount_required(start)
        given = Reckoning(
            rule_id=rule.id, citation=rule.citation, verified=rule.verified, who=rule.who, form=rule.form,
            consent=rule.consent, address=rule.address, next_level=rule.next_level, note=rule.note,
            amount_required=required,
        )  # fmt: skip
        why = self._why_none(start, required)
        if why or start is None:
            return given.model_copy(update={"why_none": why or rule.missing})
        begins = self._after_forms(start)
        if begins is None:
            return given.model_copy(update={"why_none": "form_missing"})
        end = self._end(begins)
        latest = None if rule.outer is None else local_day(self._plus(begins, rule.outer), self.zone)
        return given.model_copy(update={"deadline": self._deadline(begins, end), "latest": latest})

    def _why_none(self, start: Moment | None, required: float | None) -> str:
        rule, facts = self.rule, self.question.facts
        if rule.why_none:
            return rule.why_none
        barred = next((bar.why for bar in rule.bars if bar.stands(facts, self.events)), "")
        amount = facts.get("amount_in_controversy")
        if not barred and required is not None and isinstance(amount, int | float) and amount < required:
            return "amount_below_threshold"
        if not barred and rule.within_fact and self._span() is None:
            return rule.within_missing or rule.missing
        return barred or ("" if start is not None else rule.missing)

    def _amount_required(self, start: Moment | None) -> float | None:
        """The amount of the year of filing, else of the year the time to file begins in; None where not known."""
        filed = self.events.get("filed_at", start)
        if not self.rule.amount or filed is None:
            return None
        year = local_day(filed, self.zone).year
        return next((row.dollars for row in self.amounts if (row.table, row.year) == (self.rule.amount, year)), None)

    def first(self, terms: Sequence[Term]) -> Moment | None:
        return next((moment for term in terms if (moment := self._moment(term)) is not None), None)

    def _moment(self, term: Term) -> Moment | None:
        held = self.events.get(term.event)
        if held is None:
            return None
        if term.plus is not None:
            return self._plus(held, term.plus)
        return held if term.minus is None else before(held, term.minus, self.zone)

    def _plus(self, moment: Moment, span: Span) -> Moment:
        return after(moment, span, self.zone, self.holidays)

    def _after_forms(self, start: Moment) -> Moment | None:
        """The start, or the day the last form that is needed came, if later; None while one is missing."""
        for form in self.rule.forms:
            if form.when.holds(self.question.facts):
                received = self.events.get(form.event)
                if received is None:
                    return None
                start = max(start, received, key=lambda moment: instant(moment, self.zone))
        return start

    def _span(self) -> Span | None:
        if not self.rule.within_fact:
            return self.rule.within
        days = self.question.facts.get(self.rule.within_fact)
        return Span.of(f"{days}d") if isinstance(days, int) else self.rule.within

    def _end(self, begins: Moment) -> Moment:
        span = self._span()
        end = begins if span is None else self._plus(begins, span)
        if self.rule.extension and self._extended(self.rule.extension, end):
            end = self._longer(end, self.rule.extension.by)
        end = self._tolled(end)
        for term in self.rule.later_of:
            end = self._chosen(end, term, later=True)
        for term in self.rule.earlier_of:
            end = self._chosen(end, term, later=False)
        if self.rule.roll:
            end = roll_forward(local_day(end, self.zone), self.holidays)
        return self._at_wall_time(end)

    def _longer(self, end: Moment, by: Span) -> Moment:
        """An extension in days keeps the hour of a clock of hours."""
        longer = self._plus(end, by)
        if isinstance(end, datetime) and not isinstance(longer, datetime):
            return datetime.combine(longer, end.astimezone(self.zone).time(), self.zone)
        return longer

    def _extended(self, extension: Extension, end: Moment) -> bool:
        """Whether an extension was taken on a lawful ground, with a notice before the first time ran out."""
        facts = self.question.facts
        asked_by, ground = facts.get("extension.asked_by"), facts.get("extension.ground")
        if asked_by not in extension.grounds or facts.get("extension.notice") is False:
            return False
        lawful = extension.grounds[str(asked_by)]
        notice = self.events.get("extension_notice_date")
        in_time = notice is None or local_day(notice, self.zone) <= local_day(end, self.zone)
        return in_time and (not lawful or ground in lawful)

    def _tolled(self, end: Moment) -> Moment:
        toll = self.rule.toll
        stopped = self.events.get(toll.start) if toll and toll.when.holds(self.question.facts) else None
        resumed = self.first(toll.until) if toll and stopped is not None else None
        if stopped is None or resumed is None:
            return end
        days = (local_day(resumed, self.zone) - local_day(stopped, self.zone)).days
        return end + timedelta(days=max(days, 0))

    def _chosen(self, end: Moment, term: Term, *, later: bool) -> Moment:
        other = self._moment(term)
        if other is None:
            return end
        choose = max if later else min
        return choose(end, other, key=lambda moment: instant(moment, self.zone))

    def _at_wall_time(self, end: Moment) -> Moment:
        if not self.rule.at:
            return end
        day = local_day(end, self.zone) + timedelta(days=self.rule.at == "midnight_after")
        return datetime.combine(day, _WALL_TIMES[self.rule.at], self.zone)

    def _deadline(self, begins: Moment, end: Moment) -> Deadline:
        exact = isinstance(end, datetime)
        span = self._span()
        return Deadline(
            rule_id=self.rule.id,
            kind=self.rule.asks,
            starts=instant(begins, self.zone),
            due=end if isinstance(end, datetime) else end_of_day(end, self.zone),
            citation=self.rule.citation,
            verified=self.rule.verified,
            on=None if exact else local_day(end, self.zone),
            arithmetic=f"{local_day(begins, self.zone).isoformat()} + {span}" if span else "",
        )
