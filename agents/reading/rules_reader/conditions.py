"""The conditions of a measurement in words: rest, exercise or sleep; room air or oxygen; on treatment."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.evidence import Setting

ACTIVITY = frozenset({Setting.REST, Setting.EXERCISE, Setting.SLEEP, Setting.AWAKE})
AIR = frozenset({Setting.ROOM_AIR, Setting.ON_OXYGEN})
_DENIAL_REACH = 30


@dataclass(frozen=True)
class Condition:
    """A setting and the words [start, end) that say so."""

    setting: Setting
    start: int
    end: int


def conditions_in(
    text: str, start: int, end: int, cues: Mapping[str, re.Pattern[str]], wanted: Iterable[Setting] = Setting
) -> list[Condition]:
    """Every wanted setting stated in [start, end); denied ones and look-alikes are left out."""
    if start >= end:
        return []
    masked = cues["not_a_condition"].sub(lambda match: " " * len(match[0]), text[start:end])
    found = [
        Condition(setting, start + match.start(), start + match.end())
        for setting in wanted
        for match in cues[setting.value].finditer(masked)
        if not cues["condition_denied"].search(masked[max(0, match.start() - _DENIAL_REACH) : match.start()])
        and not cues["condition_denied_after"].search(masked[match.end() : match.end() + 2 * _DENIAL_REACH])
    ]
    return _without_oxygen_inside_room_air(found)


def _without_oxygen_inside_room_air(found: list[Condition]) -> list[Condition]:
    """`without oxygen` is room air, although it holds the words of being on oxygen."""
    airs = [item for item in found if item.setting is Setting.ROOM_AIR]
    return [
        item
        for item in found
        if item.setting is not Setting.ON_OXYGEN
        or not any(air.start <= item.start and item.end <= air.end for air in airs)
    ]
