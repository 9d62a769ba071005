"""What medicine and billing need to read: codes, measures, drugs and eponyms are kept."""
