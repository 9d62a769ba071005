"""Word documents to text: paragraphs, numbered lists, tables and form marks kept, hidden text reported."""
