"""The people: who they are, how they are found, what the counters may know of them."""
