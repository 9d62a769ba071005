"""Ways to reach someone: telephone and fax numbers, e-mail, web and network addresses."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from guardrails.phi.keep.codes import is_code_form
from guardrails.phi.recognizers.label_words import KEEP, meaning_of
from guardrails.phi.spans import Found, PhiType

_EXT = r"(?:\s{0,2},?\s?(?:x|ext\.?|extension|opt(?:ion)?\.?)\s?:?#?\s?\d{1,6}\b)?"
_NANP = re.compile(
    rf"(?<![\w.-])(?<!\d\d )(?:\+?1[\s.-]{{0,2}})?(?:\(\s?\d{{3}}\s?\)[\s.-]{{0,3}}|\d{{3}}[\s.-]{{1,3}}"
    rf"|\d{{3}}\s?/\s?)\d{{3}}[\s.-]{{1,3}}(?:\d{{4}}|\d{{2}} \d{{2}})(?!\d)(?!-\d)"
    rf"(?:\s?/\s?\d{{4}}(?![\d/-]))?{_EXT}"
    rf"|(?<![\w.-])(?:\+?1[\s.-]{{0,2}})?\(?\d{{3}}\)?[\s.-]{{0,3}}\d{{3}}\s?-\s?\d{{3}} \d(?![\w-]){_EXT}"
    rf"|(?<![\w.-])\d{{3}}\)\s?\d{{3}}[\s.-]\d{{4}}(?![\w-]){_EXT}"
)
_VANITY = re.compile(
    r"(?<![\w-])(?:1[\s.-]{1,2})?\(?(?:8(?:00|88|77|66|55|44|33))\)?[\s.-]{1,2}(?=[\dA-Z-]{0,9}[A-Z]{3})[\dA-Z]{3}-?[\dA-Z]{3,6}(?![\w-])"
    r"|(?<![\w-])(?:1-)?\d{3}-\d{3}-[A-Z]{4}(?![\w-])"
)
"""Numbers with letters in them: `1-800-555-CARE`."""
_BARE_EXTENSION = re.compile(r"(?<![\w.])x\d{4,5}(?![\w.])")
_PLUS = re.compile(
    r"(?<![\w])(?:\+\d{1,3}[\s.-]?|00\d{1,3}[\s.-])(?:\(0?\d{1,4}\)[\s.-]?)?\d{1,5}(?:[\s.-]?\d{2,5}){1,5}(?!\d)" + _EXT
)
_LOCAL = re.compile(rf"(?<![\w.-])(?<!\d )\d{{3}}[-.\s]\d{{4}}(?![\w-])(?!\.\d){_EXT}")
_TRUNK = re.compile(r"(?<![\w./-])(?:\(0\d{1,4}\)|0\d{1,4})[\s/-]\s?\d{2,4}(?:[\s-]\d{2,4}){1,4}(?![\w-])")
_PAIRS = re.compile(r"(?<![\w.,/-])\d{2}(?: \d{2}){3,4}(?![\w.,/-])")
_LABELLED = re.compile(r"(?<![\w.])[+(]?\d[\d\s().+-]{2,20}\d(?!\w)" + _EXT + r"|(?<![\w.])\d{4,11}(?![\w-])" + _EXT)
_PHONE_WORD = re.compile(
    r"(?:\b(?:tel(?:ephone)?s?|ph(?:one|n)?s?|cell(?:ular|phone)?|mobile|mob|home|work|office|fax(?:ed)?|facsimile|fx"
    r"|pager|pgr|beeper|call(?:ed|s|ing)?|contact|reach(?:ed)?|whatsapp|text|sms|tel[ée]fono|t[ée]l[ée]phone|call-?back"
    r"|voicemail|direct|hotline|desk|ext(?:ension)?|telecom|landline|toll[\s-]free|dial|ring|switchboard|number"
    r"|emergency|efax|me|us|tty|tdd|[pftohcw](?=\s?[:.)]))|\b(?-i:TE|FX|PH))"
    r"(?:\W{0,3}(?:number|no|num|nbr|#|is|was|at|on|to|line|me|him|her|us|them|back|up|phone|home|work"
    r"|primary|\(h\)|\(c\)|\(w\)|\(o\))){0,4}[\s:.#=>\"'|*(\[/,-]{0,6}$",
    re.IGNORECASE,
)
_STRONG_PHONE = re.compile(
    r"(?:tel|phone|cell|mobile|fax|pager|pgr|beeper|call|whatsapp|voicemail|ext|reach|text|hotline|landline"
    r"|\bTE\W|\bFX\W|contact)",
    re.IGNORECASE,
)
_FAX_WORD = re.compile(
    r"(?:\b[ef]?-?fax(?:ed|es)?\b|\bfacsimile\b|\bfx\b|\bFX\b)[^0-9\n]{0,28}$|\bF\s?:\s?$", re.IGNORECASE
)
_OTHER_LINE = re.compile(r"\b(?:tel|phone|ph|cell|mobile|call)\b[^0-9]{0,12}$", re.IGNORECASE)

_LOCAL_PART = r"(?<![\w.+%'-])[\w.+%'-]{1,100}"
"""Before the @; bounded, and begun where a word begins, so that a long run costs no more than its length."""
_EMAIL = re.compile(
    rf"{_LOCAL_PART} ?@ ?(?:[\w-]{{1,63}}\s?\.\s?)+[A-Za-z]{{2,}}\b"
    rf"|{_LOCAL_PART}@\s?[\w-]{{1,63}}[.,](?:com|org|net|edu|gov|example)\b"
    rf"|{_LOCAL_PART}@[\w-]{{1,63}}\b"
    rf"|{_LOCAL_PART}@\r?\n[ \t]*(?:[\w-]{{1,63}}\.)+[A-Za-z]{{2,}}\b"
    r"|(?<![\w.+'-])[\w.+'-]{1,100}%40(?:[\w-]{1,63}\.)+[A-Za-z]{2,}\b"
)
_BRACKETED_EMAIL = re.compile(
    r"(?<![\w.+'-])[\w.+'-]{1,64}\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|[\[({<]\s?(?:dot|\.)\s?[\])}>])\s?[\w-]{1,63}){1,3}",
    re.IGNORECASE,
)
_WORDED_EMAIL = re.compile(
    r"(?<![\w.@+-])(?=[\w.+-]{0,64}[\d_.])[\w.+-]{1,64}\s{1,3}at\s{1,3}"
    r"(?:[\w-]{1,63}\.){1,4}(?:com|org|net|edu|gov|example|health|us)\b"
    r"|(?<![\w.@+-])[\w.+-]{1,64}\s{1,3}at\s{1,3}"
    r"(?:gmail|yahoo|hotmail|outlook|aol|icloud|proton|protonmail|comcast|msn|live)\s?\.\s?(?:com|net|me)\b"
    r"|(?<![\w.@+-])[\w.+-]{1,64}\s{1,3}at\s{1,3}sign\s{1,3}[\w-]{1,63}\s{1,3}dot\s{1,3}\w{1,24}",
    re.IGNORECASE,
)
"""`jo_smith at gmail.com`: an `at` in words, and a host as it is written."""
_SAID_EMAIL = re.compile(
    r"(?:(?<=\s)|^)[\w.+-]+(?:\s+(?:dot|underscore"
    r"|dash)\s+\w+){0,3}\s*[\[({]?\s*\bat\b\s*[\])}]?\s*[\w-]+(?:\s*[\[({]?\s*\bdot\b\s*[\])}]?\s*\w+)*\s"
    r"*[\[({]?\s*\bdot\b\s*[\])}]?\s*(?:com|org|net|edu|gov|io|us|co)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"\b(?:https?|ftps?|sftp|hxxps?)\s?:\s?//[^\s<>\"'|\\]+|\bwww\s?\.\s?[^\s<>\"'|\\,;]+", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.)+(?:com|org|net|edu|gov|health|io|info|me"
    r"|us|co|care|clinic|app|ai|example|local|internal|uk|ca|biz|tv|mx)\b(?:/[^\s<>\"'|\\,;]*)?(?!@)(?!\.\w)",
    re.IGNORECASE,
)
_PUBLIC_HOST = re.compile(
    r"^(?:https?\s?:\s?//)?(?:www\.)?(?:[\w-]+\.)*(?:hl7\.org|loinc\.org|snomed\.info"
    r"|unitsofmeasure\.org|w3\.org|nih\.gov|cms\.gov|fda\.gov|cdc\.gov|hhs\.gov|who\.int|doi\.org"
    r"|ama-assn\.org|"
    r"nccn\.org|medicare\.gov|healthcare\.gov|clinicaltrials\.gov|ecfr\.gov|federalregister\.gov"
    r"|x12\.org|nucc\.org|terminology\.hl7\.org|iso\.org|ietf\.org|fhir\.org|nlm\.nih\.gov|ncpdp\.org|"
    r"python\.org|github\.com|schema\.org|json-schema\.org|opengis\.net|dicom\.nema\.org|ihe\.net"
    r"|ssa\.gov|va\.gov|cancer\.org|heart\.org|uspreventiveservicestaskforce\.org)(?=[/:?#\s]|$)",
    re.IGNORECASE,
)
_CODE_NAME = re.compile(
    r"(?:console|logger|log|logging|self|this|os|sys|app|system|window|document)\.(?:info|me|app|co|local|internal)$"
)
"""A name in a program, which only looks like a host."""
_IPV4 = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:/\d{1,2})?(?![\w]|\.\d)"
)
_VERSION = re.compile(
    r"(?:\bv(?:er(?:sion)?)?|\brelease|firmware|software|\bfw|\bsw|\bapp|\bbuild|\boid|section|\bpolicy)[\s.:#]*$",
    re.IGNORECASE,
)
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?(?![\w:])", re.IGNORECASE)
_MAC = re.compile(r"(?<![\w:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])", re.IGNORECASE)


_NINE = re.compile(r"(?<![\w.-])(?<!\d )\d{3} \d{3} \d{3}(?! ?[\d-]|\w)")
"""Nine digits in threes, as much of Europe writes them."""
_LINE_BEHIND = re.compile(r"\s?[-(]?\s?(?:office|mobile|cell|home|fax|work|tel|desk|direct)\b", re.IGNORECASE)


def find_contacts(text: str) -> Iterator[Found]:
    """Telephones, faxes, e-mail and network addresses of the text."""
    yield from _phones(text)
    if "@" in text or "%40" in text:
        for match in _EMAIL.finditer(text):
            yield Found(match.start(), match.end(), PhiType.EMAIL, 0.97 if "." in match[0].partition("@")[2] else 0.7)
    for pattern in (_SAID_EMAIL, _BRACKETED_EMAIL, _WORDED_EMAIL):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), PhiType.EMAIL, 0.8)
    yield from _web(text)
    yield from _network(text)


def _phones(text: str) -> Iterator[Found]:
    for pattern, score in ((_NANP, 0.9), (_PLUS, 0.85), (_TRUNK, 0.75), (_NINE, 0.6)):
        for match in pattern.finditer(text):
            if score == 0.9 or (8 <= _digits(match[0]) <= 15 and not is_code_form(match[0])):
                yield _line(text, match.start(), match.end(), score)
    for pattern in (_VANITY, _BARE_EXTENSION):
        for match in pattern.finditer(text):
            yield _line(text, match.start(), match.end(), 0.7)
    for match in _LOCAL.finditer(text):
        if (
            _LINE_BEHIND.match(text, match.end())
            or match[0].startswith("555")
            or _called(text, match.start(), weak=False)
        ):
            yield _line(text, match.start(), match.end(), 0.75)
    yield from _labelled_lines(text)


def _labelled_lines(text: str) -> Iterator[Found]:
    """Numbers that only the words before make lines."""
    for match in _PAIRS.finditer(text):
        if _called(text, match.start(), weak=True) or (match[0].startswith("0") and _digits(match[0]) == 10):
            yield _line(text, match.start(), match.end(), 0.7)
    for match in _LABELLED.finditer(text):
        digits = _digits(match[0])
        if (7 <= digits <= 15 or digits in (4, 5, 6)) and _called(text, match.start(), weak=digits >= 10):
            yield _line(text, match.start(), match.end(), 0.8)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _called(text: str, start: int, *, weak: bool) -> bool:
    """Whether the words before say that a number to call follows; weak words (`home`, `p`) serve only full numbers."""
    before = text[max(0, start - 48) : start]
    match = _PHONE_WORD.search(before)
    if match is None:
        return False
    meaning, _ = meaning_of(before)
    if meaning not in (None, PhiType.PHONE, PhiType.FAX):
        return False
    return weak or _STRONG_PHONE.search(match[0]) is not None


def _line(text: str, start: int, end: int, score: float) -> Found:
    before = text[max(0, start - 40) : start]
    fax = _FAX_WORD.search(before) is not None and _OTHER_LINE.search(before) is None
    return Found(start, end, PhiType.FAX if fax else PhiType.PHONE, score)


def _web(text: str) -> Iterator[Found]:
    for pattern, score in ((_URL, 0.95), (_BARE_HOST, 0.7)):
        for match in pattern.finditer(text):
            shown = match[0].rstrip(".,;:!?)]}>*'\"")
            if not _PUBLIC_HOST.match(shown) and not _CODE_NAME.match(shown):
                yield Found(match.start(), match.start() + len(shown), PhiType.URL, score)


def _network(text: str) -> Iterator[Found]:
    for match in _IPV4.finditer(text):
        if not _VERSION.search(text, max(0, match.start() - 14), match.start()):
            meaning, _ = meaning_of(text[max(0, match.start() - 24) : match.start()])
            if meaning != KEEP:
                yield Found(match.start(), match.end(), PhiType.IP, 0.9)
    for match in _IPV6.finditer(text):
        if _is_ipv6(match[0]):
            yield Found(match.start(), match.end(), PhiType.IP, 0.9)
    for match in _MAC.finditer(text):
        yield Found(match.start(), match.end(), PhiType.DEVICE_ID, 0.9)


def _is_ipv6(shown: str) -> bool:
    """A full address, or a shortened one with enough in it not to be a time or a ratio."""
    try:
        IPv6Address(shown.partition("%")[0])
    except AddressValueError:
        return False
    return len(shown) > 5 and shown.count(":") > 1
