"""A chain over weeks: many short visits, and whatever can befall cards, tills, head office and the clock.

Where ``simulators.world`` moves every byte on three wires, the fleet moves events: the card unit is a few lines, so
that a seed plays weeks instead of minutes. Kernel, journal, sync and head office are the real ones in both.
"""
