"""Whether what a packet would enclose has its legal basis: the case's consents and the law of the states it touches."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from agents.desk import CaseDesk
from agents.toolbox import Hands
from cases.case import Case
from cases.chart import Party
from cases.consent import Consent
from cases.decision import Verdict
from cases.packet import ChartExtract
from guardrails.phi.gazetteer.lexicon import places
from guardrails.sensitive import Disclosee
from guardrails.sensitive_packet import only_with_basis

NO_BASIS = "sensitive_without_basis"
"""Why nothing is drafted, where an enclosure lacks its basis."""
CONSENT_ENDED = "consent_ended"
"""Why approved bytes do not leave: a consent was revoked or expired after they were drafted."""
_PURPOSE = "payment"
"""A request for authorization, an appeal and their evidence are payment activities (45 CFR 164.501)."""


def enclosure_basis(case: Case, extracts: Iterable[ChartExtract], desk: CaseDesk, hands: Hands) -> Verdict:
    """The verdict on these enclosures if they went to the case's payer today."""
    recipient = case.payer.name if case.payer else ""
    today = desk.clock.now().astimezone(hands.zone).date()
    states = _states(case, hands.organization) or ("",)
    to = [Disclosee(recipient=recipient, purpose=_PURPOSE, on=today, state=state) for state in states]
    return only_with_basis(extracts, desk.consents(), *to)


def consent_ended(desk: CaseDesk, hands: Hands, drafted_at: datetime) -> bool:
    """Whether a consent on record when the packet was drafted has ended since: the packet may rest on it."""
    drafted, today = (moment.astimezone(hands.zone).date() for moment in (drafted_at, desk.clock.now()))
    return any(
        one.signed_on <= drafted and not one.in_force(today) and not _ended_by(one, drafted) for one in desk.consents()
    )


def _ended_by(consent: Consent, day: date) -> bool:
    """Whether it had ended before that day, so that nothing drafted on it can rest on the consent."""
    return (
        consent.expires_on is not None
        and consent.expires_on < day
        or (consent.revoked_on is not None and consent.revoked_on < day)
    )


def _states(case: Case, organization: Party | None) -> tuple[str, ...]:
    """The states whose law may bind: where the discloser and the providers sit, and where the patient lives."""
    parties = [party for party in (organization, case.requester, case.performer) if party]
    found = [*(party.address.state for party in parties), case.patient.address.state]
    named = [state.strip().upper() for state in found if state.strip()]
    return tuple(dict.fromkeys(_codes().get(state, state) for state in named))


@cache
def _codes() -> dict[str, str]:
    """Postal codes of the fifty states by name; the list of codes holds the District's among them."""
    codes = [code for code in places()["state_codes"] if code != "DC"]
    return {name.upper(): code for name, code in zip(places()["us_states"][:50], codes, strict=False)} | {
        "DISTRICT OF COLUMBIA": "DC"
    }
