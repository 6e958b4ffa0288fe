"""Every device of the counter, spoken to over its real wire protocol."""
