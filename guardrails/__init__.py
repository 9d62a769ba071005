"""Judges: they take what they are given and return a verdict."""
