"""Typed reading tasks: extract facts, phrase a letter; by rules, and later by a model that code checks."""
