"""The machines on the counters, as head office knows them."""
