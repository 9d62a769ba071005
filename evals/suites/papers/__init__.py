"""Suites over what comes in and goes out on paper: intake, packets."""
