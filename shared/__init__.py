"""The kernel: pure functions and frozen values shared by terminal, head office and simulators."""
