"""One card visit as a total table: events in, the next state and effects out. Nothing here waits or writes."""
