"""How each criterion of a tree stands for a reader: an alternative nobody needs, or an exclusion, is no gap."""

from enum import StrEnum

from cases.criteria import Judgement, Op, State


class Standing(StrEnum):
    """What a criterion's state means where it stands in its tree."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_SHOWN = "not_shown"
    ERROR = "error"
    NOT_NEEDED = "not_needed"
    ABSENT = "absent"
    PRESENT = "present"
    NOT_RULED_OUT = "not_ruled_out"


_PLAIN = {
    State.MET: Standing.MET, State.NOT_MET: Standing.NOT_MET, State.INSUFFICIENT: Standing.NOT_SHOWN,
    State.ERROR: Standing.ERROR,
}  # fmt: skip
_EXCLUSION = {
    State.MET: Standing.PRESENT, State.NOT_MET: Standing.ABSENT, State.INSUFFICIENT: Standing.NOT_RULED_OUT,
    State.ERROR: Standing.ERROR,
}  # fmt: skip
SETTLED = frozenset({Standing.MET, Standing.ABSENT, Standing.NOT_NEEDED})
"""What asks nothing of anybody."""


def standings(root: Judgement) -> dict[str, Standing]:
    """The standing of every node by id."""
    found: dict[str, Standing] = {}
    _stand(root, found, needed=True, excluding=False)
    return found


def _stand(node: Judgement, found: dict[str, Standing], *, needed: bool, excluding: bool) -> None:
    standing = (_EXCLUSION if excluding else _PLAIN)[node.state]
    found[node.id] = standing if needed or standing in SETTLED else Standing.NOT_NEEDED
    enough = node.op in (Op.ANY, Op.AT_LEAST) and node.state is State.MET
    for child in node.children:
        _stand(
            child, found, needed=needed and not (enough and child.state is not State.MET),
            excluding=excluding != (node.op is Op.NONE),
        )  # fmt: skip
