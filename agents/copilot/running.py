"""Runs of the copilot: each stored when it begins and when it ends, so that one that was cut off is taken up again."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from agents.copilot.answer import ChartSource, CopilotAnswer, RecordSource, ToolCall
from agents.copilot.graph import Sitting, answer
from agents.copilot.hands import CopilotHands, RunStopped
from agents.copilot.question import Asker, Kind, Question
from agents.copilot.tools import CopilotTools, Shelves
from agents.model_work import call_events
from cases.audit_event import Actor, AuditEvent
from cases.errors import Conflict, CountersignError, InputError, NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId
from runtime import case_store, copilot_store
from runtime.copilot_store import Feedback, RunStatus, StoredRun, Thread
from runtime.database import Transaction

_EARLIER = 4
_LONGEST_QUESTION = 2000
_TITLE = 80
_DAMAGED = "A stored text does not say any more what would be quoted, so nothing is shown. Tell a supervisor."
_UNEXPECTED = "Something failed inside; nothing further was done. Ask again, or tell whoever runs this server."


class RunRequest(Frozen):
    """A question for a thread; ids that the caller made, so that the same is not asked twice; empty for new ones."""

    question: Question
    thread_id: str = ""
    run_id: str = ""


class Run(Frozen):
    """A run as the doors tell it: what was asked, how far it has come, and the answer where there is one."""

    stored: StoredRun
    question: Question
    answer: CopilotAnswer | None = None
    tools: tuple[ToolCall, ...] = ()

    @property
    def ended(self) -> bool:
        return self.stored.status is not RunStatus.RUNNING


@dataclass(frozen=True)
class Copilot:
    """The use cases of the copilot, for one process. Every one of them looks at what the asker may see."""

    shelves: Shelves

    def begin(self, asker: Asker, request: RunRequest) -> Run:
        """Keep the question; the run of before where this id was begun already.

        Raises InputError, NotFound for a case the asker does not see, Conflict for an id that another question has.
        """
        text = request.question.text.strip()
        if not text or len(text) > _LONGEST_QUESTION:
            raise InputError(f"question: write 1 to {_LONGEST_QUESTION} letters")
        with self.shelves.toolbox.database.begin() as transaction:
            if request.run_id and copilot_store.is_taken(transaction, request.run_id):
                return self._again(transaction, asker, request)
            thread = self._thread(transaction, asker, request)
            earlier = copilot_store.runs(transaction, thread.id)[-_EARLIER:]
            before = tuple(Question.model_validate_json(run.question).text for run in earlier)
            question = request.question.model_copy(
                update={"case_id": thread.case_id, "before": before or request.question.before}
            )
            stored = StoredRun(
                id=request.run_id or uuid.uuid4().hex,
                thread_id=thread.id,
                place=1,
                user_id=asker.user_id,
                status=RunStatus.RUNNING,
                asked_at=self.shelves.toolbox.clock.now(),
                question=question.model_dump_json(),
            )
            return _told(copilot_store.add_run(transaction, stored))

    def _again(self, transaction: Transaction, asker: Asker, request: RunRequest) -> Run:
        try:
            run = _told(copilot_store.run_of(transaction, asker.user_id, request.run_id))
        except NotFound:
            raise Conflict("This run id is taken; make a new one for each question.") from None
        same_thread = request.thread_id in ("", run.stored.thread_id)
        if run.question.text != request.question.text or not same_thread:
            raise Conflict("This run id was used for another question; make a new one for each question.")
        return self._seen(asker, run)

    def _thread(self, transaction: Transaction, asker: Asker, request: RunRequest) -> Thread:
        case_id, now = request.question.case_id, self.shelves.toolbox.clock.now()
        held = copilot_store.thread_of(transaction, asker.user_id, request.thread_id) if request.thread_id else None
        if held is not None:
            if case_id is not None and held.case_id != case_id:
                raise Conflict("This thread is about another case; begin a new one.")
            case_id = held.case_id
        if case_id is not None:
            asker.must_see(case_id)
            case_store.get(transaction, case_id)
        if held is not None:
            return held
        thread = Thread(
            id=request.thread_id or uuid.uuid4().hex,
            user_id=asker.user_id,
            case_id=case_id,
            opened_at=now,
            updated_at=now,
            title=" ".join(request.question.text.split())[:_TITLE],
        )
        copilot_store.open_thread(transaction, thread)
        return thread

    def work(
        self,
        asker: Asker,
        run: Run,
        told: Callable[[Run], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Answer it and keep the answer; `told` hears of each tool call. A run that has ended is given as it is.

        Whatever goes wrong becomes an answer that says so; the thread goes on.
        """
        if run.ended:
            return run
        hands = CopilotHands(
            CopilotTools(self.shelves, asker), lambda calls: told(run.model_copy(update={"tools": calls})), stopped
        )
        sitting = Sitting(question=run.question, hands=hands)
        try:
            return self._end(asker, run, sitting, RunStatus.DONE, answer(sitting))
        except RunStopped:
            return self._end(asker, run, sitting, RunStatus.STOPPED, None)
        except CountersignError as error:
            damaged = isinstance(error, StoreDamaged)
            return self._end(asker, run, sitting, RunStatus.DONE, _failed(_DAMAGED if damaged else error.message))
        except Exception:
            self._end(asker, run, sitting, RunStatus.FAILED, _failed(_UNEXPECTED))
            raise

    def ask(self, asker: Asker, request: RunRequest) -> Run:
        """Begin and work in one, for doors that do not stream."""
        return self.work(asker, self.begin(asker, request))

    def _end(self, asker: Asker, run: Run, sitting: Sitting, status: RunStatus, given: CopilotAnswer | None) -> Run:
        now = self.shelves.toolbox.clock.now()
        content = given.model_dump_json().encode() if given else None
        with self.shelves.toolbox.database.begin() as transaction:
            if copilot_store.end_run(transaction, run.stored.id, status, content, now):
                self._audit(transaction, asker, run, sitting, status, given)
            return _told(copilot_store.run_of(transaction, asker.user_id, run.stored.id))

    def _audit(
        self,
        transaction: Transaction,
        asker: Asker,
        run: Run,
        sitting: Sitting,
        status: RunStatus,
        given: CopilotAnswer | None,
    ) -> None:
        """Who asked of which case and how much was told; no word of question or answer."""
        detail: dict[str, str | int | bool | None] = {
            "thread": run.stored.thread_id,
            "case": (sitting.asked.case_id if sitting.asked else None) or run.question.case_id,
            "status": status.value,
            "kind": given.kind.value if given else None,
            "abstained": given.abstained if given else None,
            "sentences": len(given.sentences()) if given else 0,
            "sources": len(given.sources()) if given else 0,
            "dropped": given.dropped if given else 0,
            "tools": ",".join(call.name for call in sitting.hands.calls),
            "reader": given.reader if given else None,
        }
        log = sitting.model.log if sitting.model else None
        told = [*(call_events("copilot", log) if log else ()), ("copilot.answered", detail)]
        toolbox = self.shelves.toolbox
        toolbox.audit.append_all(
            transaction,
            [
                AuditEvent(
                    tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON,
                    actor_id=asker.user_id, action=action, subject=run.stored.id, detail=told_detail,
                )
                for action, told_detail in told
            ],
        )  # fmt: skip

    def stop(self, asker: Asker, run_id: str) -> Run:
        """Stop a run that goes; one that has ended stays as it is. Raises NotFound."""
        with self.shelves.toolbox.database.begin() as transaction:
            copilot_store.run_of(transaction, asker.user_id, run_id)
            copilot_store.end_run(transaction, run_id, RunStatus.STOPPED, None, self.shelves.toolbox.clock.now())
            return _told(copilot_store.run_of(transaction, asker.user_id, run_id))

    def run(self, asker: Asker, run_id: str) -> Run:
        """One of the asker's own runs. Raises NotFound."""
        with self.shelves.toolbox.database.read() as transaction:
            return self._seen(asker, _told(copilot_store.run_of(transaction, asker.user_id, run_id)))

    def thread(self, asker: Asker, thread_id: str) -> tuple[Thread, tuple[Run, ...]]:
        """One of the asker's own threads with its runs. Raises NotFound."""
        with self.shelves.toolbox.database.read() as transaction:
            thread = copilot_store.thread_of(transaction, asker.user_id, thread_id)
            if thread is None or (thread.case_id is not None and not asker.sees(thread.case_id)):
                raise NotFound("There is no such thread of yours.")
            return thread, tuple(self._seen(asker, _told(run)) for run in copilot_store.runs(transaction, thread_id))

    def give_feedback(self, asker: Asker, feedback: Feedback) -> None:
        """Keep what the asker thinks of one of their own runs. Raises NotFound."""
        toolbox = self.shelves.toolbox
        with toolbox.database.begin() as transaction:
            run = copilot_store.run_of(transaction, asker.user_id, feedback.run_id)
            copilot_store.put_feedback(transaction, feedback)
            detail: dict[str, str | int | bool | None] = {
                "verdict": feedback.verdict, "comment": bool(feedback.comment), "correction": bool(feedback.correction),
                "thread": run.thread_id,
            }  # fmt: skip
            toolbox.audit.append(
                transaction,
                AuditEvent(
                    tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON,
                    actor_id=asker.user_id, action="copilot.feedback", subject=run.id, detail=detail,
                ),
            )  # fmt: skip

    def _seen(self, asker: Asker, run: Run) -> Run:
        """The run, where everything in its answer is of cases that the asker still sees."""
        sources = (*run.answer.sources(), *run.answer.nearest) if run.answer else ()
        cases = {source.case_id for source in sources if isinstance(source, ChartSource | RecordSource)}
        asked_of: set[CaseId] = {run.question.case_id} if run.question.case_id else set()
        if not all(asker.sees(case_id) for case_id in cases | asked_of):
            raise NotFound("There is no such run of yours.")
        return run


def _told(stored: StoredRun) -> Run:
    given = CopilotAnswer.model_validate_json(stored.answer) if stored.answer else None
    return Run(
        stored=stored,
        question=Question.model_validate_json(stored.question),
        answer=given,
        tools=given.tools if given else (),
    )


def _failed(reason: str) -> CopilotAnswer:
    return CopilotAnswer(kind=Kind.HELP, abstained=True, reason=reason, would_help=("Ask again in other words.",))
