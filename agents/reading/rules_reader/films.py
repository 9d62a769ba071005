"""What the words about X-ray films say of a grade read on them in a later sentence: the stance, and their day."""

import re

from agents.reading.rules_reader.conditions import conditions_in
from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note, stated
from cases.evidence import DateBasis, Fact, Setting
from cases.ids import ConceptId

_ON_FILMS = frozenset({ConceptId("knee_kl_grade"), ConceptId("joint_space_lost")})
_STANCE = frozenset({Setting.WEIGHT_BEARING, Setting.NOT_WEIGHT_BEARING})
_FILMS = re.compile(
    r"\b(?:films?|views?|radiograph\w*|x-?rays?|(?-i:XR|AP|PA)|series|exam ?:|standing (?:knees|study))\b",
    re.IGNORECASE,
)
_NOT_MADE = re.compile(
    r"\b(?:will|to be|order(?:ed)?|plan\w*|schedul\w+|request\w*|next|need(?:s|ed)?|await\w*|if|declin\w+|refus\w+|"
    r"not|no|without|unable)\b",
    re.IGNORECASE,
)
_BACK = 8
"""So many sentences before a grade may speak of the films that it was read on."""


def of_its_films(fact: Fact, note: Note, sentence: Sentence) -> Fact:
    """A grade with the stance and the day of the films that the nearest sentence before it speaks of."""
    if fact.concept not in _ON_FILMS or fact.settings & _STANCE:
        return fact
    films = _films_before(note, sentence)
    if films is None or _NOT_MADE.search(note.text, films.start, films.end):
        return fact
    told = {item.setting for item in conditions_in(note.text, films.start, films.end, note.cues, _STANCE)}
    updates: dict[str, object] = {"settings": fact.settings | told} if len(told) == 1 else {}
    dates = note.dates_in(films.start, films.end)
    if len({words.day for words in dates}) == 1 and fact.when and fact.when.basis is DateBasis.NOTE:
        updates |= {"when": stated(dates[0]), "supporting": (*fact.supporting, *note.date_spans(dates[0]))}
    return fact.model_copy(update=updates)


def _films_before(note: Note, sentence: Sentence) -> Sentence | None:
    before = [one for one in note.layout.sentences if one.end <= sentence.start][-_BACK:]
    return next((one for one in reversed(before) if _FILMS.search(note.text, one.start, one.end)), None)
