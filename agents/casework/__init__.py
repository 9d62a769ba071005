"""The use cases that doors call: open, work, review, export. They open the transactions."""
