"""Recognisers of the identifiers that have a shape or a label: each reads normalised text and yields Found spans."""
