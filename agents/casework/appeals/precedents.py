"""What this payer decided here before on the same service and the same kind of reason: lost appeals as well as won."""

from agents.appeal_products import REBUTTAL
from agents.casework.appeals.acts import outcomes
from agents.toolbox import Toolbox
from cases.appeal import ON_THE_MERITS, AppealOutcome, ReasonAnswer, ReasonOutcome, Result
from cases.case import Case
from cases.frozen import Frozen
from runtime import work_store

_MOST = 5


class Precedent(Frozen):
    """One reason decided before. `same_point` says that the same criterion was argued, not only the same kind."""

    outcome: AppealOutcome
    result: Result
    same_point: bool


class Precedents(Frozen):
    """Of one reason of an appeal: decisions on the same point first, newest first, and how all went, with the count."""

    number: int
    decided: int
    overturned: int
    partly: int
    shown: tuple[Precedent, ...]

    @property
    def words(self) -> str:
        upheld = self.decided - self.overturned - self.partly
        return f"{self.decided} decided: {self.overturned} overturned, {self.partly} in part, {upheld} upheld"


def precedents_of(toolbox: Toolbox, case: Case) -> tuple[Precedents, ...]:
    """By reason, in its order; a reason on which nothing was decided before is left out, as are the case's own levels.

    They are for staff: they name other patients' cases, and no letter cites them.
    """
    with toolbox.database.read() as transaction:
        rebuttal = work_store.get_product(transaction, case.id, REBUTTAL)
    if rebuttal is None or case.payer is None:
        return ()
    parent = case.appeal.parent if case.appeal else case.id
    codes = {coding.code for coding in case.order.codes if coding.code}
    before = [
        one
        for one in outcomes(toolbox)
        if one.payer_id == case.payer.id and codes & set(one.service_codes) and one.parent != parent
    ]
    found = (_of_reason(answer, before) for answer in rebuttal.answers)
    return tuple(one for one in found if one.decided)


def _of_reason(answer: ReasonAnswer, before: list[AppealOutcome]) -> Precedents:
    same = [
        Precedent(outcome=outcome, result=reason.result, same_point=_argues(reason, answer))
        for outcome in before
        for reason in outcome.reasons
        if reason.category is answer.category and reason.result in ON_THE_MERITS
    ]
    nearest = sorted(same, key=lambda one: (one.same_point, one.outcome.at), reverse=True)
    return Precedents(
        number=answer.number,
        decided=len(same),
        overturned=sum(one.result is Result.OVERTURNED for one in same),
        partly=sum(one.result is Result.PARTLY for one in same),
        shown=tuple(nearest[:_MOST]),
    )


def _argues(reason: ReasonOutcome, answer: ReasonAnswer) -> bool:
    return bool({leaf.judgement.id for leaf in answer.criteria} & set(reason.criteria))
