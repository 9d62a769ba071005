"""Payers over Da Vinci PAS: the connection, and a stand-in payer in its own process."""
