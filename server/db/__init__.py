"""The database of head office: one place that opens it, one that changes its shape."""
