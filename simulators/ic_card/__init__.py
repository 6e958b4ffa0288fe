"""Chip cards and their reader: FeliCa Lite-S, NTAG213 and MIFARE Classic behind the dialects of real readers."""
