"""All tables at once, for migrations and whoever needs the whole picture; stores import their own module."""

from runtime import copilot_tables, denial_tables, panel_tables, phi_tables, queue_tables, sign_in_tables
from runtime.tables import metadata

EXTRA = (copilot_tables, denial_tables, panel_tables, phi_tables, queue_tables, sign_in_tables)
"""Modules that add tables to the metadata by being imported."""

__all__ = ["metadata"]
