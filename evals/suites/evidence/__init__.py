"""Suites over charts: criteria, robustness, injected text, fairness."""
