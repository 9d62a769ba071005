"""Carriers: the texts that the generator fills."""
