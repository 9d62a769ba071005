"""Identifiers known by form: SSN, Medicare number, NPI, DEA, VIN, cards, IBAN, device identifiers."""

import re
from collections.abc import Callable, Iterator

from guardrails.phi.recognizers import check_digits
from guardrails.phi.recognizers.label_words import KEEP, meaning_of
from guardrails.phi.spans import Found, PhiType

_SSN = re.compile(
    r"(?<![\w-])(?<!\d[. ])\d{3}\s?([- .])\s?\d{2}\s?\1\s?(?:\d{4}|\d{2} \d{2})(?![\d-])(?!\.\d)[A-Z]?\d?\b"
)
_MASKED_SSN = re.compile(r"(?<![\w])(?:[x*#X]{3}[- ]?[x*#X]{2}[- ]?)\d{4}(?!\d)")
_LAST_FOUR = re.compile(
    r"\b(?:ssn|social(?: security)?(?: number)?|soc)\W{0,3}(?:\(?last\s?(?:4|four)(?: digits)?\)?"
    r"|ending(?: in)?|ends in|l4)?\W{0,3}(?:of|is|was|:)?(?:\s?\([a-z ]{1,16}\))?\s{0,4}(\d{4})(?![\d-])"
    r"|\blast\s(?:4|four)(?: digits)? (?:of )?(?:the |his |her |my |your )?(?:ssn|social(?: "
    r"security)?(?: number)?)\W{0,3}(?:is|are|was)?(?:\s?\([a-z ]{1,16}\))?\W{0,4}(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MBI = re.compile(
    r"(?<![A-Za-z0-9])[1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Yac-hjkmnp-rt-y\d]\d[- "
    r"]?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Yac-hjkmnp-rt-y\d]\d[- "
    r"]?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]{2}\d{2}(?![A-Za-z0-9])"
)
_HICN = re.compile(r"(?<![\w-])\d{3}-?\d{2}-?\d{4}-?(?:[ABCDEFHJKTW]\d?|M|T)(?![\w])")
_TEN = re.compile(r"(?<![\w.,-])[12]\d{9}(?![\w-])(?!\.\d)")
_DEA = re.compile(r"(?<![A-Za-z0-9])[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}(?![A-Za-z0-9])")
_VIN = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])"
)
_CARD = re.compile(
    r"(?<![\w.-])(?:\d{4}[ -]){3}\d{1,7}(?![\w-])|(?<![\w.-])3[47]\d{2}[ -]\d{6}[ -]\d{5}(?![\w-])"
    r"|(?<![\w.-])\d{12,19}(?![\w-])(?!\.\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_UDI = re.compile(r"\(01\)\s?\d{14}(?:\s?\((?:11|17|10|21|30|240)\)\s?[A-Za-z0-9./-]+)*")
_STARRED = re.compile(r"(?<![\w*])(?:\*{2,}|[xX]{3,}|#{3,}|•{2,})[- ]?\d{3,6}(?![\d*])")
_PHOTO = re.compile(
    r"(?<![\w/])(?:IMG|DSC[NF]?|PHOTO|PXL|SCAN|FACE|HEADSHOT|PORTRAIT|WOUND|FP|IRIS"
    r"|RETINA)[-_][\w-]*\d[\w-]*(?:\.(?:jpe?g|png|tiff?|bmp|heic|gif|dcm|webp|wsq))?\b"
    r"|\b[\w-]{1,60}\.(?:jpe?g|heic|wsq)\b|(?<![\w-])(?=[\w-]{0,60}\d)[\w-]{1,60}\.(?:png|tiff?|dcm|bmp|mp4|mov|wav)\b",
    re.IGNORECASE,
)


_PRINTED = re.compile(
    r"(?<![\w.-])([A-Z]{2,3}) \d{1,5}(?: \d{1,5}){1,4}(?: [A-Z](?=\s*(?:$|[).,;|\n])|\s{2}))?(?![\w-])(?!\.\d)"
)
_SPELLED_CARD = re.compile(
    r"\b[A-Z] as in [A-Za-z]+(?:[\s,.-]+(?:and\s+|then\s+)?(?:[A-Z] as in [A-Za-z]+|\d+(?![\w%])))+", re.IGNORECASE
)
"""A card's number as it is read out: `Q as in queen, 7 7 1 0`."""
_FEWEST_PRINTED = 7
"""Digits of a card number that is printed in groups behind its letters."""


def find_numbers(text: str) -> Iterator[Found]:
    """Identifiers of the text that are known by form alone; labels are read by find_labelled."""
    for match in _SSN.finditer(text):
        meaning, _ = meaning_of(text[max(0, match.start() - 40) : match.start()])
        yield Found(match.start(), match.end(), _typed(meaning, PhiType.SSN), 0.93)
    for match in _MASKED_SSN.finditer(text):
        yield Found(match.start(), match.end(), PhiType.SSN, 0.9)
    for match in _LAST_FOUR.finditer(text):
        group = 1 if match[1] else 2
        yield Found(match.start(group), match.end(group), PhiType.SSN, 0.9)
    yield from _grouped(text)
    for pattern, kind, score, holds in _FORMS:
        for match in pattern.finditer(text):
            if holds(match[0]):
                yield Found(match.start(), match.end(), kind, score)
    for match in _CARD.finditer(text):
        meaning, _ = meaning_of(text[max(0, match.start() - 40) : match.start()])
        if meaning != KEEP:
            score = 0.9 if check_digits.luhn(_digits(match[0])) else 0.7
            yield Found(match.start(), match.end(), _typed(meaning, PhiType.ACCOUNT), score)


def _grouped(text: str) -> Iterator[Found]:
    """Card numbers printed in groups behind their letters, and numbers of which only the end is shown."""
    for match in _PRINTED.finditer(text):
        if len(_digits(match[0])) >= _FEWEST_PRINTED and meaning_of(match[1])[0] is None:
            yield Found(match.start(), match.end(), PhiType.MEMBER_ID, 0.7)
    for match in _SPELLED_CARD.finditer(text):
        yield Found(match.start(), match.end(), PhiType.MEMBER_ID, 0.8)
    for match in _STARRED.finditer(text):
        if match[0].startswith("**") and text.count("**", text.rfind("\n", 0, match.start()) + 1, match.start()) % 2:
            continue
        meaning, _ = meaning_of(text[max(0, match.start() - 40) : match.start()])
        yield Found(match.start(), match.end(), _typed(meaning, PhiType.ACCOUNT), 0.8)


def _typed(meaning: PhiType | str | None, otherwise: PhiType) -> PhiType:
    identifiers = {
        PhiType.MRN,
        PhiType.MEMBER_ID,
        PhiType.ACCOUNT,
        PhiType.LICENSE,
        PhiType.DEVICE_ID,
        PhiType.BIOMETRIC_REF,
    }
    return meaning if isinstance(meaning, PhiType) and meaning in identifiers else otherwise


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _always(shown: str) -> bool:
    return bool(shown)


def _iban(shown: str) -> bool:
    compact = shown.replace(" ", "")
    return 15 <= len(compact) <= 34 and (check_digits.iban(compact) or sum(c.isdigit() for c in compact) >= 12)


_FORMS: tuple[tuple[re.Pattern[str], PhiType, float, Callable[[str], bool]], ...] = (
    (_MBI, PhiType.MEMBER_ID, 0.92, _always),
    (_HICN, PhiType.MEMBER_ID, 0.94, _always),
    (_TEN, PhiType.LICENSE, 0.8, check_digits.npi),
    (_DEA, PhiType.LICENSE, 0.9, check_digits.dea),
    (_VIN, PhiType.VEHICLE, 0.95, check_digits.vin),
    (_IBAN, PhiType.ACCOUNT, 0.92, _iban),
    (_UDI, PhiType.DEVICE_ID, 0.95, _always),
    (_PHOTO, PhiType.BIOMETRIC_REF, 0.8, _always),
)
