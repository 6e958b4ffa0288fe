"""Who may talk to the kiosk's page: a browser that was led here by this page, and nobody else.

The page listens on the loopback by default, but every page that the same browser opens can send requests there.
Host is checked against rebinding of names, Origin and Sec-Fetch-Site against foreign pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def objection(method: str, headers: Mapping[str, str], hosts: Collection[str]) -> str | None:
    """Why a request is turned away, in English for the log and the reply; None = welcome.

    ``hosts``: names without port under which the page may be reached.
    """
    host = headers.get("Host", "")
    if host_name(host) not in hosts:
        return "unknown host"
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none") and not _is_visit(method, headers):
        return "foreign page"
    if method in ("GET", "HEAD", "OPTIONS"):
        return None
    if headers.get("Origin") != f"http://{host}":
        return "foreign origin"
    return None


def _is_visit(method: str, headers: Mapping[str, str]) -> bool:
    """A person follows a link to the page: it opens in a tab of its own, and the other page cannot read it."""
    return (
        method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    )


def host_name(host: str) -> str:
    """The host without its port: ``[::1]:8090`` -> ``[::1]``."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
