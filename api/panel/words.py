"""The words for what code calls by short names: states, reasons, checks, events. One table each, nothing decided."""

from agents.casework.panel.phrases import plural as plural
from agents.casework.panel.phrases import sentence as sentence
from agents.casework.panel.standing import Standing
from cases.authorization import Need
from cases.case import LineOfBusiness
from cases.criteria import Op
from cases.decision import ConfidencePart
from cases.evidence import DateBasis, Role
from cases.lifecycle import CaseState
from cases.packet import Gap

STATE: dict[CaseState, tuple[str, str]] = {
    CaseState.OPENED: ("New", "wait"),
    CaseState.WORKING: ("Being worked", "wait"),
    CaseState.WAITING_DOCUMENTS: ("Waiting for documents", "wait"),
    CaseState.NEEDS_PERSON: ("Needs a person", "warn"),
    CaseState.AWAITING_REVIEW: ("Ready to decide", "act"),
    CaseState.APPROVED: ("Approved, sending", "wait"),
    CaseState.SUBMITTING: ("Sending", "wait"),
    CaseState.SUBMITTED: ("Sent, no answer yet", "wait"),
    CaseState.PENDED: ("Pended by the payer", "wait"),
    CaseState.AUTHORIZED: ("Authorized", "ok"),
    CaseState.MODIFIED: ("Authorized with changes", "warn"),
    CaseState.DENIED: ("Denied", "bad"),
    CaseState.NOT_REQUIRED: ("No authorization needed", "ok"),
    CaseState.RETURNED: ("Returned", "bad"),
    CaseState.CLOSED: ("Closed", "plain"),
}
"""A case's state in words, and the tone it is shown in."""

CRITERION: dict[Standing, tuple[str, str]] = {
    Standing.MET: ("Met", "ok"),
    Standing.ABSENT: ("Not present", "ok"),
    Standing.NOT_MET: ("Not met", "bad"),
    Standing.PRESENT: ("Present", "bad"),
    Standing.ERROR: ("Error", "bad"),
    Standing.NOT_SHOWN: ("Not shown", "warn"),
    Standing.NOT_RULED_OUT: ("Not ruled out", "warn"),
    Standing.NOT_NEEDED: ("Not needed", "plain"),
}
"""How a criterion stands, in words; an exclusion that is not there is as good as a criterion that is met."""

OPERATOR: dict[Op, str] = {
    Op.ALL: "all of these",
    Op.ANY: "any one of these",
    Op.AT_LEAST: "at least {n} of these",
    Op.NONE: "none of these",
    Op.LEAF: "",
}

LINE: dict[LineOfBusiness, str] = {
    LineOfBusiness.MEDICARE_FFS: "Original Medicare",
    LineOfBusiness.MEDICARE_ADVANTAGE: "Medicare Advantage",
    LineOfBusiness.PART_D: "Medicare Part D",
    LineOfBusiness.MEDICAID_FFS: "Medicaid",
    LineOfBusiness.MEDICAID_MCO: "Medicaid managed care",
    LineOfBusiness.COMMERCIAL_INSURED: "Commercial, fully insured",
    LineOfBusiness.ERISA_SELF_FUNDED: "Self-funded employer plan",
    LineOfBusiness.MARKETPLACE: "Marketplace plan",
}

NEED: dict[Need, str] = {
    Need.REQUIRED: "Prior authorization is required",
    Need.PRESUMED: "Prior authorization is presumed; the payer's own list is not held",
    Need.NOT_REQUIRED: "No prior authorization is required",
    Need.VENDOR: "A vendor decides for the plan",
    Need.UNKNOWN: "Whether prior authorization is required is not known",
}

CHANNEL = {
    "pas": "PAS (electronic, FHIR)",
    "x12": "X12 278",
    "portal": "the payer's portal",
    "phone": "telephone",
    "fax": "fax",
}

ROLE: dict[Role, tuple[str, str]] = {
    Role.SUPPORTS: ("Counts for it", "ok"),
    Role.CONTRADICTS: ("Speaks against it", "bad"),
    Role.CONSIDERED: ("Seen, does not count", "plain"),
}

BASIS: dict[DateBasis, str] = {
    DateBasis.STATED: "date stated with it",
    DateBasis.EFFECTIVE: "date of the entry",
    DateBasis.NOTE: "date of the note",
    DateBasis.ENCOUNTER: "date of the visit",
    DateBasis.ISSUED: "date it was issued only",
}

REASON: dict[str, tuple[str, str]] = {
    "payer_unresolved": ("The payer is not known.", "Name the payer and the plan on the coverage."),
    "pa_need_unknown": ("Whether authorization is needed is not known.", "Ask the payer, and note the answer."),
    "pa_not_required": ("The payer asks for no prior authorization here.", "Nothing is to be sent."),
    "vendor_decides": ("A vendor decides this for the plan.", "Send it by the vendor's own way."),
    "no_policy_in_force": (
        "No policy in force for this payer, code and date is held.", "Import the policy, or work it by hand.",
    ),
    "criteria_tree_is_draft": (
        "The criteria have not been approved for this policy text.", "Have the criteria checked against the policy.",
    ),
    "required_document_missing": (
        "A document the policy demands is missing; a packet without it is denied on arrival.", "Ask for it.",
    ),
    "criteria_insufficient": ("The chart does not show every criterion.", "Ask for what is missing."),
    "criteria_not_met": ("The chart shows that a criterion is not met.", "Read the evidence; ask the clinician."),
    "criteria_error": ("A criterion could not be judged because of a fault of ours.", "Have it worked again."),
    "grounding_failed": ("The letter says something its sources do not.", "Mend the letter, or have it drafted again."),
    "grounding_unknown": ("The letter could not be checked against its sources.", "Have it worked again."),
    "scope_failed": ("The draft draws on a document of another patient.", "Do not send it; tell a supervisor."),
    "scope_unknown": ("Whose documents the draft draws on could not be checked.", "Have it worked again."),
    "sensitive_failed": (
        "A document that would be enclosed is protected by more than HIPAA, and its basis is not on record.",
        "Record the patient's consent, or leave the document out.",
    ),
    "consent_ended": (
        "A consent that the packet may rest on has ended since it was drafted.", "Have the case worked again.",
    ),
    "sensitive_without_basis": (
        "Nothing was drafted: an enclosure lacks the consent that the law asks for.",
        "See which under Guards; record the consent and have the case worked again.",
    ),
    "request_incomplete": ("The request lacks something the payer's format demands.", "Complete the chart."),
    "nothing_drafted": ("Nothing was drafted.", "See what is missing below."),
    "confidence_below_threshold": ("The confidence is below what sending asks for.", "Look at its parts below."),
}  # fmt: skip
"""Why the gate holds a case back, and what a person does about it."""

GUARD: dict[str, tuple[str, str]] = {
    "grounding": (
        "Every sentence rests on its source", "Each quote, number, date and code of the letter was sought in the "
        "passage it cites.",
    ),
    "sensitive": (
        "No enclosure without its legal basis", "Psychotherapy notes never go; Part 2, HIV, mental health, genetic and "
        "reproductive records go by consent or by the state's rule in force.",
    ),
    "scope": ("Only this patient's documents", "Each document the letter and the packet draw on names this patient."),
}  # fmt: skip

PART: dict[str, str] = {
    "payer": "Payer recognised",
    "order": "Order without open questions",
    "policy": "Policy in force",
    "criteria": "Criteria shown",
    "reading": "Reading of the weakest passage",
}

FILTERS: tuple[tuple[str, str, frozenset[CaseState]], ...] = (
    ("open", "Open", frozenset({
        CaseState.OPENED, CaseState.WORKING, CaseState.WAITING_DOCUMENTS, CaseState.NEEDS_PERSON,
        CaseState.AWAITING_REVIEW, CaseState.RETURNED, CaseState.APPROVED, CaseState.SUBMITTING,
        CaseState.SUBMITTED, CaseState.PENDED,
    })),
    ("decide", "Ready to decide", frozenset({CaseState.AWAITING_REVIEW})),
    ("documents", "Waiting for documents", frozenset({CaseState.WAITING_DOCUMENTS})),
    ("person", "Needs a person", frozenset({CaseState.NEEDS_PERSON, CaseState.RETURNED})),
    ("sent", "With the payer", frozenset({
        CaseState.APPROVED, CaseState.SUBMITTING, CaseState.SUBMITTED, CaseState.PENDED,
    })),
    ("decided", "Decided", frozenset({
        CaseState.AUTHORIZED, CaseState.MODIFIED, CaseState.DENIED, CaseState.NOT_REQUIRED, CaseState.CLOSED,
    })),
    ("all", "All", frozenset()),
)  # fmt: skip
"""The worklist's own filters: key, words, states."""


def reason(code: str) -> tuple[str, str]:
    """Why the gate holds back, and what to do."""
    return REASON.get(code, (sentence(code), ""))


def channel(name: str) -> str:
    return CHANNEL.get(name, name or "the way the payer names")


def part_why(part: ConfidencePart) -> str:
    """Why a part of the confidence has its value, without the names that only code uses."""
    if part.name == "criteria":
        return {
            "the tree is MET": "what the policy asks is shown",
            "the tree is NOT_MET": "the chart speaks against what the policy asks",
            "the tree is INSUFFICIENT": "the chart does not show all that the policy asks",
            "the tree is ERROR": "a criterion could not be judged",
        }.get(part.why, part.why)
    if part.why.startswith("recognised by") and "|" in part.why:
        return "recognised by its identifier"
    return part.why.replace("_", " ").replace("criteria tree approved", "criteria approved")


def asked_for(gaps: tuple[Gap, ...]) -> list[Gap]:
    """One gap for each document that is missing."""
    return list({gap.document: gap for gap in reversed(gaps)}.values())[::-1]


def initials(name: str) -> str:
    """Two letters for a person."""
    parts = name.split()
    return "".join(part[0] for part in (parts[0], parts[-1]) if part)[:2].upper() if parts else "?"
