"""Who may use the console, and the sessions of those who do."""
