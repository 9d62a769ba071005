"""Scans and faxes to text: page by page by tesseract, each word with its confidence and its place on the page."""
