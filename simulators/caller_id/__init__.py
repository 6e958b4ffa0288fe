"""Simulated telephones as far as a counter sees them: a voice modem on the line, and a SIP gateway on the network."""

from simulators.caller_id.gateway import SipGatewaySimulator
from simulators.caller_id.modem import ModemSimulator
from simulators.caller_id.server import GatewayServer

__all__ = ["GatewayServer", "ModemSimulator", "SipGatewaySimulator"]
