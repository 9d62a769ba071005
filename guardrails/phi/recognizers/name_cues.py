"""Names that a title, a credential or a form's label announces; and where a label makes a name likely."""

import re
from collections.abc import Iterator

from guardrails.phi.spans import Found, PhiType

_CAP = r"[^\W\d_a-z][^\W\d_]*(?:['’-][^\W\d_]+)*"
_PARTICLE = r"(?:(?:de|del|de la|da|do|dos|di|van|van der|van den|von|al|el|la|le|bin|ibn|st\.)[ ])?"
_NAME = rf"(?:{_CAP}\.?[ ]{{1,2}}){{0,3}}?{_PARTICLE}{_CAP}"
_TITLED = re.compile(
    rf"(?<![\w])(?:Drs?|Mr|Mrs|Ms|Mx|Miss|Prof|Professor|Doctor|Rev|Reverend|Fr|Sr|Sra|Srta|Señora?|Hon"
    rf"|Judge|Nurse|Pastor|Rabbi|Imam|Sgt|Lt|Capt|Col|Officer|Deputy|Detective|Attorney|Atty|Dra|DR|MR"
    rf"|MRS|MISS|PROF)\b\.?[ ]{{0,2}}"
    rf"(?P<name>{_PARTICLE}{_CAP}(?:(?:[ ]|\.[ ]?|-){_PARTICLE}{_CAP}(?!\w*\.\w)){{0,3}})"
)
_PAIR = re.compile(
    rf"(?<![\w])(?:Drs?|Mr|Mrs|Ms)\.?[ ]{_CAP}\s?(?:,|and|&|/)\s?(?P<name>{_CAP})(?=\s?(?:,|and|&|\.|;|$|\n))"
)
_CREDENTIALED = re.compile(
    rf"(?<![\w])(?P<name>(?:{_CAP}\.?[ ]){{0,3}}{_CAP}|{_CAP},[ ]{_CAP}(?:[ ]{_CAP}\.?)?),?[ ]{{1,2}}"
    r"(?:M\.?D|D\.?O|R\.?N|N\.?P|PA-?C|Ph\.?D|LPN|LVN|CRNA|PharmD|Pharm\.D|DPM|DDS|DMD|APRN|LCSW|LMSW"
    r"|LICSW|CNM|MBBS|FNP(?:-?[BC]{1,2})?|FACC|FACS|FACP|DPT|RPh|PsyD|LMFT|BSN|MSN|DNP|CCRN|OTR/L"
    r"|CCC-SLP|AGNP|ARNP|MSW|Esq|RRT|RDN|CNA|CMA|NP-C)\b\.?(?![\w-])"
)
_LABELS = (
    r"(?:patient|pt|member|subscriber|insured|enrollee|beneficiary|guarantor|client|claimant|applicant"
    r"|employee|resident|student|child|mother|father|parent|guardian|spouse|husband|wife|son|daughter|"
    r"contact|next of kin|nok|poa|proxy|provider|physician|doctor|attending|surgeon|assistant"
    r"|anesthesiologist|anesthetist|radiologist|pathologist|cardiologist|consultant|referr(?:ed|ing)(?: "
    r"by| physician| provider| md)?|ordering(?: physician| provider| md)?|"
    r"rendering(?: provider)?|primary care(?: physician| provider)?|pcp|requesting (?:provider"
    r"|physician)|prescriber|ordered by|dictated by|transcribed by|signed(?: by)?|electronically signed "
    r"by|verified by|reviewed by|read by|interpreted by|"
    r"performed by|prepared by|entered by|completed by|authored by|author|attn|attention|from|to|cc|re"
    r"|name|full name|legal name|preferred name|first|last|middle|first name|last name|middle name"
    r"|given name|family name|surname|maiden name|alias|aka|nickname|"
    r"nurse|rn|witness|caregiver|interpreter|employer|supervisor|case manager|care manager|social "
    r"worker|therapist|reviewer|medical director|sender|recipient|attendees?|user|agent|caller|customer"
    r"|account holder|cardholder|policy ?holder|emergency contact|"
    r"relative|sibling|sister|brother|donor|teacher|sponsor|owner|assignee|reporter|created by|updated "
    r"by|modified by|submitted by|requested by|approved by|denied by|clinician|practitioner|staff|tech"
    r"|technician|sincerely|regards|respectfully)"
)
_LABEL_HINT = re.compile(
    rf"(?<![\w])(?:{_LABELS})(?:'s)?(?:[ _]?(?:name|nm))?(?:\s?\([^)\n]{{1,24}}\))?\s{{0,3}}(?:[:=|]"
    rf"|\.\s?\.|-\s|–\s|>)[\s.\"'|*_>-]{{0,6}}(?P<value>[^\n:=|;<>\t]{{2,48}})",
    re.IGNORECASE,
)


_INITIALS = re.compile(
    r"[.!?\d]\s*-{1,2}\s?(?P<name>[A-Z]{2,3})\b\.?(?=\s*(?:\n|$))"
    r"|\b(?i:electronically signed|e-signed|signed|initials|charted by|entered by|initialed)(?i:\s+by)?\s?[:/]\s?"
    r"(?P<other>[A-Z]{2,3})\b(?=[\s,.]|$)"
    r"|(?<![\w-])(?P<spelled>[A-Z](?:-[A-Z]){2,})(?![\w-])"
)
"""What signs at the end or behind `initials:`, and a name spelled out (`K-I-N-C`)."""
_NEXT_LINE = re.compile(
    rf"(?:^|\n)[ \t]*(?:{_LABELS})(?:'s)?(?:[ _]?name)?(?:\s?/\s?\w+)?[ \t]*\n[ \t]*(?P<value>[^\n:=|;<>\t]{{2,48}})",
    re.IGNORECASE,
)


_ROLE = re.compile(
    r"\b(?:NP|PA|RN|RT|MA|CNA|LPN|PT|OT|Onc|Cards|Tech|Witness|Signed|PCP|Ortho|Neuro|Uro|Derm|Pulm|Rheum|Endo|Scrub|Aide"
    rf"|Cosigner|Nurse|Therapist|Counselor|Interpreter)\s+(?P<name>{_CAP}(?:\s{_CAP})?)(?=\s*(?:[,.;:)\n]|\d|$))"
)
_HAN_NAME = re.compile(
    "[\u4e00-\u9fff]{2,4}\\s?[:：]\\s?(?P<name>[\u4e00-\u9fff]{2,4}(?:\\s[\u4e00-\u9fff]{1,3})?)(?![\u4e00-\u9fff])"
)


def find_cued_names(text: str) -> Iterator[Found]:
    """Capitalised words after a title or before a credential."""
    for pattern, score in ((_TITLED, 0.8), (_PAIR, 0.6), (_CREDENTIALED, 0.8), (_ROLE, 0.6), (_HAN_NAME, 0.7)):
        for match in pattern.finditer(text):
            yield Found(match.start("name"), match.end("name"), PhiType.NAME, score)


def find_signed_initials(text: str) -> Iterator[Found]:
    """Two or three capitals that sign something; no tagger tells them from acronyms, their place does."""
    for match in _INITIALS.finditer(text):
        group = match.lastgroup or "name"
        yield Found(match.start(group), match.end(group), PhiType.NAME, 0.6)


def name_hints(text: str) -> list[tuple[int, int]]:
    """[start, end) of values whose label says that a person may be named there; the tagger needs less to be sure."""
    return [match.span("value") for pattern in (_LABEL_HINT, _NEXT_LINE) for match in pattern.finditer(text)]
