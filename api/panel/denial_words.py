"""The words for what the denials' code calls by short names: pathways, clocks, who may file, where it came from."""

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlencode

from agents.casework.denials.views import DueCount
from cases.appeal import Filing, Result, Stance
from cases.denial import DenialSource, DenialStatus, Pathway

PATHWAY: dict[Pathway, tuple[str, str, str]] = {
    Pathway.CLINICAL: (
        "Clinical appeal", "act",
        "The payer doubts that the service is needed. Ask for a peer-to-peer talk, then appeal with the criteria and "
        "the records that meet them.",
    ),
    Pathway.DOCUMENTS: (
        "Send documents", "act",
        "The payer lacks a paper. Send it and ask for a reopening; the time to appeal runs on meanwhile.",
    ),
    Pathway.AUTHORIZATION: (
        "Show authorization", "act",
        "The payer found no authorization that fits. Show it, or that none was needed, or an emergency; else ask for "
        "one afterwards.",
    ),
    Pathway.CORRECTED_CLAIM: (
        "Corrected claim", "wait",
        "The claim is to be corrected and sent again. It is no appeal, and it does not stretch the time for one.",
    ),
    Pathway.CODE: ("Correct the coding", "wait", "The coding does not fit. Have it corrected; send the claim again."),
    Pathway.ADMINISTRATIVE: (
        "Procedure and time", "act",
        "The payer says that a time or a procedure was missed. Appeal with proof of the time, or of good cause.",
    ),
    Pathway.BENEFIT: (
        "Benefit or exclusion", "warn",
        "The plan does not cover it. An appeal argues from the plan's own words; external review is seldom open.",
    ),
    Pathway.NO_APPEAL: ("No appeal", "plain", "The payer's code gives no appeal. Send a new or corrected claim."),
    Pathway.PERSON: (
        "A person decides", "warn", "The codes and the words do not say what to do, or they contradict each other.",
    ),
    Pathway.TAKE_BACK: (
        "Take-back", "bad", "The payer takes back what it had paid. Compare it with the first decision.",
    ),
    Pathway.UNDERPAYMENT: ("Underpayment", "wait", "Compare with the contract, and dispute under the contract."),
    Pathway.WAIT: ("Wait", "wait", "The payer has not decided. Its own clock runs."),
    Pathway.NONE_PAID: ("Paid", "ok", "A contractual reduction, or the patient's share."),
}  # fmt: skip
"""A pathway in words, its tone, and what it asks for."""

STATUS: dict[DenialStatus, tuple[str, str]] = {
    DenialStatus.OPEN: ("Open", "act"),
    DenialStatus.NEEDS_PERSON: ("Needs a person", "warn"),
    DenialStatus.CLOSED: ("Closed", "plain"),
}

APPEAL = {"yes": "May be appealed", "no": "No appeal", "person": "A person decides whether to appeal"}

FILING: dict[Filing, str] = {
    Filing.APPEAL: "An appeal by letter, with enclosures",
    Filing.EXPEDITED_APPEAL: "An expedited appeal by letter, with enclosures",
    Filing.REOPENING: "A request to reopen, with the paper that was lacking",
    Filing.CORRECTED_CLAIM: "A corrected claim; no letter",
    Filing.EXTERNAL_REVIEW: "A request for external review, with all that went before",
    Filing.HEARING: "A request for a hearing, with all that went before",
    Filing.PERSON: "Nothing yet: a person chooses",
    Filing.NONE: "Nothing: no appeal is open",
}

STANCE: dict[Stance, tuple[str, str]] = {
    Stance.CONTESTED: ("Contested with evidence", "ok"),
    Stance.SUPPLIED: ("The paper is supplied", "ok"),
    Stance.NOT_SHOWN: ("Not claimed: the chart lacks it", "warn"),
    Stance.OTHER_WAY: ("Settled another way", "plain"),
    Stance.PERSON: ("A person decides", "warn"),
}

RESULT: dict[Result, str] = {
    Result.OVERTURNED: "Overturned",
    Result.PARTLY: "Overturned in part",
    Result.UPHELD: "Upheld",
    Result.DISMISSED: "Dismissed",
    Result.WITHDRAWN: "Withdrawn by us",
}

CLOCK = {"file_by": "File the appeal by", "reopen_by": "Ask for the reopening by", "decided_by": "The payer decides by"}

SOURCE: dict[DenialSource, str] = {
    DenialSource.LETTER: "a letter",
    DenialSource.X12_835: "a remittance (X12 835)",
    DenialSource.X12_278: "an answer to a request (X12 278)",
    DenialSource.X12_277: "a claim status (X12 277)",
    DenialSource.PAS: "an answer by PAS",
}

NOTICE = {
    "remind": "Reminder: nothing has been filed yet",
    "escalate": "A supervisor should see that it is filed",
    "passed": "The time to file has passed without a filing",
}

NO_DATE = {
    "no_appeal": "nothing can be appealed",
    "line_of_business_unknown": "the line of business is not known",
    "missing_event": "the notice bears no date that can be read",
    "filer_not_allowed": "this person may not file it",
    "not_exhausted": "an earlier level is still open",
    "no_such_level": "there is no such level",
    "state_delay": "the State has a delay",
}

FILTERS: tuple[tuple[str, str, frozenset[DenialStatus]], ...] = (
    ("open", "Open", frozenset({DenialStatus.OPEN, DenialStatus.NEEDS_PERSON})),
    ("person", "Needs a person", frozenset({DenialStatus.NEEDS_PERSON})),
    ("closed", "Closed", frozenset({DenialStatus.CLOSED})),
)
"""The filters of the list of denials: key, words, statuses."""


def who(names: Sequence[str]) -> str:
    """`the member, a representative or the treating physician`."""
    spoken = [_WHO.get(name, name.replace("_", " ")) for name in names]
    return spoken[0] if len(spoken) == 1 else f"{', '.join(spoken[:-1])} or {spoken[-1]}" if spoken else ""


_WHO = {
    "enrollee": "the member",
    "patient": "the patient",
    "representative": "a representative",
    "authorized_representative": "an authorized representative",
    "treating_physician": "the treating physician",
    "provider": "the provider",
    "prescriber": "the prescriber",
    "claimant": "the claimant",
    "beneficiary": "the beneficiary",
    "noncontract_provider_with_waiver": "a provider without a contract, with a waiver of liability",
    "provider_or_supplier": "the provider or supplier",
    "provider_with_written_consent": "the provider with the member's written consent",
    "health_professional_with_knowledge": "a health professional who knows the case",
    "nobody_automatic": "nobody: the payer forwards it by itself",
}


def no_date(why: str) -> str:
    """Why no day is claimed."""
    return NO_DATE.get(why, why.replace("_", " ")) or "no rule binds it"


def money(amount: Decimal | None) -> str:
    """`$1,140.00`; empty where no amount is known."""
    return "" if amount is None else f"${amount:,.2f}"


def short(text: str, most: int = 140) -> str:
    """The text up to a whole word near so many letters."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def due_address(row: DueCount) -> str:
    """The query string that shows the denials of one row."""
    return urlencode({"payer": row.payer_id or row.payer, "day": str(row.day) if row.day else "none"})
