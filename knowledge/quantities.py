"""Kinds of quantity: which of them a question asks for, and whether a sentence states one of them."""

import re

_ANY_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half"
    r"|annual(?:ly)?|monthly|weekly|daily|yearly)\b",
    re.IGNORECASE,
)
_ASKED = {
    "age": r"how old|what age|age limit|max(?:imum)? age|min(?:imum)? age|\bage\b",
    "time": r"how (?:long|often|soon|recent|freq)|interval|within how|\b(?:hours|days|weeks|months|years|duration"
    r"|frequency)\b",
    "dose": r"\b(?:dose|dosage|how many (?:mg|milligrams|units|grams)|mg|g/kg|infusion rate)\b",
    "weight": r"\b(?:weight|pounds|lbs?)\b",
    "length": r"\b(?:size|diameter|mm|cm|centimet\w+|millimet\w+|how (?:big|large|high|far))\b",
    "share": r"%|\b(?:percent\w*|saturation|ejection fraction|lvef|sat)\b",
    "pressure": r"\b(?:pressure|mm ?hg)\b",
    "count": r"\bhow many\b",
    "score": r"\b(?:score|grade|bmi|index|level|threshold|cut-?off|ahi|stage|class)\b",
    "money": r"\b(?:price|cost|fee|copay)\b|\$",
}
_STATED = {
    "age": r"\b(?:age[ds]?|years? old|years? of age|older|younger)\b",
    "time": r"\b(?:days?|weeks?|wks?|months?|mos?|years?|yrs?|hours?|hrs?|minutes?|annual(?:ly)?|daily|weekly|monthly"
    r"|yearly|quarterly|lifetime)\b",
    "dose": r"\b(?:mg|mcg|g|grams?|milligrams?|units?|ml|iu|doses?)\b",
    "weight": r"\b(?:pounds?|lbs?|kg|kilograms?)\b",
    "length": r"\b(?:mm|cm|inch(?:es)?|feet|centim\w+|millim\w+|degrees?)\b",
    "share": r"%|\bpercent\b",
    "pressure": r"\b(?:mm ?hg|cm h2o|atmospheres?)\b",
    "count": r"\b(?:visits?|sessions?|times?|drugs?|medications?|agents?|treatments?|tests?|scans?|units?|attempts?"
    r"|levels?|trials?|injections?|generations?|once|twice)\b",
    "score": r"\b(?:score|scale|grade|index|stage|class|level)\b",
    "money": r"\$|\b(?:dollars?|price|fee|copay)\b",
}
_ASKED_FOR = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKED.items()}
_STATED_AS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _STATED.items()}


def kinds_asked(question: str) -> tuple[str, ...]:
    """The kinds of quantity a question may be after; none where it asks for no quantity."""
    return tuple(kind for kind, pattern in _ASKED_FOR.items() if pattern.search(question))


def states(text: str, kinds: tuple[str, ...]) -> bool:
    """Whether a text has a number and a unit of one of these kinds."""
    return _ANY_NUMBER.search(text) is not None and any(_STATED_AS[kind].search(text) for kind in kinds)
