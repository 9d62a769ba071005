"""Suites over the guards: identifiers, sensitive records, tool authority, the gate."""
