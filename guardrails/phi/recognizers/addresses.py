"""Streets, towns and ZIP codes that their own form gives away; the tagger finds the rest. States are not marked."""

import re
from collections.abc import Iterator
from functools import cache

from guardrails.phi.gazetteer.lexicon import listed, places
from guardrails.phi.spans import Found, PhiType

_CLEAR = (
    r"Street|Avenue|Boulevard|Drive|Road|Lane|Court|Parkway|Highway|Terrace|Circle|Trail|Turnpike"
    r"|Crescent|Esplanade|Expressway|Freeway|Mews|Blvd|Ave|Pkwy|Hwy|Tpke|Rd|Ln|Expy|Fwy|Cir"
)
_UNCLEAR = (
    r"St|Dr|Ct|Pl|Ter|Terr|Trl|Sq|Way|Place|Square|Loop|Alley|Plaza|Pike|Path|Row|Run|Ridge|Crossing"
    r"|Xing|Walk|Cove|Cv|Point|Pt|Bend|Trace|Hollow|Glen|Heights|Hts|Landing|Manor|Pass|Branch|Gardens"
    r"|Green|Commons|Close|Gate|Hill|Grove|Broadway|Route|Rte"
)
_POINT = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)\b\.?\s+)"
_UNIT = (
    r"(?:\s*[,\n]?\s*(?:(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Bldg|Building|Lot|Trlr|Space|Spc|Rm"
    r"|Room|PH|Penthouse)\b\.?\s*#?\s*[\w-]+|#\s?[\w-]+))?"
)
_WORD = r"(?:[^\W\d_][\w.'’-]*|\d{1,3}(?:st|nd|rd|th))"
_STREET = re.compile(
    rf"(?<![\w.-])(?<!\$)\d{{1,6}}(?:-\d{{1,4}})?[A-Z]?(?:\s1/2)?\s+{_POINT}?(?:{_WORD}\s+){{1,4}}?(?:(?P"
    rf"<clear>{_CLEAR})|(?P<unclear>{_UNCLEAR}))\b\.?(?:\s+(?:N|S|E|W|NE|NW|SE|SW)\b\.?(?!\w))?{_UNIT}",
    re.IGNORECASE,
)
_NOT_NAME = re.compile(
    r"\b(?:mg|mcg|ml|mm|cm|kg|lb|lbs|lead|leads|days?|weeks?|months?|years?|hours?|minutes?|mins?|hrs?"
    r"|patients?|times?|units?|tabs?|tablets?|doses?|of|the|and|with|for|in|on|at|to|by|was|is|per|or"
    r"|percent|elevation|segment|"
    r"depression|seen|miles|blocks|feet|steps|views?|pts?|male|female|yo|y|x|seconds|liters?|degrees?"
    r"|points?|caps|puffs|drops|french|gauge|inch|inches|from|who|has|had|this|that|she|he|they|a|an)\b",
    re.IGNORECASE,
)
_BOX = re.compile(
    rf"\b(?:P\.?\s?O\.?|Post(?:al)?\s+Office)\s*(?:Box|Bx|Drawer)\s*#?\s*[\w-]+|(?<![\w])(?:R\.?R\.?"
    rf"|Rural\s+Route|H\.?C\.?|Star\s+Route)\s*#?\s*\d+,?\s*(?:Box\s*\w+)?|\bPSC\s+\d+,?\s*Box\s*\d+"
    rf"|\bUnit\s+\d+,?\s*Box\s*\d+"
    r"|\b(?:USS|USNS|USNV|USCGC)\s+[A-Z][\w'-]+(?=\W{0,3}(?:[FAD]PO))|\b(?:APO|FPO|DPO)\W{0,2}(?:AA|AE"
    r"|AP)\s+\d{5}(?:-\d{4})?|\b(?:County|State|Farm)\s+(?:Road|Rd|Highway|Hwy"
    r"|Route)\s+#?\d+[A-Z]?(?:\s*,?\s*Box\s*\d+)?"
    rf"|(?<![\w.])\d{{1,6}}\s+(?:US|U\.S\.|State|Old|County|Interstate|N|S|E|W)?\s?(?:Highway|Hwy|Route"
    rf"|Rte|Rt|SR|CR|FM|County Road|State Road)\s+\d{{1,4}}[A-Z]?\b{_UNIT}"
    rf"|(?<![\w.])\d{{1,6}}\s+{_POINT}?(?:Broadway|Avenue\s+[A-Z]|Ave\.?\s+[A-Z]|The\s+[A-Z]\w+)\b{_UNIT}",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"(?<![\w.-])\d{1,5}\s(?:Rue|Calle|Avenida|Via|Camino|Paseo|Rua|Carrera|Strada|Allée|Chemin)\s"
    r"(?:(?:de la|de las|de los|de|del|du|des|la|las|los|el|da|do)\s)?[A-ZÀ-Þ][\w'’-]+(?:\s[A-ZÀ-Þ][\w'’-]+)?"
)
_APARTMENT = re.compile(r"\b(?:Apt|Apartment)\b\.?\s*#?\s*\d+[A-Z]?\b", re.IGNORECASE)
_CORNER_OF = re.compile(
    r"\b(?:the\s+)?(?:corner|intersection) of\s+[^,.;:\n]{3,60}?\s(?:and|&)\s[^,.;:\n]{3,40}?"
    r"(?=[,.;:\n]|\s(?:in|is|are|at)\b|$)",
    re.IGNORECASE,
)
_CORNER = re.compile(
    r"\b(?:corner of|intersection of)\s+(?:[A-Z][\w.'-]*\s?){1,3}(?:and|&)\s+(?:[A-Z][\w.'-]*\s?){1,3}", re.IGNORECASE
)
_TOWN_BEFORE = re.compile(r"(?<![\w'’-])([^\W\d_][\w.'’-]*(?:[ ][^\W\d_][\w.'’-]*){0,3})\s{0,2},?\s{0,2}$")
_CAPITAL_TOWN_BEFORE = re.compile(r"(?<![\w'’-])([A-Z][\w.'’-]*(?:[ ][A-Z][\w.'’-]*){0,3})$")
_ZIP = re.compile(r"(?<![\w.,#$-])\d{5}(?:\s?-\s?\d{4})?(?![\w-])(?!\.\d)")
_COMMA_CODE = re.compile(r",\s?([A-Z]{2})(?![\w'-])(?!\.\w)")


@cache
def _state_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A state right before a ZIP code, and a state's full name after a comma."""
    names = "|".join(
        sorted((re.escape(name).replace(r"\ ", r"\s+") for name in places()["us_states"]), key=len, reverse=True)
    )
    codes = "|".join(places()["state_codes"])
    before_zip = re.compile(
        rf"(?<![A-Za-z])(?:{codes}|{codes.lower()}|(?i:{names}))\.?[,;]?\s{{0,4}}$"
        r"|\b(?:USA|U\.S\.A\.|United States)[,;]?\s{1,4}$"
    )
    return before_zip, re.compile(rf",\s?(?:{names})(?![\w'-])")


@cache
def _after_country() -> re.Pattern[str]:
    """A postal code right behind a country's name, at the end of a line or sentence."""
    names = "|".join(sorted((re.escape(name) for name in places()["countries"]), key=len, reverse=True))
    return re.compile(
        rf"\b(?:{names}|USA|UK)[,;]?[ ]((?:[A-Z]{{1,2}}-)?\d{{4,6}})(?=\s*(?:[.,;?!)>]|$|\n|-))", re.MULTILINE
    )


_AMBIGUOUS_CODES = listed("MD PA OR IN ME HI OK MA DC DE MS MT ND CO AL CT ID LA VA MI CA SD NE PR AR AK AP AE AA VI")
_ZIP_PLUS = re.compile(r"(?<![\w-])\d{5}-\d{4}(?![\w-])")
_ZIP_TAIL = re.compile(r"(?<![\w.-])\d{5}(?:-\d{4})?(?=\s*(?:,?\s*(?:USA|U\.S\.A?\.?|United States)\b))")
_TOWN_STOP = listed(
    "patient pt name city state address lives living in at of from the zip home seen near st street ave avenue "
    "road rd drive dr apt suite unit"
)


_NAMED_WAY = re.compile(
    r"\b(?:on|at|near|off|of|to|from|along|down|and|past|by)\s+((?-i:(?:[A-Z][\w'’.-]+\s+){1,3}"
    r"(?:Avenue|Street|Road|Lane|Boulevard|Drive|Parkway|Ave|Blvd|Rd)))\b\.?(?!\s+(?:Hospital|Clinic|Medical|Health|Center|Capital|Journal))",
    re.IGNORECASE,
)
_COUNTY = re.compile(
    r"(?<![\w'’-])((?:[A-Z][\w'’.-]{1,30}\s){1,2}(?:County|Parish|Township|Borough))\b"
    r"(?!\s+(?:Health|Hospital|Medical|Department|Dept|Court|Jail|Line))"
)
_NO_COUNTY = listed("the this that each every any a an our your my his her their per in by from of no which what")
_UPPER_ORDINAL = re.compile(
    r"(?<![\w])\d{1,3}(?:st|nd|rd|th)\s+(?:Ave|Avenue|St|Street|Blvd|Rd|Road|Dr|Ct|Pl)\b\.?(?:\s+(?:N|S|E|W|NE|NW|SE|SW)\b)?"
)


def find_addresses(text: str) -> Iterator[Found]:
    """Streets with their number and kind, boxes, towns beside a state, ZIP codes beside a state or a street."""
    for match in _STREET.finditer(text):
        if not _NOT_NAME.search(match[0][: match.start(match.lastgroup or 0) - match.start()]):
            yield Found(match.start(), match.end(), PhiType.STREET, 0.9 if match["clear"] else 0.6)
    for pattern in (_BOX, _APARTMENT, _FOREIGN, _CORNER, _CORNER_OF, _UPPER_ORDINAL):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), PhiType.STREET, 0.85)
    for match in _after_country().finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.ZIP, 0.7)
    for match in _NAMED_WAY.finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.STREET, 0.7)
    yield from _towns(text)
    for pattern in (_ZIP_PLUS, _ZIP_TAIL):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), PhiType.ZIP, 0.7)


def _towns(text: str) -> Iterator[Found]:
    for match in _COUNTY.finditer(text):
        if match[1].split()[0].lower() not in _NO_COUNTY:
            yield Found(match.start(1), match.end(1), PhiType.CITY, 0.7)
    before_zip, spelled = _state_patterns()
    for match in _ZIP.finditer(text):
        state = before_zip.search(text, max(0, match.start() - 26), match.start())
        if state:
            yield Found(match.start(), match.end(), PhiType.ZIP, 0.93)
            yield from _town(text, _TOWN_BEFORE, state.start(), 0.75)
    for match in _COMMA_CODE.finditer(text):
        if match[1] in places()["state_codes"]:
            yield from _town(text, _CAPITAL_TOWN_BEFORE, match.start(), 0.35 if match[1] in _AMBIGUOUS_CODES else 0.7)
    for match in spelled.finditer(text):
        yield from _town(text, _CAPITAL_TOWN_BEFORE, match.start(), 0.6)


def _town(text: str, pattern: re.Pattern[str], end: int, score: float) -> Iterator[Found]:
    """The last words before the state that may be a town's, without those of a street or a sentence."""
    match = pattern.search(text, max(0, end - 60), end)
    if match is None:
        return
    start = match.start(1)
    words = list(re.finditer(r"\S+", match[1]))
    for word in words[:-1]:
        if word[0].lower().strip(".") in _TOWN_STOP:
            start = match.start(1) + word.end() + 1
    if match.end(1) - start > 1:
        yield Found(start, match.end(1), PhiType.CITY, score)
