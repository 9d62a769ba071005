"""`countersign review`: see what waits for a person, and decide it."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import context, review_facts

app = typer.Typer(help="Decide what the agents prepared.\n\nExample: countersign review list", no_args_is_help=True)
app.add_typer(review_facts.app, name="fact")

As = Annotated[str | None, typer.Option("--as", help="The user who decides; default COUNTERSIGN_USER.")]
Digest = Annotated[
    str | None, typer.Option("--digest", help="The digest `review show` printed; default: what is drafted now.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the case's artefacts here afterwards.")]


@app.command("list")
def list_waiting() -> None:
    """Cases that wait for a decision, the longest untouched first.

    Example: countersign review list
    """
    with context.toolbox() as box:
        from cases.lifecycle import CaseState
        from runtime import case_store

        with box.database.read() as transaction:
            waiting = case_store.listing(transaction, (CaseState.AWAITING_REVIEW,))
            cases = [case_store.get(transaction, summary.id) for summary in waiting]
        for case in cases:
            code = case.order.codes[0].code if case.order.codes else "no code"
            payer = case.payer.name if case.payer else "payer not resolved"
            typer.echo(f"{case.id}  {code}  {payer}  {case.patient.full_name}")
        if not cases:
            typer.echo("Nothing waits for a decision.")


@app.command()
def show(case: str) -> None:
    """What would be sent for a case: gate, digest and letter.

    Example: countersign review show c-0123456789abcdef
    """
    with context.toolbox() as box:
        from cases.errors import NotFound
        from cases.ids import CaseId
        from formats.letter_markdown import write_letter
        from runtime import case_store, work_store

        with box.database.read() as transaction:
            record = case_store.get(transaction, CaseId(case))
            submission = work_store.newest_submission(transaction, CaseId(case))
            gate = work_store.get_product(transaction, CaseId(case), work_store.GATE)
        if submission is None or gate is None:
            raise NotFound(f"Case {case} is {record.state.replace('_', ' ')}; nothing is drafted.")
        context.heading(f"{record.id}  {record.state.replace('_', ' ')}")
        typer.echo(f"digest      {submission.digest}")
        typer.echo(f"gate        {gate.outcome} (confidence {gate.confidence}, needed {gate.threshold})")
        typer.echo(f"packet      {len(submission.packet_pdf)} bytes inside a request of {len(submission.bundle)} bytes")
        typer.echo("")
        typer.echo(write_letter(submission.letter))


@app.command()
def approve(case: str, user: As = None, digest: Digest = None, reason: Reason = "", out: Out = None) -> None:
    """Approve exactly what is drafted, and send it.

    Example: countersign review approve c-0123456789abcdef --as dr-lee
    """
    _decide(case, "approve", user, digest, reason, "", out)


@app.command()
def edit(
    case: str,
    letter: Annotated[Path, typer.Option("--letter", help="The edited letter.md.")],
    user: As = None,
    digest: Digest = None,
    reason: Reason = "",
    out: Out = None,
) -> None:
    """Replace the letter by an edited one; the packet is drafted and checked again and needs a new approval.

    Example: countersign review edit c-0123456789abcdef --letter letter.md --reason "clearer" --as pat
    """
    try:
        text = letter.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{letter}: cannot be read: {error}") from error
    _decide(case, "edit", user, digest, reason, text, out)


@app.command()
def answer(
    case: str,
    criterion: Annotated[str, typer.Argument(help="The criterion's id, as criteria.json has it.")],
    document: Annotated[str, typer.Option("--document", help="The document's id, as criteria.json has it.")],
    quote: Annotated[str, typer.Option("--quote", help="The words there, copied as they stand.")],
    reason: Annotated[str, typer.Option("--reason", help="What you read there; kept with the answer.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="Whether the chart shows it.")] = True,
    user: As = None,
    out: Out = None,
) -> None:
    """Point to the words of the chart that settle a criterion left open; the case is worked again.

    Example: countersign review answer c-0123456789abcdef oxygen.rest --document note.txt --quote "86 RA" --reason 86
    """
    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.panel.answers import GivenAnswer, record_answer
        from agents.casework.panel.case import read_case
        from agents.casework.panel.documents import key_of
        from agents.casework.working import open_graph, work_case
        from cases.errors import InputError
        from cases.ids import CaseId, DocumentId, UserId

        case_id, who = CaseId(case), UserId(context.acting_user(box, user))
        if criterion not in read_case(box, case_id, who).questions:
            raise InputError(f"{criterion}: no such criterion of this case stands open; criteria.json lists them")
        given = GivenAnswer(
            case_id=case_id, criterion_id=criterion, yes=yes, document=key_of(DocumentId(document)), quote=quote,
            reason=reason,
        )  # fmt: skip
        record_answer(box, given, who)
        with open_graph(box) as graph:
            worked = work_case(box, graph, case_id)
        typer.echo(f"{case}: answer recorded; the case is {worked.case.state.replace('_', ' ')}.")
        if out is not None:
            typer.echo(f"written: {export_case(box, case_id, out)}")


@app.command()
def sign(case: str, user: As = None, digest: Digest = None, out: Out = None) -> None:
    """Sign the letter as the clinician it names; the packet is drafted again and needs an approval.

    Example: countersign review sign c-0123456789abcdef --as dr-lindqvist
    """
    _decide(case, "sign", user, digest, "", "", out)


@app.command()
def reject(case: str, user: As = None, digest: Digest = None, reason: Reason = "", out: Out = None) -> None:
    """Send nothing and give the case back, with a reason.

    Example: countersign review reject c-0123456789abcdef --reason "wrong item" --as dr-lee
    """
    _decide(case, "reject", user, digest, reason, "", out)


def _decide(
    case: str, act: str, user: str | None, digest: str | None, reason: str, letter: str, out: Path | None
) -> None:
    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.reviewing import ReviewRequest, record_review
        from agents.casework.working import open_graph, work_case
        from cases.errors import NotFound
        from cases.ids import CaseId, Digest, UserId
        from cases.review import ReviewAct
        from runtime import work_store

        case_id = CaseId(case)
        with box.database.read() as transaction:
            submission = work_store.newest_submission(transaction, case_id)
        if submission is None:
            raise NotFound(f"Case {case} has nothing drafted to decide on.")
        request = ReviewRequest(
            case_id=case_id,
            act=ReviewAct(act),
            user_id=UserId(context.acting_user(box, user)),
            digest=Digest(digest) if digest else submission.digest,
            reason=reason,
            letter=letter,
        )
        record_review(box, request)
        with open_graph(box) as graph:
            worked = work_case(box, graph, case_id)
        typer.echo(f"{case}: {act} recorded; the case is {worked.case.state.replace('_', ' ')}.")
        if worked.waiting_for:
            verb = "authorize" if worked.case.appeal is None else "appeal"
            typer.echo(f"waiting: {worked.waiting_for} Run `countersign {verb} --case {case}` to go on.")
        for flag in worked.case.flags:
            if flag.code in ("send_refused", "payer_rejected", "payer_error"):
                typer.echo(f"flag: {flag.message}")
        if out is not None:
            typer.echo(f"written: {export_case(box, case_id, out)}")
