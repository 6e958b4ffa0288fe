"""Where a webhook may go, and where never."""

from __future__ import annotations

import pytest

from server.api.addresses import METADATA, Target, is_allowed, read, resolve
from shared.errors import EnishiError

OWN = ["pos.test", "127.0.0.1"]


def refusal(url: str) -> str:
    with pytest.raises(EnishiError) as caught:
        read(url, OWN)
    return caught.value.code


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://shop.example/told", Target(True, "shop.example", 443, "/told")),
        ("https://SHOP.example:8443", Target(True, "shop.example", 8443, "/")),
        ("http://pos.test/a?b=1", Target(False, "pos.test", 80, "/a?b=1")),
        ("https://[2001:db8::1]/x", Target(True, "2001:db8::1", 443, "/x")),
    ],
)
def test_an_address_is_read_in_its_parts(url: str, target: Target) -> None:
    assert read(url, OWN) == target


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example/", "hook.plain"), ("ftp://shop.example/", "hook.url"), ("https:///x", "hook.url"),
        ("https://me:secret@shop.example/", "hook.url"), ("https://shop.example/#x", "hook.url"),
        ("https://shop.example:0/", "hook.url"), ("https://shop.example:99999/", "hook.url"),
        ("https://shop.example/\r\nX: y", "hook.url"), ("https://shop.example/ x", "hook.url"),
        ("https://店.example/", "hook.url"), ("https://shop.example/" + "x" * 500, "hook.url"), ("", "hook.url"),
        ("https://[::1", "hook.url"), ("file:///etc/passwd", "hook.url"), ("https://@/", "hook.url"),
    ],
)  # fmt: skip
def test_what_is_no_address_to_send_to_is_refused(url: str, code: str) -> None:
    assert refusal(url) == code


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "192.168.1.5", "172.16.0.1", "127.0.0.1", "::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:a00:1::"],
)  # fmt: skip
def test_inside_only_what_the_installation_names_is_reached(address: str) -> None:
    assert not is_allowed(address, is_own=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.5", "127.0.0.1", "::1", "fc00::1"])
def test_a_named_host_may_be_inside(address: str) -> None:
    assert is_allowed(address, is_own=True)


@pytest.mark.parametrize(
    "address",
    [*sorted(METADATA), "169.254.1.1", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
     "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "", "shop", "255.255.255.255"],
)  # fmt: skip
def test_machines_own_services_are_never_reached(address: str) -> None:
    assert not is_allowed(address, is_own=False)
    if address != "255.255.255.255":
        assert not is_allowed(address, is_own=True)


@pytest.mark.parametrize("address", ["203.0.114.1", "8.8.8.8", "2600::1"])
def test_the_world_outside_is_reached(address: str) -> None:
    assert is_allowed(address, is_own=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
def test_every_spelling_of_this_machine_is_found_out(host: str) -> None:
    target = read(f"https://{host}/", [])
    with pytest.raises(EnishiError) as caught:
        resolve(target, [])
    assert caught.value.code in ("hook.address", "hook.unknown_host")


def test_a_host_that_nobody_knows_is_named() -> None:
    with pytest.raises(EnishiError) as caught:
        resolve(Target(True, "nobody.invalid", 443, "/"), [])
    assert caught.value.code == "hook.unknown_host"


def test_a_named_host_gives_the_address_to_connect_to() -> None:
    assert resolve(Target(False, "127.0.0.1", 80, "/"), OWN) == "127.0.0.1"
