"""`countersign policies`: the library of payer policies."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from agents.toolbox import Toolbox
    from cases.criteria import Criterion
    from cases.ids import PayerId
    from knowledge.payer_directory import PayerDirectory
    from knowledge.policy_import import ImportReport

app = typer.Typer(
    help="The library of payer policies.\n\nExample: countersign policies import ncd-240.2.txt --payer cms",
    no_args_is_help=True,
)

Payer = Annotated[str | None, typer.Option("--payer", help="Payer or plan, by id or any of its names.")]
Lob = Annotated[str | None, typer.Option("--lob", help="Line of business, such as medicare_advantage.")]
Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="In force on this day (YYYY-MM-DD).")
]


@app.command("import")
def import_files(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files (TXT, MD, HTML, DOCX, PDF, CSV, JSON) or folders.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="JSONL, one document a line.")] = None,
    payer: Payer = None,
    lob: Lob = None,
    number: Annotated[str, typer.Option("--number", help="Policy number, such as 'NCD 240.2'.")] = "",
    title: Annotated[str, typer.Option("--title")] = "",
    effective: Annotated[datetime | None, typer.Option("--effective", formats=["%Y-%m-%d"])] = None,
    expires: Annotated[datetime | None, typer.Option("--expires", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Add documents as versions. Importing the same again changes nothing; a changed text becomes a new version.

    Example: countersign policies import policies/ --payer "Northlake Advantage" --lob medicare_advantage
    """
    from cases.case import LineOfBusiness
    from cases.errors import InputError

    if not paths and manifest is None:
        raise typer.BadParameter("give PATH... or --manifest FILE")
    if lob is not None and lob not in list(LineOfBusiness):
        raise InputError(f"--lob: '{lob}' is none of {', '.join(LineOfBusiness)}.")
    with context.toolbox() as box:
        from agents.casework.policies import import_policies
        from knowledge.policy_document import Particulars
        from knowledge.policy_manifest import manifest_items, path_items

        given = Particulars(
            payer=payer or "",
            line_of_business=LineOfBusiness(lob) if lob else None,
            number=number,
            title=title,
            effective=effective.date() if effective else None,
            expires=expires.date() if expires else None,
        )
        items = [*path_items(paths or [], given)]
        if manifest is not None:
            items += [item for item in manifest_items(manifest, given)]
        refused = _report(context.progress(import_policies(box, items), None, "importing"))
        _embed(box)
    if refused:
        raise typer.Exit(1)


def _embed(box: "Toolbox") -> None:
    """Make the vectors of what was added; a run cut short is taken up by the next import or search."""
    from time import perf_counter

    from agents.casework.policies import missing_vectors

    if not missing_vectors(box):
        return
    from agents.casework.asking import PolicyDesk

    started, passages = perf_counter(), 0
    for _, count in context.progress(PolicyDesk(box).fill(), missing_vectors(box), "embedding"):
        passages += count
    seconds = perf_counter() - started
    typer.echo(f"{passages} passages embedded in {seconds:.1f} s ({passages / max(seconds, 0.001):.1f} a second)")


def _report(reports: Iterable["ImportReport"]) -> int:
    counts: dict[str, int] = {}
    for report in reports:
        counts[report.outcome] = counts.get(report.outcome, 0) + 1
        if report.outcome == "refused":
            typer.echo(f"refused      {report.source}: {report.reason}", err=True)
            continue
        flags = f"  ({', '.join(flag.replace('_', ' ') for flag in report.flags)})" if report.flags else ""
        typer.echo(f"{report.outcome.replace('_', ' '):<12} {report.payer_id}/{report.doc_id} v{report.version}{flags}")
    typer.echo(", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(counts.items())))
    return counts.get("refused", 0)


@app.command("list")
def list_held(
    payer: Payer = None,
    alike: Annotated[bool, typer.Option("--alike", help="Documents that are almost word for word the same.")] = False,
) -> None:
    """Every version held: payer, document, version, number, dates, title.

    Example: countersign policies list --payer cms
    """
    if alike:
        _list_alike()
        return
    with context.toolbox() as box:
        from knowledge import library

        with box.database.read() as transaction:
            payer_id = _payer_id(library.payer_directory(transaction), payer)
            held = library.held_policies(transaction, payer_id)
        for version in held:
            record = version.record
            effective = record.effective or "date unknown"
            until = f" to {record.expires}" if record.expires else ""
            name = f"{record.payer_id}/{record.doc_id}  v{version.version}"
            typer.echo(f"{name}  {record.number}  {effective}{until}  {record.title}")
        if not held:
            typer.echo("No policies are held. Add some with `countersign policies import`.")


def _list_alike() -> None:
    with context.toolbox() as box:
        from knowledge import library

        with box.database.read() as transaction:
            found = library.alike(transaction)
        for one in found:
            pair = f"{one.payer_id}/{one.doc_id}  {one.other_payer_id}/{one.other_doc_id}"
            typer.echo(f"{one.likeness:.0%} the same  {pair}")
        if not found:
            typer.echo("No two documents held are nearly the same.")


@app.command()
def diff(
    doc_id: str,
    before: Annotated[int, typer.Argument(help="Version number.")],
    after: Annotated[int, typer.Argument(help="Version number.")],
    payer: Payer = None,
) -> None:
    """What changed between two versions: sentence by sentence, and criterion by criterion.

    Example: countersign policies diff brightwater-lumbar-mri 1 2
    """
    with context.toolbox() as box:
        from agents.casework.policy_changes import difference
        from cases.ids import PolicyDocId
        from knowledge import library

        with box.database.read() as transaction:
            payer_id = _payer_id(library.payer_directory(transaction), payer)
        found = difference(box, PolicyDocId(doc_id), before, after, payer_id)
        for name, version in (("-", found.before), ("+", found.after)):
            record = version.record
            typer.echo(f"{name} version {version.version}, {record.effective or 'effective date not known'}")
        heading = None
        for change in found.passages:
            if change.heading != heading:
                heading = change.heading
                context.heading(f"\n{heading or '(no heading)'}")
            for sign, place in (("-", change.before), ("+", change.after)):
                if place is not None:
                    typer.echo(f"  {sign} {' '.join(place.text.split())}")
        if found.criteria:
            context.heading("\nCriteria")
        for criterion in found.criteria:
            typer.echo(f"  {criterion.kind:<8} {criterion.after or criterion.before}")
        if not found.passages:
            typer.echo("The texts say the same.")


@app.command()
def affected(doc_id: str, payer: Payer = None) -> None:
    """Open cases that rest on a document, with the version they were judged by and the one in force for them now.

    Example: countersign policies affected brightwater-lumbar-mri
    """
    with context.toolbox() as box:
        from agents.casework.policy_changes import affected as touched
        from cases.ids import PolicyDocId
        from knowledge import library

        with box.database.read() as transaction:
            payer_id = _payer_id(library.payer_directory(transaction), payer)
        found = touched(box, PolicyDocId(doc_id), payer_id)
        for one in found:
            judged = f"judged by version {one.judged_by}" if one.judged_by else "not judged yet"
            now = f"version {one.in_force} in force" if one.in_force else "none of its versions in force"
            mark = "work again" if one.stale else "up to date"
            typer.echo(f"{one.case_id}  {one.state}  {one.code}  {judged}; {now}: {mark}")
        if not found:
            typer.echo("No open case rests on it.")


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    payer: Payer = None,
    lob: Lob = None,
    date: Day = None,
    code: Annotated[str | None, typer.Option("--code", help="HCPCS or CPT code.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Passages to return.")] = 10,
    jsonl: Annotated[
        Path | None, typer.Option("--jsonl", help="One question a line: {id, question, payer?, lob?, date?, code?}.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the answers of --jsonl go.")] = None,
) -> None:
    """Passages that answer a question, best first, or an abstention with its reason.

    Example: countersign policies search "oxygen at rest" --payer cms
    """
    if bool(question) == bool(jsonl) or bool(jsonl) != bool(out):
        raise typer.BadParameter("give a QUESTION, or --jsonl IN with --out OUT")
    with context.toolbox() as box:
        from agents.casework.asking import PolicyDesk, PolicyQuestion
        from api.cli.policy_search import line_of_business, search_lines

        desk = PolicyDesk(box)
        if jsonl is not None and out is not None:
            search_lines(desk, jsonl, out, k)
            return
        asked = PolicyQuestion(
            question=question or "",
            payer=payer,
            lob=line_of_business(lob),
            date=date.date() if date else None,
            code=code,
        )
        found = desk.search(asked, k)
        if found.abstained:
            typer.echo(f"No answer: {found.reason}" + (" What comes nearest:\n" if found.hits else ""))
        for number, hit in enumerate(found.hits, start=1):
            context.heading(f"{number}. {hit.payer_id}/{hit.doc_id} v{hit.version}  {hit.number}  {hit.heading}")
            typer.echo(f"   {' '.join(hit.text.split())}\n")


@app.command()
def criteria(
    doc_id: str,
    payer: Payer = None,
    date: Day = None,
    code: Annotated[str | None, typer.Option("--code", help="The tree as asked of this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The tree as JSON.")] = False,
) -> None:
    """The criteria tree of a policy, each leaf with the passage it rests on.

    Example: countersign policies criteria ncd-240.2 --payer cms
    """
    with context.toolbox() as box:
        from agents.casework.criteria_drafts import draft_tree
        from cases.errors import NotFound
        from cases.ids import PolicyDocId
        from knowledge import library

        with box.database.read() as transaction:
            payer_id = _payer_id(library.payer_directory(transaction), payer)
            on = date.date() if date else None
            version = library.document_in_force(transaction, PolicyDocId(doc_id), on, payer_id)
            found = library.criteria_of_document(transaction, version, (code,) if code else ())
        tree = found.tree or draft_tree(box, version)
        if tree is None:
            raise NotFound(found.reason)
        if as_json:
            typer.echo(tree.model_dump_json(indent=2))
            return
        context.heading(f"{tree.policy.number}  {tree.policy.title}  ({tree.status})")
        for reason in tree.draft_reasons:
            typer.echo(f"  draft: {reason}")
        _print_tree(tree.root, 0)


def _print_tree(node: "Criterion", depth: int) -> None:
    words = {"all": "all of", "any": "any of", "none": "none of", "at_least": f"at least {node.n} of", "leaf": "-"}
    typer.echo(f"{'  ' * depth}{words[node.op]} {node.statement}")
    if node.policy_span is not None:
        typer.echo(f"{'  ' * depth}    “{' '.join(node.policy_span.quote.split())}”")
    for child in node.children:
        _print_tree(child, depth + 1)


def _payer_id(directory: "PayerDirectory", name: str | None) -> "PayerId | None":
    """The payer named, by any of its names; None where none was named."""
    from cases.errors import NotFound

    if name is None:
        return None
    resolution = directory.by_name(name)
    if resolution.payer is None:
        near = f" Near names: {', '.join(resolution.candidates)}." if resolution.candidates else ""
        raise NotFound(f"--payer: {resolution.reason}.{near}")
    return resolution.payer.id
