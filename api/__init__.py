"""Doors: command line and, later, HTTP."""
