"""What staff may do, and with which stores' rows: below pages and features alike."""
