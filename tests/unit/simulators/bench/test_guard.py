"""Who may drive the bench."""

import pytest

from simulators.bench.guard import objection

HERE = {"Host": "127.0.0.1:8110"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("method", "headers", "why"),
    [
        ("GET", HERE, None),
        ("GET", {"Host": "localhost"}, None),
        ("GET", {"Host": "[::1]:8110"}, None),
        ("POST", HERE | JSON, None),
        ("POST", HERE | JSON | {"Sec-Fetch-Site": "same-origin"}, None),
        ("GET", {}, "unknown host"),
        ("GET", {"Host": "shop.example:8110"}, "unknown host"),
        ("GET", HERE | {"Sec-Fetch-Site": "cross-site"}, "foreign page"),
        ("GET", HERE | LINK | {"Sec-Fetch-Dest": "document"}, None),
        ("GET", HERE | LINK | {"Sec-Fetch-Dest": "iframe"}, "foreign page"),
        ("POST", HERE | JSON | LINK | {"Sec-Fetch-Dest": "document"}, "foreign page"),
        ("POST", HERE, "an order is application/json"),
        ("POST", HERE | {"Content-Type": "text/plain"}, "an order is application/json"),
    ],
)
def test_only_our_own_pages_and_programs_may_give_orders(method: str, headers: dict[str, str], why: str | None) -> None:
    assert objection(method, headers) == why
