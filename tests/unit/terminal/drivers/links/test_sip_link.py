"""From the settings' file to a socket; every fault of the files has its code."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shared.errors import EnishiError
from terminal.drivers.links.sip_link import FILE_BYTES_MAX, open_sip
from terminal.drivers.links.udp_link import UdpLink
from terminal.protocol.datagrams import Introduction, ParcelDecoder, encode
from terminal.protocol.sip import Address
from terminal.protocol.sip_account import SipLine, decode_line


def settings(folder: Path, more: str = "", password: str = "s3cret\n", mode: int = 0o600) -> Path:
    """A file that is right, and its password."""
    secret = folder / "sip.password"
    secret.write_text(password)
    secret.chmod(mode)
    path = folder / "sip.toml"
    path.write_text(
        f'registrar = "127.0.0.1"\nport = 5999\nuser = "3"\nlocal_port = 0\npassword_file = "{secret}"\n{more}'
    )
    return path


def introduced(link: UdpLink) -> SipLine:
    link.write(encode(Introduction()))
    (parcel,) = ParcelDecoder().feed(link.read(4096, 1.0))
    assert isinstance(parcel, Introduction)
    return decode_line(parcel.line)


def fault(path: Path) -> EnishiError:
    with pytest.raises(EnishiError) as caught:
        open_sip(str(path)).close()
    return caught.value


def test_a_line_knows_itself_and_where_it_is(tmp_path: Path) -> None:
    link = open_sip(str(settings(tmp_path)))
    line = introduced(link)
    assert (line.user, line.auth_user, line.password, line.domain) == ("3", "3", "s3cret", "127.0.0.1")
    assert line.registrar == Address("127.0.0.1", 5999)
    assert line.local.host == "127.0.0.1"
    assert line.local.port > 0
    assert introduced(link).seed != line.seed
    link.close()


def test_a_name_is_looked_up(tmp_path: Path) -> None:
    path = settings(tmp_path, 'auth_user = "0003"\ndomain = "gw.example"\n')
    path.write_text(path.read_text().replace('"127.0.0.1"', '"localhost"'))
    link = open_sip(str(path))
    line = introduced(link)
    assert (line.registrar.host, line.domain, line.auth_user) == ("127.0.0.1", "gw.example", "0003")
    link.close()


def test_a_corrected_password_is_taken_without_a_restart(tmp_path: Path) -> None:
    link = open_sip(str(settings(tmp_path, password="wrong")))
    settings(tmp_path, password="right")
    assert introduced(link).password == "right"
    link.close()


@pytest.mark.parametrize("more", ['port = "x"\n', "local_port = 5998\n"])
def test_settings_that_changed_their_place_or_broke_open_the_link_afresh(tmp_path: Path, more: str) -> None:
    path = settings(tmp_path)
    link = open_sip(str(path))
    path.write_text("".join(line for line in path.open() if line.split()[0] not in more) + more)
    with pytest.raises(EnishiError) as caught:
        introduced(link)
    assert caught.value.code == "device.link_lost"
    link.close()


def test_every_fault_of_the_files_has_its_code(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.toml").code == "config.unreadable"
    path = settings(tmp_path, "port")
    assert fault(path).code == "config.unreadable"
    path.write_text("#" * FILE_BYTES_MAX + '\nregistrar = "127.0.0.1"\n')
    assert fault(path).code == "config.missing_key"
    assert fault(settings(tmp_path, "colour = 3\n")).code == "config.unknown_key"
    assert fault(settings(tmp_path, 'password = "s3cret"\n')).code == "config.secret_inline"
    assert fault(settings(tmp_path, password="\n")).code == "config.secret_missing"
    assert fault(settings(tmp_path, mode=0o644)).code == "config.secret_open"
    path = settings(tmp_path)
    (tmp_path / "sip.password").unlink()
    assert fault(path).facts["path"] == str(tmp_path / "sip.password")


def test_a_port_that_is_taken_and_a_name_that_nobody_knows_are_missing_links(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        path = settings(tmp_path)
        path.write_text(path.read_text().replace("local_port = 0", f"local_port = {taken.getsockname()[1]}"))
        assert fault(path).code == "device.link_missing"
    path.write_text(path.read_text().replace('"127.0.0.1"', '"no-such-gateway.invalid"'))
    assert fault(path).code == "device.link_missing"
