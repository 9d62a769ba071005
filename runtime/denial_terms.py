"""What an organization adds to the rules on denials: its contracts' windows, and the codes' licensed text."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from cases.contract_window import ContractWindow
from runtime.database import Transaction
from runtime.denial_tables import code_texts, contract_windows


def put_window(transaction: Transaction, window: ContractWindow) -> None:
    """Keep a window; earlier ones stay, because notices of their time run under them."""
    transaction.add(contract_windows, **window.model_dump())


def windows(transaction: Transaction) -> tuple[ContractWindow, ...]:
    """Every window, by payer and the day it came into force."""
    table = contract_windows
    query = select(table).where(transaction.mine(table)).order_by(table.c.payer_id, table.c.effective, table.c.set_at)
    rows = transaction.connection.execute(query).mappings()
    return tuple(ContractWindow.model_validate({key: row[key] for key in ContractWindow.model_fields}) for row in rows)


def put_code_texts(transaction: Transaction, texts: Mapping[str, str], at: datetime) -> None:
    """Put a licensed list in the place of the one held."""
    transaction.connection.execute(delete(code_texts).where(transaction.mine(code_texts)))
    for code, text in texts.items():
        transaction.add(code_texts, code=code, text=text, imported_at=at)


def code_texts_held(transaction: Transaction) -> dict[str, str]:
    """Code and licensed text; empty where none was imported."""
    rows = transaction.connection.execute(
        select(code_texts.c.code, code_texts.c.text).where(transaction.mine(code_texts))
    )
    return {row.code: row.text for row in rows}
