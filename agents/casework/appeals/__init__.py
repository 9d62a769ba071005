"""Use cases of appeals: open, export, file, record what came of them."""
