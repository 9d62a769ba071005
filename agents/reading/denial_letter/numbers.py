"""The numbers, names and codes by which a letter is joined to its case, and where an appeal is sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from agents.reading.denial_letter.layout import Unit, flat

_TOKEN = re.compile(r"(?<![\w-])(?=[A-Z0-9-]*\d)[A-Z]{1,5}(?:-[A-Z0-9]+)+(?![\w-])")
_PLAIN_NUMBER = r"(?=[A-Z0-9]*\d)[A-Z0-9]{6,20}"
_POLICY = re.compile(r"(?<![\w-])(?:[A-Z]{1,4}-[A-Z]{2,5}-\d{1,4}[A-Z]?|(?:LCD|NCD|L)[ -]?\d{2,6}(?:\.\d+)*)(?![\w-])")
_REQUESTS = re.compile(r"-(?:PA|AUTH|IP|REQ|CASE|REF|UM|CD)-")
"""Parts by which payers mark the number of a request, which has the shape of a policy's."""
_NO_NUMBER = re.compile(r"(?:CO|PR|OA|PI|CMS|HHS|OMHA|DAB|ICD|CPT|HCPCS|FORM|DRG)-?[A-Z0-9]+")
_KINDS = (
    ("policy", re.compile(r"\b(?:policy|guideline|criteri(?:on|a)|rule(?: is)?|lcd|ncd|under)\W{0,4}$", re.IGNORECASE)),
    ("appeal", re.compile(r"\bappeal(?: file| no| number| case)?[\s:#.]{0,4}$", re.IGNORECASE)),
    ("claim", re.compile(r"\b(?:claim|clm|icn|dcn)(?: no\.?| number| control number)?[\s:#.]{0,16}$", re.IGNORECASE)),
    ("group", re.compile(r"\bgroup(?: no\.?| number)?[\s:#.]{0,4}$", re.IGNORECASE)),
    (
        "authorization",
        re.compile(
            r"\b(?:ref(?:erence)?|case|auth(?:orization)?|request|our|tracking|certification)"
            r"(?: no\.?| number| id)?[\s:#.]{0,16}$", re.IGNORECASE,
        ),
    ),
)  # fmt: skip
_MEMBER = re.compile(
    r"\b(?:(?:member|enrollee|subscriber|your|patient|medicare|recipient|beneficiary)\s*(?:id|number"
    r"|no\.?|#)|id|mbr|mbi|hicn)\b"
    r"[\s:#.]{0,14}(?P<id>[A-Z]{0,4}\d[A-Z0-9]{6,14})(?![\w-])",
    re.IGNORECASE,
)
_MEMBER_TOKEN = re.compile(
    r"(?<![\w-])(?P<id>[A-Z]{2,4}\d{6,10}|[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2})(?![\w-])"
)
_CODE = re.compile(
    r"(?:\b(?i:rev(?:enue)?\.?(?: code)?|bill code) (?P<rev>0\d{3})\b)"
    r"|(?<![\w.-])(?P<hcpcs>[A-HJ-NP-V]\d{4})(?![\w.])"
    r"|(?<![\w.,$-])(?P<cpt>\d{4}[0-9TFU])(?![\w.,-]*\d)"
)
_NAME = r"[A-Z][\w'’.-]+(?:,? (?:[A-Z][\w'’-]+\.?|[A-Z]\.?|de|la|van|von|del)){1,4}"
_NAME_LABEL = re.compile(
    r"(?:\b(?i:name of (?:member|patient|enrollee)|(?:enrollee|member|patient"
    r"|beneficiary)(?:['’]s)?(?: name)?|name|for|re|to|dear)\b"
    rf"[\s:.]{{1,24}})(?P<name>{_NAME})"
)
_ADDRESSEE = re.compile(r"(?:to|dear)\b", re.IGNORECASE)
"""The one written to is often not the patient, so that another label goes before."""
_NOT_NAMES = re.compile(
    r"\b(?:id|number|health|plan|appeals?|services?|member|unit|md|do|np|rn|aprn|pa|hospital|clinic"
    r"|office|center|department|benefit|"
    r"review|request|date|copy|medical|claim|our|we|the|your|you|billing|provider|group|physicians?"
    r"|coverage|notice)\b",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r",?\s+(?=(?:ID|DOB|MRN|Dear|Member|Reference|Fax|FAX|Facility|Physician|Provider|Request|Your|Case"
    r"|We|Medicare|Medicaid|Recipient|Patient|Beneficiary|DOS|Dos|CLM|Clm|MBI|Mbi|MBR|ICN|Enrollee|HCPCS|CPT)\b)|,\s*(?=\w*\d)"
)
_FAX = re.compile(
    r"\bfax(?:ed)?(?: (?:it|them|us|number|no\.?|at))?(?: to)?[\s:.]{0,10}(?P<n>(?:\(?\d{3}\)?[ -])?\d{3}-\d{4})",
    re.IGNORECASE,
)
_TO = re.compile(r"^(?:fax )?to ?:", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<who>(?:[A-Z][\w.&'’-]*,? (?:(?:of|for|and|the) )*){0,8})"
    r"(?P<street>P\.?O\.? Box \d+,? |\d+ (?:[A-Z0-9][\w.'’-]* ){0,4}?(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln"
    r"|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Parkway|Pkwy|Highway|Hwy|Plaza|Square|Quay|Terrace|Circle)\.?,? "
    r"(?:(?:Suite|Ste|Floor|Unit|Room|Dept)\.? \w+,? )?|\d+ (?:[A-Z0-9][\w.'’-]*,? ){1,6}?)"
    r"(?P<city>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,2}),? (?P<state>[A-Z]{2}),? (?P<zip>\d{5}(?:-\d{4})?)"
)
_DAY_BEFORE = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, (?:19|20)\d\d\b|\b\d{1,2}/\d{1,2}/\d{4}\b"
)
"""A date in a letterhead's other column, whose year would be read as the house number."""
_STATE_BEFORE = re.compile(r"\b[A-Z]{2},? $")


@dataclass(frozen=True)
class Numbers:
    """What was found; empty where the letter gives none."""

    authorization: str
    claim: str
    appeal: str
    member_id: str
    patient: str
    codes: tuple[str, ...]
    policies: tuple[str, ...]


def read_numbers(text: str, units: tuple[Unit, ...]) -> Numbers:
    """Numbers by their labels first, then by their shape."""
    whole = flat(text)
    found: dict[str, list[str]] = {"policy": [], "appeal": [], "claim": [], "authorization": [], "group": [], "": []}
    for match in _TOKEN.finditer(whole):
        if _NO_NUMBER.fullmatch(match[0]):
            continue
        found[_kind_of(match, whole)].append(match[0])
    member = _MEMBER.search(whole) or _MEMBER_TOKEN.search(whole)
    member_id = member["id"].upper() if member else ""
    authorization = next((n for n in (*found["authorization"], *found[""]) if n not in found["claim"]), "")
    return Numbers(
        authorization=authorization or _labelled(whole, r"(?:authorization|auth|reference|case|request)", member_id),
        claim=next(iter(found["claim"]), "") or _labelled(whole, r"(?:claim|clm|icn)", member_id),
        appeal=next(iter(found["appeal"]), ""),
        member_id=member_id,
        patient=_patient(text, whole, member_id),
        codes=tuple(dict.fromkeys(_codes(whole))),
        policies=tuple(dict.fromkeys(found["policy"])),
    )


def policies_in(text: str) -> tuple[str, ...]:
    """Policy numbers inside a passage, by their shape."""
    return tuple(dict.fromkeys(match[0] for match in _POLICY.finditer(flat(text))))


def _kind_of(match: re.Match[str], whole: str) -> str:
    before = whole[max(0, match.start() - 40) : match.start()]
    labelled = next((kind for kind, pattern in _KINDS if pattern.search(before)), "")
    if labelled:
        return labelled
    return "policy" if _POLICY.fullmatch(match[0]) and not _REQUESTS.search(match[0]) else ""


def _labelled(whole: str, words: str, not_this: str) -> str:
    pattern = rf"\b{words}(?: number| no\.?| id)?\s*[:#]?\s*(?P<n>{_PLAIN_NUMBER})(?![\w-])"
    found = (match["n"] for match in re.finditer(pattern, whole, re.IGNORECASE))
    return next((number for number in found if number != not_this), "")


def _codes(whole: str) -> Iterator[str]:
    for match in _CODE.finditer(whole):
        if match["rev"]:
            yield match["rev"]
        elif match["hcpcs"]:
            yield match["hcpcs"]
        elif not _STATE_BEFORE.search(whole[max(0, match.start() - 5) : match.start()]):
            yield match["cpt"]


def _patient(text: str, whole: str, member_id: str) -> str:
    """The name after its label, else the one beside the member number."""
    labelled = sorted(_NAME_LABEL.finditer(whole), key=lambda match: bool(_ADDRESSEE.match(match[0])))
    for match in labelled:
        name = _tidy(match["name"])
        if name:
            return name
    place = whole.find(member_id) if member_id else -1
    before = re.findall(_NAME, whole[max(0, place - 60) : place]) if place > 0 else []
    return next((name for name in map(_tidy, reversed(before)) if name), "")


def _tidy(name: str) -> str:
    """A name without titles and what follows it; empty where the words are none."""
    kept = _AFTER_NAME.split(name.strip(" ,."))[0].strip(" ,.")
    kept = " ".join(takewhile(lambda word: not any(letter.isdigit() for letter in word), kept.split())).strip(" ,.")
    if _NOT_NAMES.search(kept) or len(kept.split()) < 2:
        return ""
    family, comma, given = kept.partition(",")
    ordered = f"{given.strip()} {family.strip()}" if comma and given.strip() else kept
    return " ".join(word.capitalize() if word.isupper() else word for word in ordered.split())


def appeal_fax(units: tuple[Unit, ...]) -> str:
    """The fax an appeal goes to: the last one that is not the addressee's."""
    found = [match["n"] for unit in units for match in _FAX.finditer(unit.text) if not _TO.search(unit.text)]
    return found[-1] if found else ""


def appeal_address(text: str) -> str:
    """The postal address an appeal goes to: the last one whose words before it speak of appeals, else the last."""
    whole = _DAY_BEFORE.sub("", flat(text)).replace("  ", " ")
    found = list(_ADDRESS.finditer(whole))
    near = [
        one
        for one in found
        if re.search(
            "appeal|mail|write|send|review",
            whole[max(0, one.start() - 120) : one.start() + len(one["who"])],
            re.IGNORECASE,
        )
    ]
    best = (near or found)[-1] if found else None
    if best is None:
        return ""
    street = best["street"].strip(" ,")
    who = best["who"].strip(" ,")
    place = f"{street}, {best['city']}, {best['state']} {best['zip']}"
    return f"{who}, {place}" if len(who.split()) > 1 else place
