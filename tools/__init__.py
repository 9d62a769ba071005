"""Hands: everything that reaches another system."""
