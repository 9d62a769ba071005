"""From a policy's text to a draft tree of criteria: what must hold, what is one of several ways, what rules it out.

Structural only: it reads headings, lists and a few words. A person approves a tree; a draft never lets a case pass.
"""

import re
from collections.abc import Sequence

from cases.criteria import CriteriaTree, Criterion, Op, PolicyRef, PolicySpan, TreeStatus
from cases.frozen import Frozen
from cases.leaf_tests import PersonTest
from knowledge.comparisons import StatedComparison, comparisons_in
from knowledge.criteria_outline import Item, outline, pieces

_NON = re.compile(r"non-?cover|not cover|exclu|limitation|contraind|not approved", re.IGNORECASE)
_RULES = re.compile(
    r"cover|indication|criteria|requirement|approv|eligib|frequen|documentation|renew|continu|limit", re.IGNORECASE
)
_SKIP = re.compile(
    r"general$|purpose|background|description|cross|reference|history|revision|\bcodes?$|\bother$|definition", re.I
)
_RULE_WORDS = re.compile(
    r"\b(?:must|shall|required?|requires|only (?:if|when|where)|(?:is|are) (?:\w+ )?(?:covered|approved|reasonable)"
    r"|will cover|covers?|need(?:s|ed)? to|at least|no more than|at a minimum|be documented|should"
    r"|excluded|not (?:approved|covered)|rules? out)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"must not|none of the following|not (?:be )?(?:covered|approved)|non-?covered|exclud", re.IGNORECASE
)
_COUNT = re.compile(r"at least (two|three|four|five|\d) of|(two|three|four|\d) or more of", re.IGNORECASE)
_ANY = re.compile(
    r"(?:any|either|one)(?: or more)? of (?:the|these|its)|any of|at least one|one of|one or more|either\b|or more of",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\ball (?:of )?(?:the|these)|\bboth\b|each of|every one of|following criteria are met", re.IGNORECASE
)
_TRAILING = re.compile(r"[\s;,.]*(?:\b(and|or|and/or))?[\s;,.]*$", re.IGNORECASE)
_INLINE = re.compile(r"\(\s?(?:\d|[a-h]|[ivx]{1,3})\s?\)\s*")
_SURELY = re.compile(r"\bnationally (?:non-?)?cover|\b(?:is|are) (?:only )?covered\b|\bwill (?:only )?cover\b", re.I)
_EXCLUDES = re.compile(r"\b(?:is|are) (?:excluded|not (?:covered|approved|eligible))\b", re.IGNORECASE)
_NONCOVER = re.compile(r"\bnationally non-?cover", re.IGNORECASE)
_COVERS = re.compile(r"\bcover|reasonable and necessary|approve", re.IGNORECASE)
_LEAD_IS_BARE = 60
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
_STATEMENT = 300


class CompiledLeaf(Frozen):
    """A leaf's id, its place in the text, and the comparisons stated there."""

    id: str
    span: PolicySpan
    comparisons: tuple[StatedComparison, ...]


class CompiledTree(Frozen):
    """A draft tree and its leaves with what they compare; `tree` is None where the text states no rule we can read."""

    tree: CriteriaTree | None
    leaves: tuple[CompiledLeaf, ...] = ()


class _Compiler:
    def __init__(self, text: str) -> None:
        self._text = text
        self.leaves: list[CompiledLeaf] = []

    def node(self, item: Item, id_: str) -> Criterion | None:
        """The criterion of an item: a leaf, its sentences, or its list under an operator."""
        if not item.children:
            return self._plain(item, id_)
        lead = self._text[item.start : item.end]
        children = [self.node(child, f"{id_}.{place}") for place, child in enumerate(item.children, 1)]
        kept = tuple(child for child in children if child)
        if not kept:
            return None
        op, n = _operator(lead, [self._text[child.start : child.end] for child in item.children], len(kept))
        listed = Criterion(id=f"{id_}.list", op=op, n=n, statement=_words(lead), children=kept)
        return self._with_conditions(item, id_, listed)

    def _with_conditions(self, item: Item, id_: str, listed: Criterion) -> Criterion:
        """The list, and beside it the rules that its paragraph states before the list begins."""
        spans = list(pieces(self._text, item))
        own = [span for span in spans[:-1] if _RULE_WORDS.search(self._text[span[0] : span[1]])]
        lead = spans[-1] if spans else (item.start, item.end)
        said = self._text[lead[0] : lead[1]]
        if (len(said) > _LEAD_IS_BARE and comparisons_in(said)) or len(_INLINE.findall(said)) > 1:
            own.append(lead)
        if not own:
            return listed.model_copy(update={"id": id_})
        leaves = [self._sentence(f"{id_}.rule{place}", *span) for place, span in enumerate(own, 1)]
        return Criterion(id=id_, op=Op.ALL, statement=listed.statement, children=(*leaves, listed))

    def _plain(self, item: Item, id_: str) -> Criterion | None:
        spans = list(pieces(self._text, item))
        if not item.is_listed:
            spans = [span for span in spans if _RULE_WORDS.search(self._text[span[0] : span[1]])]
        elif len(spans) > 1:
            spans = [span for span in spans if span == spans[0] or _RULE_WORDS.search(self._text[span[0] : span[1]])]
        nodes = [self._sentence(f"{id_}.{place}" if len(spans) > 1 else id_, *s) for place, s in enumerate(spans, 1)]
        if len(nodes) < 2:
            return nodes[0] if nodes else None
        return Criterion(id=id_, op=Op.ALL, statement=nodes[0].statement, children=tuple(nodes))

    def _sentence(self, id_: str, start: int, end: int) -> Criterion:
        """A sentence as one leaf, or as one for each of its numbered parts."""
        marks = list(_INLINE.finditer(self._text, start, end))
        if len(marks) < 2:
            return self._leaf(id_, start, end)
        bounds = [(one.end(), two.start()) for one, two in zip(marks, marks[1:], strict=False)] + [
            (marks[-1].end(), end)
        ]
        parts = [self._text[first:last] for first, last in bounds]
        lead = self._text[start : marks[0].start()]
        op, n = _operator(lead, parts, len(bounds))
        children = tuple(self._leaf(f"{id_}.{place}", *span) for place, span in enumerate(bounds, 1))
        return Criterion(id=id_, op=op, n=n, statement=_words(lead) or children[0].statement, children=children)

    def _leaf(self, id_: str, start: int, end: int) -> Criterion:
        words = self._text[start:end]
        start += len(words) - len(words.lstrip())
        ending = _TRAILING.search(words)
        end = max(start + 1, end - (len(words) - ending.start()) if ending else end)
        quote = self._text[start:end]
        span = PolicySpan(start=start, end=end, quote=quote)
        self.leaves.append(CompiledLeaf(id=id_, span=span, comparisons=comparisons_in(quote)))
        question = f"Does the record show: {_words(quote)}"
        return Criterion(
            id=id_, op=Op.LEAF, statement=_words(quote), test=PersonTest(question=question), policy_span=span
        )


def compile_criteria(text: str, ref: PolicyRef) -> CompiledTree:
    """The draft tree of a policy: coverage and limits that must hold, and exclusions none of which may."""
    compiler = _Compiler(text)
    required: list[Criterion] = []
    ways: list[Criterion] = []
    excluded: list[Criterion] = []
    for place, item in enumerate(outline(text), 1):
        section = _section(item.path)
        said = text[item.start : item.end]
        if section is None and not _SURELY.search(said):
            continue
        node = compiler.node(item, f"c{place}")
        if node is None:
            continue
        if section == "none" or _NONCOVER.search(said) or (not item.children and _NONE.search(said)):
            excluded += _each(node)
        elif (item.children or section is None) and _COVERS.search(said):
            ways.append(_turned(node))
        else:
            required.append(_turned(node))
    root = _root(required, ways, excluded, ref.title or ref.number)
    if root is None:
        return CompiledTree(tree=None)
    tree = CriteriaTree(
        id=f"draft-{ref.doc_id}-{ref.version}",
        policy=ref,
        root=root,
        status=TreeStatus.DRAFT,
        draft_reasons=("read from the text by structure alone; nobody has approved it",),
    )
    return CompiledTree(tree=tree, leaves=tuple(compiler.leaves))


def _turned(node: Criterion) -> Criterion:
    """The node with each leaf that says what is excluded under a `none` of its own."""
    if node.op is Op.LEAF:
        if node.policy_span is None or not _EXCLUDES.search(node.policy_span.quote):
            return node
        return Criterion(id=f"{node.id}.none", op=Op.NONE, statement=node.statement, children=(node,))
    if node.op is Op.NONE:
        return node
    return node.model_copy(update={"children": tuple(_turned(child) for child in node.children)})


def _each(node: Criterion) -> tuple[Criterion, ...]:
    """What each by itself rules out: the parts of a list whose parts are not said to be needed together."""
    return tuple(part for child in node.children for part in _each(child)) if node.op in (Op.ALL, Op.ANY) else (node,)


def _section(path: tuple[str, ...]) -> str | None:
    """Whether rules under these headings must hold ('all') or must not ('none'); None for what states no rules."""
    for heading in reversed(path[1:]):
        if _NON.search(heading):
            return "none"
        if _RULES.search(heading):
            return "all"
        if _SKIP.search(heading):
            return None
    return "all"


def _root(
    required: Sequence[Criterion], ways: Sequence[Criterion], excluded: Sequence[Criterion], title: str
) -> Criterion | None:
    parts = list(required)
    if len(ways) > 1:
        parts.insert(0, Criterion(id="ways", op=Op.ANY, statement="One of the ways to coverage", children=tuple(ways)))
    parts += list(ways) if len(ways) == 1 else []
    if excluded:
        parts.append(
            Criterion(id="excluded", op=Op.NONE, statement="Nothing that rules it out", children=tuple(excluded))
        )
    return Criterion(id="root", op=Op.ALL, statement=title, children=tuple(parts)) if parts else None


def _operator(lead: str, items: Sequence[str], count: int) -> tuple[Op, int | None]:
    """The operator that the lead's last words name, else the one that joins the items; all where neither does."""
    said = lead[-400:]
    number = _COUNT.search(said)
    if number:
        found = number[1] or number[2]
        n = _NUMBERS.get(found.casefold()) or int(found)
        return (Op.AT_LEAST, n) if n <= count else (Op.ALL, None)
    if _NONE.search(said):
        return Op.NONE, None
    named = {Op.ANY: [m.end() for m in _ANY.finditer(said)], Op.ALL: [m.end() for m in _ALL.finditer(said)]}
    if any(named.values()):
        return max(named, key=lambda op: max(named[op], default=-1)), None
    joined = [match[1].casefold() for item in items if (match := _TRAILING.search(item)) and match[1]]
    return (Op.ANY, None) if joined and joined.count("or") > len(joined) / 2 else (Op.ALL, None)


def _words(text: str) -> str:
    return " ".join(text.split())[:_STATEMENT].strip()
