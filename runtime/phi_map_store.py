"""Surrogate maps of masked texts, kept encrypted so that a masked text can be restored later."""

from datetime import datetime

from sqlalchemy import delete, select

from cases.errors import NotFound
from runtime.database import Transaction
from runtime.phi_tables import phi_maps


def put_map(transaction: Transaction, map_id: str, map_json: str, made_at: datetime) -> None:
    """Keep a map as JSON; raises Conflict where its id is taken."""
    transaction.add(phi_maps, id=map_id, made_at=made_at, map=map_json)


def get_map(transaction: Transaction, map_id: str) -> str:
    """The map's JSON; raises NotFound."""
    query = select(phi_maps.c.map).where(transaction.mine(phi_maps, id=map_id))
    found: str | None = transaction.connection.scalar(query)
    if found is None:
        raise NotFound(f"There is no surrogate map {map_id[:64]}.")
    return found


def forget_before(transaction: Transaction, before: datetime) -> int:
    """Erase maps made before an instant, after which those texts cannot be restored; how many were erased."""
    gone = transaction.connection.execute(
        delete(phi_maps).where(transaction.mine(phi_maps), phi_maps.c.made_at < before)
    )
    return int(gone.rowcount)
