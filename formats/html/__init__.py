"""Web pages and HTML bodies of mail to text: headings, lists, tables and form marks kept, hidden text reported."""
