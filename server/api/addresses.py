"""Where a webhook may go: to nothing inside, unless the installation names the host (server-side request forgery).

The address that was looked at is the one that is connected to: a name that changes its mind in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.api.models import URL_MAX
from shared.errors import EnishiError

METADATA = frozenset({"169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "168.63.129.16"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
HTTPS, HTTP = "https", "http"
PORTS = {HTTPS: 443, HTTP: 80}
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """``path`` with its query."""

    tls: bool
    host: str
    port: int
    path: str


def read(url: str, own_hosts: Collection[str]) -> Target:
    """``own_hosts``: of the installation's own network; to these also without TLS. Raises ``hook.url`` or
    ``hook.plain``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EnishiError("hook.url") from error
    host = (parts.hostname or "").rstrip(".")
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_MAX
    if (
        not is_plain
        or parts.scheme not in PORTS
        or not host
        or parts.username is not None
        or parts.fragment
        or port == 0
    ):
        raise EnishiError("hook.url")
    if parts.scheme == HTTP and host not in own_hosts:
        raise EnishiError("hook.plain", host=host[:80])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == HTTPS, host, port or PORTS[parts.scheme], path)


def resolve(target: Target, own_hosts: Collection[str]) -> str:
    """The address to connect to. Raises ``hook.unknown_host`` or ``hook.address``."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EnishiError("hook.unknown_host", host=target.host[:80]) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_allowed(address, target.host in own_hosts):
            raise EnishiError("hook.address", host=target.host[:80])
    if not addresses:
        raise EnishiError("hook.unknown_host", host=target.host[:80])
    return addresses[0]


def is_allowed(address: str, is_own: bool) -> bool:
    """``is_own``: the installation names the host, so that private addresses and this machine may be meant."""
    try:
        ip = _inner(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if str(ip) in METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return ip.is_global or (is_own and (ip.is_private or ip.is_loopback))


def _inner(ip: _Ip) -> _Ip:
    """What an IPv6 address stands for."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
