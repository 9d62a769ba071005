"""Answers from policies and rules: passages quoted, criteria in force listed, and who decides."""

from agents.copilot.answer import AnswerPart, AnswerSentence, RuleSource, Source, part
from agents.copilot.question import Kind
from agents.copilot.wording import OPERATOR, closed, day
from agents.copilot.writers.desk import Desk, Written, of_citation, of_span, quoted
from cases.authorization import Need
from cases.criteria import Criterion, Op, PolicyRef
from guardrails.text_tokens import values_in

_NO_MODEL = "A question that no passage answers word for word needs a model, and none is set."
NO_CASE = "Asked of a case it could be answered from its record, but no case is chosen."
NO_CASE_HELPS = ("Open the case and ask there, or write its id into the question.",)
_NAME_IT = "Name the payer and the code, or ask about one case."


def passages(desk: Desk) -> Written:
    """The policies' own words, else the chart's, else what comes nearest."""
    policy = desk.found.policy
    if policy is not None and not policy.abstained:
        return Written(parts=_by_policy(desk), notes=("The policies’ own words; nothing was added.", *policy.notes))
    if desk.found.chart:
        return _chart(desk, desk.found.chart)
    nearest: tuple[Source, ...] = tuple(of_citation(hit) for hit in policy.nearest) if policy else ()
    reason = policy.reason if policy else "Nothing was looked up."
    if desk.asked.lacks_case:
        return Written(reason=f"{reason} {NO_CASE}", would_help=NO_CASE_HELPS, nearest=nearest)
    if desk.asked.kind is Kind.CHART:
        reason = f"No sentence of this chart answers it. {reason}"
    return Written(reason=reason, would_help=_helps(desk), nearest=nearest)


def chart(desk: Desk) -> Written:
    """The chart's own words; where it has none, what the policies say comes nearest."""
    return _chart(desk, desk.found.chart) if desk.found.chart else passages(desk)


def _chart(desk: Desk, sources: tuple[Source, ...]) -> Written:
    sentences = tuple(AnswerSentence(text=quoted(one.quote), sources=(one,)) for one in sources)
    nobody = "The chart’s own words; nothing was added."
    return Written(parts=(part("From the chart", *sentences),), notes=(nobody,))


def _helps(desk: Desk) -> tuple[str, ...]:
    asked = "Ask with the words the policy would use." if desk.asked.case_id else _NAME_IT
    return (asked,) if desk.has_model else (asked, _NO_MODEL)


def _by_policy(desk: Desk) -> tuple[AnswerPart, ...]:
    parts: list[AnswerPart] = []
    citations = desk.found.policy.citations if desk.found.policy else ()
    for hit in citations:
        heading = f"{hit.payer}, {hit.title}"
        sentence = AnswerSentence(text=quoted(hit.quote), sources=(of_citation(hit),))
        if parts and parts[-1].heading == heading:
            parts[-1] = parts[-1].model_copy(update={"sentences": (*parts[-1].sentences, sentence)})
        else:
            parts.append(part(heading, sentence))
    return tuple(parts)


def requirements(desk: Desk) -> Written:
    """What the policy in force asks for this code and payer on this day, point by point."""
    found = desk.found.criteria
    if found is None or found.tree is None:
        if desk.found.policy is not None and not desk.found.policy.abstained:
            return passages(desk)
        return Written(reason=closed(found.reason if found else "No payer is named."), would_help=(_NAME_IT,))
    tree = found.tree
    groups: list[AnswerPart] = []
    unplaced = _listed(tree.root, tree.policy, groups, "")
    effective = f", in force since {day(tree.policy.effective)}" if tree.policy.effective else ""
    who = found.payer.name if found.payer else ""
    head = (
        f"{who}, {tree.policy.number or tree.policy.title}, version {tree.policy.version}{effective}, for {found.code}"
    )
    parts = tuple(
        one.model_copy(update={"heading": " – ".join(filter(None, (head if place == 0 else "", one.heading)))})
        for place, one in enumerate(groups)
    )
    notes = tuple(closed(f"These criteria are a draft: {reason}") for reason in tree.draft_reasons[:1])
    if unplaced:
        notes += (f"Points whose place in this text is not known and which are not listed: {unplaced}.",)
    return Written(parts=parts, notes=notes)


def _listed(node: Criterion, policy: PolicyRef, groups: list[AnswerPart], heading: str) -> int:
    """Puts the leaves under their group's heading; gives how many have no place in the text."""
    leaves = [child for child in node.children if child.op is Op.LEAF] if node.children else [node]
    sentences = [_point(leaf, policy) for leaf in leaves]
    placed = tuple(sentence for sentence in sentences if sentence is not None)
    if placed:
        groups.append(AnswerPart(heading=heading or _title(node), sentences=placed))
    unplaced = len(sentences) - len(placed)
    return unplaced + sum(_listed(child, policy, groups, _title(child)) for child in node.children if child.children)


def _title(node: Criterion) -> str:
    joined = OPERATOR[node.op].format(n=node.n)
    return f"{node.statement.rstrip('.')} ({joined})" if joined else node.statement


def _point(leaf: Criterion, policy: PolicyRef) -> AnswerSentence | None:
    """Our wording with the policy's place; the policy's own words where ours says a value that they do not."""
    sources = of_span(policy, leaf.policy_span)
    if not sources:
        return None
    fits = not values_in(leaf.statement) - values_in(sources[0].quote)
    return AnswerSentence(text=closed(leaf.statement) if fits else quoted(sources[0].quote), sources=sources)


def pathway(desk: Desk) -> Written:
    """Whether authorization is needed, who decides, and by which way."""
    found = desk.found.pathway
    if found is None or found.need is None:
        return Written(reason=closed(found.reason if found else "No payer is named."), would_help=(_NAME_IT,))
    if found.need.need is Need.UNKNOWN and found.need.rule_id == "none":
        return Written(
            reason=closed(found.need.reason), would_help=("Ask the payer, and note the answer on the case.",)
        )
    heading = f"{found.payer.name if found.payer else ''}, {found.code}"
    source = RuleSource(rule_id=found.need.rule_id, quote=found.text, label=f"Rule {found.need.rule_id}")
    unsure = () if found.need.verified else ("Nobody of ours has read this rule in its primary source yet.",)
    return Written(parts=(part(heading, AnswerSentence(text=found.text, sources=(source,))),), notes=unsure)
