"""The words that records and answers say states by: whole phrases, so that they read well in a sentence."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from agents.casework.panel.clocks import ClockKind
from agents.casework.panel.standing import Standing
from cases.authorization import Need
from cases.case import LineOfBusiness
from cases.criteria import Op
from cases.lifecycle import CaseState

STATE: dict[CaseState, str] = {
    CaseState.OPENED: "new, about to be worked",
    CaseState.WORKING: "being worked",
    CaseState.WAITING_DOCUMENTS: "waiting for documents",
    CaseState.NEEDS_PERSON: "held back until a person settles it",
    CaseState.AWAITING_REVIEW: "ready for a person's decision",
    CaseState.APPROVED: "approved and about to be sent",
    CaseState.SUBMITTING: "being sent",
    CaseState.SUBMITTED: "sent, without an answer yet",
    CaseState.PENDED: "pended by the payer",
    CaseState.AUTHORIZED: "authorized by the payer",
    CaseState.MODIFIED: "authorized with changes",
    CaseState.DENIED: "denied by the payer",
    CaseState.NOT_REQUIRED: "in need of no prior authorization",
    CaseState.RETURNED: "returned by a person",
    CaseState.CLOSED: "closed",
}
STANDING: dict[Standing, str] = {
    Standing.MET: "met",
    Standing.NOT_MET: "not met",
    Standing.NOT_SHOWN: "not shown by the chart",
    Standing.ERROR: "could not be judged",
    Standing.NOT_NEEDED: "not needed, another way is met",
    Standing.ABSENT: "exclusion not present",
    Standing.PRESENT: "exclusion present",
    Standing.NOT_RULED_OUT: "exclusion not ruled out",
}
NEED: dict[Need, str] = {
    Need.REQUIRED: "Prior authorization is required",
    Need.PRESUMED: "Prior authorization is presumed, because the payer's own list is not held",
    Need.NOT_REQUIRED: "No prior authorization is required",
    Need.VENDOR: "A vendor decides for the plan",
    Need.UNKNOWN: "Whether prior authorization is required is not known",
}
LINE: dict[LineOfBusiness, str] = {
    LineOfBusiness.MEDICARE_FFS: "Original Medicare",
    LineOfBusiness.MEDICARE_ADVANTAGE: "Medicare Advantage",
    LineOfBusiness.PART_D: "Medicare Part D",
    LineOfBusiness.MEDICAID_FFS: "Medicaid",
    LineOfBusiness.MEDICAID_MCO: "Medicaid managed care",
    LineOfBusiness.COMMERCIAL_INSURED: "commercial, fully insured",
    LineOfBusiness.ERISA_SELF_FUNDED: "self-funded employer plan",
    LineOfBusiness.MARKETPLACE: "marketplace plan",
}
CLOCK: dict[str, str] = {
    ClockKind.SEND_BY: "Last day to send so that the payer must decide before the service",
    ClockKind.SERVICE: "Service is on",
    ClockKind.DECISION_DUE: "Payer must decide by",
    ClockKind.FILE_BY: "Last day to file the appeal",
}
OPERATOR: dict[Op, str] = {
    Op.ALL: "all of these",
    Op.ANY: "any one of these",
    Op.AT_LEAST: "at least {n} of these",
    Op.NONE: "none of these",
    Op.LEAF: "",
}
CHANNEL: dict[str, str] = {
    "pas": "PAS (electronic, FHIR)",
    "x12": "X12 278",
    "portal": "the payer's portal",
    "phone": "telephone",
    "fax": "fax",
}
HELD: dict[str, tuple[str, str]] = {
    "payer_unresolved": ("the payer is not known", "Name the payer and the plan on the coverage."),
    "pa_need_unknown": ("whether authorization is needed is not known", "Ask the payer, and note the answer."),
    "pa_not_required": ("the payer asks for no prior authorization here", "Nothing is to be sent."),
    "vendor_decides": ("a vendor decides this for the plan", "Send it by the vendor's own way."),
    "no_policy_in_force": ("no policy in force for payer, code and date is held", "Import the policy."),
    "criteria_tree_is_draft": ("the criteria are not approved for this policy text", "Have them checked against it."),
    "required_document_missing": ("a document the policy demands is missing", "Ask for it."),
    "criteria_insufficient": ("the chart does not show every criterion", "Ask for what is missing."),
    "criteria_not_met": ("the chart shows that a criterion is not met", "Read the evidence and ask the clinician."),
    "criteria_error": ("a criterion could not be judged because of a fault of ours", "Have the case worked again."),
    "grounding_failed": ("the letter says something its sources do not", "Mend the letter or have it drafted again."),
    "grounding_unknown": ("the letter could not be checked against its sources", "Have the case worked again."),
    "scope_failed": ("the draft draws on another patient's document", "Do not send it; tell a supervisor."),
    "scope_unknown": ("whose documents the draft draws on could not be checked", "Have the case worked again."),
    "request_incomplete": ("the request lacks something the payer's format demands", "Complete the chart."),
    "nothing_drafted": ("nothing was drafted", "See what is missing."),
    "confidence_below_threshold": ("the confidence is below what sending asks for", "Look at its parts on the case."),
    "restricted_by_patient": (
        "the patient asked that the plan not be told",
        "Send nothing to the plan unless the patient changes that.",
    ),
}
"""Why the gate holds a case back, and what a person does about it."""


def held(code: str) -> tuple[str, str]:
    """Why the gate holds back, and what to do; a code without a row in its own words."""
    return HELD.get(code, (code.replace("_", " "), ""))


def day(on: date) -> str:
    """`Fri 4 Dec 2026`."""
    return f"{on:%a} {on.day} {on:%b} {on.year}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Fri 4 Dec 2026, 17:00 EST`."""
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local:%Z}"


def birth(on: date) -> str:
    """`30 Sep 1948`: nobody asks on which day of the week."""
    return f"{on.day} {on:%b} {on.year}"


def upper_first(text: str) -> str:
    """For the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """For the middle of a sentence; a name in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text.startswith("A ") else text


def closed(text: str) -> str:
    """One line that ends like a sentence."""
    line = " ".join(text.split())
    return line if not line or line[-1] in ".?!:" else f"{line}."
