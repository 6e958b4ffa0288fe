"""How long the mechanism takes. No manual page gives durations: every number is an assumption, DER.

Anchors: hosts allow 7 s for any command and 10 s for a print; the manual recommends 6 s for reads and writes.
"""

QUICK_S = 0.02  # commands without motion, from ACK to response
TAKE_IN_S = 0.4  # from the inlet to the head
READ_PASS_S = 0.6  # with TAKE_IN_S a fresh card is read in 1.0 s
APPROACH_S = 0.4  # back to the start of the stripe before writing
WRITE_PASS_S = 0.6  # while it lasts, the stripe is torn
VERIFY_PASS_S = 1.2  # return and read: with the two above 2.2 s for a write
HEAT_S = 0.5  # head and erase bar
ERASE_S = 1.5
PRINT_S = 2.5  # with the two above 4.5 s for a face
DISCHARGE_S = 0.8
PROMPT_S = 0.4  # the one motion that asks a person to take the card
IDLE_MOVE_S = 0.5  # between front and rear idle position
RESET_S = 3.0  # "about 3 s", command manual MD/6
TRIES = 3  # of reads and writes: the factory's two retries, MD/59-60
