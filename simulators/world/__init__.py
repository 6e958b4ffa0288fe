"""Whole shops on a virtual clock with one seed: real kernel, driver cores, journals and head office; simulated rest."""
