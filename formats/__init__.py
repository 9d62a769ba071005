"""Bytes to typed objects and back; no network, no database."""
