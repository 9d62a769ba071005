"""Structured text is parsed, not tagged: identifiers are known by their field, the rest is read as text."""
