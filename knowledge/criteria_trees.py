"""Reviewed criteria trees as they ship: our statements and tests, each leaf with the place to seek in the policy."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from cases.criteria import Anchor, Criterion, GapAdvice, Op, PolicyNote
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.leaf_tests import LeafTest
from knowledge.code_pattern import closest
from knowledge.policy_head import number_key
from knowledge.rule_files import CRITERIA, read_yaml


class TreeNode(Frozen):
    """A node as written in a file. `only_for` and `not_for` limit it to some of the tree's codes."""

    id: str
    op: Op = Op.LEAF
    statement: str
    n: int | None = None
    children: tuple["TreeNode", ...] = ()
    test: LeafTest | None = None
    anchor: Anchor | None = None
    gap: GapAdvice | None = None
    only_for: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()

    def applies_to(self, codes: Sequence[str]) -> bool:
        """Whether the node is asked of an order of these codes."""
        if self.only_for and not any(closest(self.only_for, code) for code in codes):
            return False
        return not any(closest(self.not_for, code) for code in codes)

    def criterion(self, codes: Sequence[str]) -> Criterion | None:
        """The node and what is below it for these codes; None where nothing is left."""
        if not self.applies_to(codes):
            return None
        children = [child.criterion(codes) for child in self.children]
        kept = tuple(child for child in children if child)
        if self.children and not kept:
            return None
        return Criterion(
            id=self.id,
            op=self.op,
            statement=self.statement,
            n=self.n,
            children=kept,
            test=self.test,
            anchor=self.anchor,
            gap=self.gap,
        )


class TreeTemplate(Frozen):
    """A tree for the texts of one policy in effect from `effective` up to and including `expires`.

    `codes` are the orders it is for; `reviewed` is when a person last read it against the policy. `defines` holds
    the parts that the file itself refers to.
    """

    id: str
    policy_number: str
    effective: date
    expires: date | None = None
    codes: tuple[str, ...]
    reviewed: date
    root: TreeNode
    notes: tuple[PolicyNote, ...] = ()
    defines: object = None

    def is_for(self, codes: Sequence[str]) -> bool:
        return any(closest(self.codes, code) for code in codes)


class CriteriaTemplate(Frozen):
    """A tree cut to the codes of one order, ready to be bound to a text; `effective` and `expires` as in its file."""

    id: str
    policy_number: str
    effective: date
    expires: date | None
    root: Criterion
    notes: tuple[PolicyNote, ...]


def read_tree(path: Path) -> TreeTemplate:
    """Load one criteria file; raises StoreDamaged naming the entry that does not fit."""
    try:
        return TreeTemplate.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


@cache
def shipped_trees() -> tuple[TreeTemplate, ...]:
    """The reviewed trees that ship, by file name."""
    return tuple(read_tree(path) for path in sorted(CRITERIA.glob("*.yaml")))


def trees_for_codes(codes: Sequence[str]) -> tuple[TreeTemplate, ...]:
    """Trees that are for an order of these codes, whatever the policy."""
    return tuple(tree for tree in shipped_trees() if tree.is_for(_upper(codes)))


def tree_for(policy_number: str, codes: Sequence[str], on: date | None) -> CriteriaTemplate | None:
    """The tree for a policy, an order's codes and the day the text took effect; None where none was reviewed.

    `on` is the effective date of the policy version, None where it is not known: then the latest tree is taken
    and binding leaves it a draft.
    """
    key, asked = number_key(policy_number), _upper(codes)
    fitting = [
        tree
        for tree in trees_for_codes(asked)
        if number_key(tree.policy_number) == key and (on is None or tree.expires is None or on <= tree.expires)
    ]
    if not fitting:
        return None
    chosen = max(fitting, key=lambda tree: (on is None or tree.effective <= on, tree.effective))
    root = chosen.root.criterion(asked)
    return _template(chosen, root) if root else None


def _template(tree: TreeTemplate, root: Criterion) -> CriteriaTemplate:
    kept = _ids(root)
    return CriteriaTemplate(
        id=tree.id,
        policy_number=tree.policy_number,
        effective=tree.effective,
        expires=tree.expires,
        root=root,
        notes=tuple(note for note in tree.notes if note.about in kept),
    )


def _ids(criterion: Criterion) -> set[str]:
    return {criterion.id}.union(*(_ids(child) for child in criterion.children))


def _upper(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in codes)
