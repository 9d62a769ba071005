import hashlib

import pytest

from cases.audit_event import leaf_hash, tree_root
from runtime.audit_chain import GENESIS, Frontier, Head, chain_hash

KEY = b"k" * 32


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("count", [*range(20), 31, 32, 33, 100, 255, 256, 257])
def test_the_frontier_has_the_root_of_the_whole_tree(count: int) -> None:
    frontier = Frontier()
    for leaf in leaves(count):
        frontier = frontier.add(leaf)
    assert frontier.size == count
    assert frontier.root() == tree_root(leaves(count))
    assert Frontier.unpack(count, frontier.packed()) == frontier


def test_the_frontier_stays_small() -> None:
    frontier = Frontier()
    for leaf in leaves(1023):
        frontier = frontier.add(leaf)
    assert len(frontier.nodes) == 10
    assert len(frontier.add(b"x" * 32).nodes) == 1


def test_the_head_carries_chain_and_root_forward() -> None:
    head = Head.empty()
    assert head.root == hashlib.sha256(b"").digest()
    chain = GENESIS
    for leaf in leaves(7):
        head, chain = head.after(leaf), chain_hash(chain, leaf)
    assert (head.size, head.chain_hash, head.root) == (7, chain, tree_root(leaves(7)))


@pytest.mark.parametrize("field", ["size", "chain_hash", "root", "frontier", "mac"])
def test_a_seal_breaks_with_any_field(field: str) -> None:
    sealed = Head.empty().after(b"l" * 32).sealed("t1", KEY)
    assert sealed.is_sealed("t1", KEY)
    value = getattr(sealed, field)
    changed = value + 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]
    assert not Head(**{**vars(sealed), field: changed}).is_sealed("t1", KEY)


def test_a_seal_is_for_one_tenant_and_one_key() -> None:
    sealed = Head.empty().sealed("t1", KEY)
    assert not sealed.is_sealed("t2", KEY)
    assert not sealed.is_sealed("t1", b"j" * 32)
