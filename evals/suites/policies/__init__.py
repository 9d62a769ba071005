"""Suites over the policy library: retrieval, grounding, abstention, calibration."""
