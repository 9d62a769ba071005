"""What the application runs on: settings, database, ledgers, logs, clock, model transport."""
