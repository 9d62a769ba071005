"""Whether untrusted text speaks to the machine that reads it, where, and what gave it away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from guardrails.injection.folding import Folded, coded, folded

_RULES = Path(__file__).with_name("rules.yaml")
_MOST = 200_000
_ENCODED, _UNSEEN = "encoded_instruction", "invisible_text"


class Channel(StrEnum):
    """Where a text came from. What a tool gives back never has orders to give; a person's question may."""

    DOCUMENT = "retrieved_document"
    TOOL = "tool_output"
    EMAIL = "email"
    USER = "user_input"


@dataclass(frozen=True)
class Finding:
    """A passage, code points of the text given, end exclusive, why it was marked and how telling that is in 0..1."""

    start: int
    end: int
    reason: str
    weight: float


@dataclass(frozen=True)
class Screening:
    """The verdict: `score` in 0..1 joins the findings of different reasons as independent signs."""

    flagged: bool
    score: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Rule:
    reason: str
    weight: float
    pattern: re.Pattern[str]
    channels: frozenset[Channel]


@cache
def _rules() -> tuple[float, tuple[_Rule, ...]]:
    read = yaml.safe_load(_RULES.read_text("utf-8"))
    words = {name: f"(?:{alternatives})" for name, alternatives in read["words"].items()}
    return float(read["threshold"]), tuple(
        _Rule(
            reason=rule["reason"],
            weight=float(rule["weight"]),
            pattern=re.compile(_filled(rule["pattern"], words), re.IGNORECASE | re.MULTILINE),
            channels=frozenset(Channel(name) for name in rule.get("channels", list(Channel))),
        )
        for rule in read["rules"]
    )


def _filled(pattern: str, words: dict[str, str]) -> str:
    for name, alternatives in words.items():
        pattern = pattern.replace("{" + name + "}", alternatives)
    return pattern


def screen(text: str, channel: Channel = Channel.DOCUMENT) -> Screening:
    """Mark the passages of a text that give orders to its reader. Only the first 200,000 characters are looked at."""
    threshold, _ = _rules()
    read = folded(text[:_MOST])
    findings = [*_seen(read, channel), *_unseen(read), *_coded(read, channel)]
    strongest: dict[str, float] = {}
    for finding in findings:
        strongest[finding.reason] = max(finding.weight, strongest.get(finding.reason, 0.0))
    miss = 1.0
    for weight in strongest.values():
        miss *= 1.0 - weight
    score = round(1.0 - miss, 4)
    return Screening(score >= threshold, score, _joined(findings))


def _joined(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the text, those of one reason that overlap as one."""
    joined: list[Finding] = []
    for one in sorted(findings, key=lambda one: (one.start, one.end)):
        same = next((at for at, old in enumerate(joined) if old.reason == one.reason and one.start < old.end), None)
        if same is None:
            joined.append(one)
        else:
            old = joined[same]
            joined[same] = Finding(old.start, max(old.end, one.end), old.reason, max(old.weight, one.weight))
    return tuple(joined)


def _seen(read: Folded, channel: Channel) -> Iterator[Finding]:
    for rule in _rules()[1]:
        if channel in rule.channels:
            for match in rule.pattern.finditer(read.text):
                if match.end() > match.start():
                    yield Finding(*read.origin(*match.span()), rule.reason, rule.weight)


def _unseen(read: Folded) -> Iterator[Finding]:
    """Words written in characters that no page shows have no honest use."""
    for start, end in read.unseen:
        if end - start >= 4:
            yield Finding(start, end, _UNSEEN, 0.95)


def _coded(read: Folded, channel: Channel) -> Iterator[Finding]:
    for start, end, said in coded(read.text):
        inner = list(_seen(Folded(said, tuple(range(len(said))), ()), channel))
        weight = max((finding.weight for finding in inner), default=0.0)
        place = read.origin(start, end)
        yield Finding(*place, _ENCODED, max(weight, 0.6 if set(said.lower().split()) & _ORDERS else 0.3))


_ORDERS = frozenset({"ignore", "write", "print", "send", "output", "say", "reveal", "delete", "llm", "assistant"})
