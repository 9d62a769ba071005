"""What the panel reads and does: one module for each thing that a page shows or changes."""
