"""Who may drive the bench: pages of the bench itself and programs on this machine."""

from __future__ import annotations

from collections.abc import Mapping

HOSTS = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-src 'self'; frame-ancestors 'self'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def objection(method: str, headers: Mapping[str, str]) -> str | None:
    """Why a request is turned away; None = welcome.

    Any page that the same browser shows can send requests to the loopback: the host name is checked against
    rebinding, and an order must be JSON, which a foreign page cannot send without asking first. A link on a foreign
    page may lead here: a page of the bench does nothing by being opened.
    """
    host = headers.get("Host", "")
    name, colon, port = host.rpartition(":")
    if (name if colon and port.isdigit() else host) not in HOSTS:
        return "unknown host"
    is_link = method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate" and _is_page(headers)
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none") and not is_link:
        return "foreign page"
    if method == "POST" and headers.get("Content-Type", "").partition(";")[0] != "application/json":
        return "an order is application/json"
    return None


def _is_page(headers: Mapping[str, str]) -> bool:
    """Whether a tab of the browser asks, not a frame of a foreign page."""
    return headers.get("Sec-Fetch-Dest") == "document"
