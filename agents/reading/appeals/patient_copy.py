"""The patient's copy in plain words: a draft that bears the notice until a licensed person has reviewed it."""

from agents.reading.appeals.appeal_wording import AppealMatter
from agents.reading.letter_wording import long_date
from cases.appeal import Filing

NOTICE = (
    "DRAFT. This page was put together by a computer program and was not reviewed by a licensed clinician. "
    "To talk to a person, call the office named below."
)
_DOES = {
    Filing.APPEAL: "We are asking your plan to change its decision. This is called an appeal.",
    Filing.EXPEDITED_APPEAL: "We are asking your plan to change its decision fast, because waiting could harm you.",
    Filing.REOPENING: "Your plan asked for papers. We are sending them and asking it to look again.",
    Filing.EXTERNAL_REVIEW: "We are asking people who do not work for your plan to look at the decision.",
    Filing.HEARING: "We are asking for a hearing about the decision.",
}


def patient_copy(matter: AppealMatter) -> str:
    """Short sentences: what was denied, what we do, what is needed from the patient, what comes next."""
    case, plan, facts = matter.case, matter.plan, matter.facts
    plan_name = facts.payer_name or (case.payer.name if case.payer else "your health plan")
    doctor = case.requester.name if case.requester else "your doctor"
    notice = f" on {long_date(facts.notice_date)}" if facts.notice_date else ""
    lines = [f"> {NOTICE}", "", f"# For {case.patient.full_name}", ""]
    lines += [f"{plan_name} said no{notice} to: {matter.wording or 'a service that was ordered for you'}.", ""]
    lines += [_DOES.get(plan.filing, "We are looking at what can be done."), ""]
    if plan.due:
        lines += [f"It has to be sent by {long_date(plan.due)}.", ""]
    if plan.form:
        lines += [f"We need you to sign a form so that we can ask for you: {plan.form}.", ""]
    if plan.next_level:
        lines += [f"If the answer is still no, there is a next step: {plan.next_level.rstrip('.')}.", ""]
    lines += ["You may ask your plan for free copies of its rules and of your file.", ""]
    phone = f", telephone {case.requester.phone}" if case.requester and case.requester.phone else ""
    lines += [f"Questions: {doctor}{phone}."]
    return "\n".join(lines) + "\n"
