"""Evaluation suites, scorers and datasets."""
