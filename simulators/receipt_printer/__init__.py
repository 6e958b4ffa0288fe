"""A simulated receipt printer that speaks ESC/POS and Shift-JIS and prints lines and dots."""

from simulators.receipt_printer.device import EscposSimulator
from simulators.receipt_printer.glyphs import printer_glyphs
from simulators.receipt_printer.paper import PaperLine
from simulators.receipt_printer.raster import Glyphs, paper_png

__all__ = ["EscposSimulator", "Glyphs", "PaperLine", "paper_png", "printer_glyphs"]
