"""The prompts, one Markdown file each, and the reader that fills their named variables."""
