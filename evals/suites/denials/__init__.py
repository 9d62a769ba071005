"""Suites over denials: pathways, letters, deadlines."""
