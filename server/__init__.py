"""Head office: the books of all stores, the console, and the far end of the sync protocol."""
