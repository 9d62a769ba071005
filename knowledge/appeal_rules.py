"""What is filed at each level, the law that binds a payer, and windows for a peer-to-peer: cited data."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Literal, TypeVar

from pydantic import ValidationError, field_validator

from cases.calendar_time import Span
from cases.case import LineOfBusiness, Urgency
from cases.deadlines import DenialKind
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import PayerId
from knowledge.rule_files import RULES, read_yaml

FOLDER = RULES / "appeals"
Use = Literal["argument", "criteria_request", "reviewer_request", "specific_reason", "decision"]
Model = TypeVar("Model", bound=Frozen)


class Law(Frozen):
    """A rule that binds a payer. `wording` is ours; `about` are words one of which the reasons must hold."""

    id: str
    lines: tuple[LineOfBusiness, ...]
    use: Use
    citation: str
    wording: str
    verified: bool
    levels: tuple[int, ...] = ()
    kinds: tuple[DenialKind, ...] = ()
    states: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    urgency: Urgency | None = None
    effective: date | None = None
    expires: date | None = None


class Level(Frozen):
    """One level of appeal: what it is called, who decides, and what its packet holds."""

    lines: tuple[LineOfBusiness, ...]
    level: int
    kind: Literal["internal", "external", "hearing"]
    name: str
    decider: str
    forwarded: bool = False
    packet: tuple[str, ...] = ()


class PeerWindow(Frozen):
    """How long after the notice a payer takes a peer-to-peer call; `payer` empty for any payer."""

    payer: str
    setting: str
    within: Span
    phone: str
    source: str
    verified: bool

    @field_validator("within", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        return Span.of(value) if isinstance(value, str) else value


class LawQuestion(Frozen):
    """Whom and what a law must bind to be cited: `words` are the stated reasons, `on` the day of the notice."""

    line: LineOfBusiness
    level: int
    kind: DenialKind
    urgency: Urgency
    state: str
    words: str
    on: date


class _Laws(Frozen):
    version: str
    laws: tuple[Law, ...]


class _Levels(Frozen):
    version: str
    levels: tuple[Level, ...]
    peer_to_peer: tuple[PeerWindow, ...]


def _read(name: str, model: type[Model]) -> Model:
    try:
        return model.model_validate(read_yaml(FOLDER / name))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{name}: {place}: {first['msg']}") from error


@cache
def shipped_laws() -> tuple[Law, ...]:
    """The laws that ship; raises StoreDamaged naming the row that does not fit."""
    return _read("laws.yaml", _Laws).laws


@cache
def _levels() -> _Levels:
    return _read("levels.yaml", _Levels)


def laws_that_bind(question: LawQuestion, uses: Collection[Use]) -> tuple[Law, ...]:
    """The laws in force for this payer, level and denial, in the order of the file."""
    return tuple(law for law in shipped_laws() if law.use in uses and _binds(law, question))


def _binds(law: Law, question: LawQuestion) -> bool:
    words = question.words.casefold()
    checks = (
        question.line in law.lines,
        not law.levels or question.level in law.levels,
        not law.kinds or question.kind in law.kinds,
        not law.states or question.state in law.states,
        law.urgency in (None, question.urgency),
        law.effective is None or law.effective <= question.on,
        law.expires is None or question.on <= law.expires,
        not law.about or any(word in words for word in law.about),
    )
    return all(checks)


def level_of(line: LineOfBusiness, level: int) -> Level | None:
    """What is filed at this level; None where there is no such level."""
    return next((one for one in _levels().levels if line in one.lines and one.level == level), None)


def peer_window(payer_id: PayerId | None, inpatient: bool) -> PeerWindow:
    """The payer's own window for this setting, else the usual one, which is not verified."""
    settings = ("inpatient", "any") if inpatient else ("any",)
    for payer in (payer_id or "", ""):
        for setting in settings:
            for window in _levels().peer_to_peer:
                if (window.payer, window.setting) == (payer, setting):
                    return window
    raise StoreDamaged("levels.yaml: peer_to_peer: the window for any payer and setting is missing")
