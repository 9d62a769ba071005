"""Items of people's labels: those kept with their labels, and those that were left out."""

from datetime import datetime

from sqlalchemy import select, update

from cases.errors import NotFound
from cases.ids import CaseId
from cases.labelling import LabelItem
from runtime.database import Transaction
from runtime.panel_tables import label_items


def keep(transaction: Transaction, item: LabelItem) -> None:
    """Keep an approved item; raises the database's IntegrityError where it was kept or left out before."""
    transaction.add(label_items, id=item.id, case_id=item.case_id, decided_at=item.approved_at, record=item)


def leave_out(transaction: Transaction, item_id: str, case_id: CaseId, at: datetime) -> None:
    """Note that a decision makes no item, so that it is not offered again."""
    transaction.add(label_items, id=item_id, case_id=case_id, decided_at=at, record=None)


def decided(transaction: Transaction) -> frozenset[str]:
    """Ids of all decisions that were kept or left out."""
    rows = transaction.connection.execute(select(label_items.c.id).where(transaction.mine(label_items)))
    return frozenset(row.id for row in rows)


def items(transaction: Transaction) -> tuple[LabelItem, ...]:
    """The kept items, oldest first."""
    table = label_items
    query = select(table.c.record).where(transaction.mine(table)).order_by(table.c.decided_at, table.c.id)
    return tuple(row.record for row in transaction.connection.execute(query) if row.record is not None)


def get(transaction: Transaction, item_id: str) -> LabelItem:
    """One kept item, held for writing; raises NotFound."""
    query = select(label_items.c.record).where(transaction.mine(label_items, id=item_id)).with_for_update()
    found = transaction.connection.execute(query).scalar_one_or_none()
    if not isinstance(found, LabelItem):
        raise NotFound(f"There is no item {item_id[:64]} to label.")
    return found


def save(transaction: Transaction, item: LabelItem) -> None:
    """Put an item with a further label in the place of the one held."""
    transaction.connection.execute(
        update(label_items).where(transaction.mine(label_items, id=item.id)).values(record=item)
    )
