"""Suites over running the product: latency and cost, audit and replay."""
