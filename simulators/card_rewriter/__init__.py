"""A Star TCP300 family card unit that speaks its real wire protocol."""

from simulators.card_rewriter.canvas import Canvas, face_png
from simulators.card_rewriter.commands import Edition
from simulators.card_rewriter.faults import Faults
from simulators.card_rewriter.fonts import Fonts, find_fonts
from simulators.card_rewriter.unit import Tcp300Simulator

__all__ = ["Canvas", "Edition", "Faults", "Fonts", "Tcp300Simulator", "face_png", "find_fonts"]
