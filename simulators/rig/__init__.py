"""The rig: simulated devices behind pseudo-terminals, in real time, and the real terminal on their other end."""

from simulators.rig.counter import Counter
from simulators.rig.desk import RigTimeout
from simulators.rig.rig import Rig

__all__ = ["Counter", "Rig", "RigTimeout"]
