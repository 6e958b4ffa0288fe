"""The layers of the settings, and every way to get one wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from shared.errors import TEXTS, EnishiError
from simulators.identity import standalone, write_identity
from terminal.app.config import SECTIONS, load, split_device

KEY, SEED = bytes(range(32)), b"s" * 32
ALONE = standalone(SEED, KEY, tenant=7, kid=1, terminal=12)
OFFICE = structs.replace(ALONE, url="https://office.example", office_key=b"o" * 32)


@pytest.fixture
def identity_file(tmp_path: Path) -> Path:
    path = tmp_path / "identity.json"
    write_identity(path, ALONE)
    return path


@pytest.fixture
def minimal(tmp_path: Path, identity_file: Path) -> Path:
    """The smallest settings file that starts a terminal."""
    path = tmp_path / "terminal.toml"
    path.write_text(f'[terminal]\nidentity_file = "{identity_file}"\n')
    return path


def more(path: Path, text: str) -> Path:
    """A second file beside the first."""
    second = path.with_name("more.toml")
    second.write_text(text)
    return second


def refused(
    argv_sets: Sequence[str] = (), environ: dict[str, str] | None = None, paths: Sequence[Path] = ()
) -> EnishiError:
    with pytest.raises(EnishiError) as caught:
        load(argv_sets, environ or {}, paths)
    assert caught.value.code in TEXTS
    return caught.value


def test_the_defaults_fill_what_a_small_file_leaves_open(minimal: Path) -> None:
    config = load((), {}, [minimal])
    assert (config.identity, config.terminal.language, config.kiosk.port) == (ALONE, "ja", 8101)
    assert config.terminal.data_dir == Path("/var/lib/enishi/terminal")
    assert config.journal == Path("/var/lib/enishi/terminal/journal.db")
    assert config.devices.card_rewriter == "tcp300:/dev/ttyCARD"
    assert config.office_url == ""


def test_each_layer_beats_the_one_before(minimal: Path) -> None:
    second = more(minimal, "[kiosk]\nport = 1001\n[terminal]\nlanguage = 'en'\n")
    assert load((), {}, [minimal, second]).kiosk.port == 1001
    environ = {"ENISHI_KIOSK_PORT": "1002"}
    assert load((), environ, [minimal, second]).kiosk.port == 1002
    config = load(["kiosk.port=1003"], environ, [minimal, second])
    assert (config.kiosk.port, config.terminal.language) == (1003, "en")


def test_everything_can_come_from_the_environment(identity_file: Path) -> None:
    environ = {
        "ENISHI_TERMINAL_IDENTITY_FILE": str(identity_file),
        "ENISHI_CARD_FACE_LANDSCAPE": "true",
        "ENISHI_HEAD_OFFICE_SYNC_EVERY_S": "2.5",
        "ENISHI_SERVER_PORT": "8080",
        "ENISHI_PYTHON": "python3.12",
        "PATH": "/bin",
    }
    config = load((), environ)
    assert (config.card.face_landscape, config.head_office.sync_every_s) == (True, 2.5)


@pytest.mark.parametrize(
    ("argv_sets", "environ", "key", "suggestion"),
    [
        (["kiosk.prot=1"], {}, "kiosk.prot", "kiosk.port"),
        (["kisok.port=1"], {}, "kisok.port", "kiosk.port"),
        ([], {"ENISHI_TERMINAL_IDENTITY_FIEL": "x"}, "terminal.identity_fiel", "terminal.identity_file"),
        ([], {"ENISHI_TERMNAL_DATA_DIR": "1"}, "termnal_data_dir", "terminal.data_dir"),
        (["zzz.qqq=1"], {}, "zzz.qqq", "terminal, card, devices, kiosk, pos, head_office"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(
    minimal: Path, argv_sets: list[str], environ: dict[str, str], key: str, suggestion: str
) -> None:
    error = refused(argv_sets, environ, [minimal])
    assert (error.code, error.facts) == ("config.unknown_key", {"key": key, "suggestion": suggestion})


@pytest.mark.parametrize("text", ["[kiosk]\nprot = 1\n", "port = 1\n", "[devices.card]\nx = 1\n"])
def test_an_unknown_key_in_a_file_is_refused(minimal: Path, text: str) -> None:
    assert refused(paths=[minimal, more(minimal, text)]).code == "config.unknown_key"


@pytest.mark.parametrize(
    "text",
    [
        '[kiosk]\nport = "12"\n',
        "[kiosk]\nport = true\n",
        "[kiosk]\nport = 1.5\n",
        "[terminal]\nlanguage = 1\n",
        '[card]\nface_landscape = "yes"\n',
        "[terminal]\nidentity_file = 3\n",
        '[head_office]\nsync_every_s = "60"\n',
        "[kiosk]\nhost = 2026-01-01\n",
    ],
)
def test_a_value_of_the_wrong_type_in_a_file_is_refused(minimal: Path, text: str) -> None:
    assert refused(paths=[minimal, more(minimal, text)]).code == "config.wrong_type"


@pytest.mark.parametrize("text", ["kiosk.port=http", "kiosk.port=", "card.face_landscape=maybe", "kiosk.port"])
def test_a_text_that_is_not_of_the_settings_type_is_refused(minimal: Path, text: str) -> None:
    assert refused([text], paths=[minimal]).code == "config.wrong_type"


@pytest.mark.parametrize(
    "text",
    [
        "terminal.language=fr",
        "card.face_left_dots=-1",
        "kiosk.port=65536",
        "devices.card_rewriter=",
        "devices.scanner=wedge",
        "devices.card_rewriter=/dev/ttyCARD",
        "devices.receipt_printer=escpos",
        "head_office.sync_every_s=0",
        "head_office.sync_every_s=nan",
        "head_office.url=office.example",
    ],
)
def test_a_value_outside_its_range_is_refused(minimal: Path, text: str) -> None:
    error = refused([text], paths=[minimal])
    assert (error.code, error.facts["key"]) == ("config.bad_value", text.partition("=")[0])


@pytest.mark.parametrize("text", ["192.168.1.20, 192.168.1.21", "192.168.1.20,192.168.1.21,"])
def test_the_hosts_of_a_pos_are_a_list(minimal: Path, text: str) -> None:
    hosts = ("192.168.1.20", "192.168.1.21")
    token = "kiosk.pos_token_file=/etc/enishi/pos.token"
    assert load([f"kiosk.pos_hosts={text}", token], {}, [minimal]).kiosk.pos_hosts == hosts
    listed = more(minimal, '[kiosk]\npos_hosts = ["192.168.1.20", "192.168.1.21"]\n[pos]\nfolder = "/srv/pos"\n')
    config = load([token], {}, [minimal, listed])
    assert (config.kiosk.pos_hosts, config.pos.folder) == (hosts, Path("/srv/pos"))


@pytest.mark.parametrize("text", ["till-1", "192.168.1", "192.168.1.0/24", "::FFFF"])
def test_a_pos_is_named_by_its_address(minimal: Path, text: str) -> None:
    error = refused([f"kiosk.pos_hosts={text}"], paths=[minimal])
    assert (error.code, error.facts["key"]) == ("config.bad_value", "kiosk.pos_hosts")


def test_a_list_of_something_else_is_refused(minimal: Path) -> None:
    for text in ("[kiosk]\npos_hosts = [1]\n", '[kiosk]\npos_hosts = "192.168.1.20"\n'):
        assert refused(paths=[minimal, more(minimal, text)]).code == "config.wrong_type"


def test_a_pos_on_another_machine_needs_a_token(minimal: Path) -> None:
    error = refused(["kiosk.pos_hosts=192.168.1.20"], paths=[minimal])
    assert (error.code, error.facts["key"]) == ("config.missing_key", "kiosk.pos_token_file")


def test_a_missing_key_is_named_with_an_example(minimal: Path) -> None:
    minimal.write_text("[kiosk]\nport = 1\n")
    for error in (refused(paths=[minimal]), refused(["terminal.identity_file="], paths=[minimal])):
        assert (error.code, error.facts["key"]) == ("config.missing_key", "terminal.identity_file")
        assert error.facts["example"]


def test_only_the_receipt_printer_may_be_left_out(minimal: Path) -> None:
    assert load(["devices.receipt_printer="], {}, [minimal]).devices.receipt_printer == ""


def test_a_device_is_a_driver_and_its_port() -> None:
    assert split_device("tcp300:/dev/ttyCARD") == ("tcp300", "/dev/ttyCARD")
    assert split_device("escpos:COM3:") == ("escpos", "COM3:")


def test_the_identitys_seed_is_never_shown(minimal: Path) -> None:
    shown = repr(load((), {}, [minimal]))
    assert "terminal=12" in shown
    assert SEED.hex() not in shown
    assert "ssss" not in shown


def test_a_head_office_without_its_key_could_be_anybody(minimal: Path) -> None:
    assert refused(["head_office.url=https://office.example"], paths=[minimal]).code == "config.identity"


def test_head_office_is_where_the_identity_says_or_where_it_has_moved_to(minimal: Path, identity_file: Path) -> None:
    write_identity(identity_file, OFFICE)
    assert load((), {}, [minimal]).office_url == "https://office.example"
    assert load(["head_office.url=https://new.example"], {}, [minimal]).office_url == "https://new.example"


@pytest.mark.parametrize(
    ("url", "plain", "code"),
    [
        ("http://office.example", "false", "config.plain_http"),
        ("http://office.example", "true", ""),
        ("http://127.0.0.1:8080", "false", ""),
        ("http://localhost:8080", "false", ""),
        ("http://[::1]:8080", "false", ""),
        ("https://office.example", "false", ""),
    ],
)
def test_the_journal_travels_in_clear_only_on_this_machine_or_when_allowed(
    minimal: Path, identity_file: Path, url: str, plain: str, code: str
) -> None:
    write_identity(identity_file, OFFICE)
    sets = [f"head_office.url={url}", f"head_office.allow_plain_http={plain}"]
    if code:
        assert refused(sets, paths=[minimal]).code == code
    else:
        assert load(sets, {}, [minimal]).head_office.url == url


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"[kiosk\n",
        b"\xff\xfe",
        b"a = 1\na = 2\n",
        b"a = 2026-99-99",
        b"a = " + b"[" * 5_000,
        b"a=" + b"1" * 5_000,
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.toml"
    if content is not None:
        path.write_bytes(content)
    error = refused(paths=[path])
    assert (error.code, error.facts["path"]) == ("config.unreadable", str(path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=80)
    | st.tuples(st.sampled_from(["[kiosk]", "[terminal]", "[x]", ""]), st.text(max_size=60)).map(
        lambda parts: "\n".join(parts).encode("utf-8", "surrogatepass")
    )
)
def test_any_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    assert refused(paths=[path]).code in TEXTS


def test_every_setting_without_a_default_has_an_example() -> None:
    for kind in SECTIONS.values():
        for setting in dataclasses.fields(kind):
            assert setting.default is not dataclasses.MISSING or "example" in setting.metadata


@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=4),
    st.dictionaries(st.text(max_size=12).map("ENISHI_".__add__), st.text(max_size=8), max_size=4),
)
def test_any_text_is_refused_by_name(argv_sets: list[str], environ: dict[str, str]) -> None:
    try:
        load(argv_sets, environ)
    except EnishiError as error:
        code = error.code
    assert code in TEXTS  # it cannot load: what a terminal needs is never there
