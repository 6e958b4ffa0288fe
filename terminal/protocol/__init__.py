"""Wire bytes <-> messages of each device. Pure: no port, no clock, no thread."""
