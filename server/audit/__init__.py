"""What was done at head office, by whom: rows that nothing changes, each chained to the one before."""
