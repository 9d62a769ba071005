"""The lowest value of a recording: it was taken as the recording was, whatever values were written down before it."""

import re
from collections.abc import Sequence

from agents.reading.rules_reader.conditions import ACTIVITY, AIR, Condition, conditions_in
from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.values import Reading
from cases.evidence import Setting

_LOWEST = re.compile(r"\b(?:nadir|lowest|low(?:[- ]point)?|minimum|min)\b", re.IGNORECASE)
_READ = re.compile(r"\d\s?%|\b(?:SpO2|sats?|saturation)\W{1,3}\d", re.IGNORECASE)
_LINES = 6
"""So many lines above may tell how the recording was made."""


def of_the_recording(note: Note, sentence: Sentence, reading: Reading, own: Sequence[Condition]) -> list[Condition]:
    """Conditions that the lines above a lowest value agree on, of the kinds it does not have itself.

    Lines of its paragraph that hold a saturation tell of that one and are left out, but for `own` recordings.
    """
    if not _LOWEST.search(note.text, max(sentence.start, reading.start - 30), reading.end):
        return []
    above = [line for line in note.paragraphs[sentence.paragraph] if line.end <= sentence.start][-_LINES:]
    silent = [(line.start, line.end) for line in above if not _READ.search(note.text, line.start, line.end)]
    found = [item for start, end in silent for item in conditions_in(note.text, start, end, note.cues)]
    agreed: list[Condition] = []
    for kind in (ACTIVITY - {Setting.AWAKE}, AIR):
        told = [item for item in found if item.setting in kind]
        if len({item.setting for item in told}) == 1 and not any(item.setting in kind for item in own):
            agreed += told[:1]
    return agreed
