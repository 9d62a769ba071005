"""The routes of the panel, one module for each kind of page."""
