"""Settings: the layers, their order, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.config import SECRET_BYTES_MAX, Settings, is_loopback, load_settings
from shared.errors import TEXTS, EnishiError

NOWHERE = Path("/nonexistent/server.toml")


def refused(overrides: dict[str, str], environ: dict[str, str] | None = None, path: Path = NOWHERE) -> EnishiError:
    with pytest.raises(EnishiError) as caught:
        load_settings(overrides, environ or {}, path)
    assert caught.value.code in TEXTS
    return caught.value


def test_without_layers_the_defaults_hold() -> None:
    settings = load_settings({}, {}, NOWHERE)
    assert settings == Settings()
    assert settings.url == "sqlite:////var/lib/enishi/server/enishi.sqlite"
    assert settings.origin == "http://127.0.0.1:8080"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text('port = 1001\ntenant = 9\nlanguage = "en"\ntrusted_hosts = ["hq.example"]\n', "utf-8")
    environ = {"ENISHI_SERVER_PORT": "1002", "ENISHI_SERVER_TENANT": "10", "OTHER": "x"}
    settings = load_settings({"port": "1003"}, environ, path)
    assert (settings.port, settings.tenant, settings.language) == (1003, 10, "en")
    assert settings.trusted_hosts == ("hq.example",)


def test_an_unknown_key_stops_the_start_with_a_suggestion() -> None:
    error = refused({}, {"ENISHI_SERVER_DATABSE_URL": "x"})
    assert (error.code, error.facts["suggestion"]) == ("config.unknown_key", "database_url")


@pytest.mark.parametrize(
    "wrong", [{"port": "eighty"}, {"port": "65536"}, {"tenant": "1024"}, {"tenant": "-1"}, {"language": "fr"}]
)
def test_a_value_that_cannot_be_meant_stops_the_start(wrong: dict[str, str]) -> None:
    assert refused(wrong).code == "config.bad_value"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    for content in (b"port = = 1", b"\xff", b"port = " + b"[" * 5_000, b"port = " + b"1" * 5_000):
        path.write_bytes(content)
        error = refused({}, path=path)
        assert (error.code, error.facts["path"]) == ("config.unreadable", str(path))


@pytest.mark.parametrize("text", ["5", "true", '{ name = "hq.example" }'])
def test_a_list_of_hosts_must_be_a_list(tmp_path: Path, text: str) -> None:
    path = tmp_path / "server.toml"
    path.write_text(f"trusted_hosts = {text}\n", "utf-8")
    assert refused({}, path=path).code == "config.bad_value"


SETTINGS = st.dictionaries(st.sampled_from([*Settings.__dataclass_fields__, "x"]), st.text(max_size=20))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=80),
    SETTINGS,
)
def test_any_settings_hold_or_are_refused_by_name(tmp_path: Path, content: bytes, told: dict[str, str]) -> None:
    path = tmp_path / "server.toml"
    path.write_bytes(content)
    for layers in (({}, {}, path), (told, {}, NOWHERE)):
        try:
            assert isinstance(load_settings(*layers), Settings)
        except EnishiError as error:
            if error.code not in TEXTS:
                raise


@pytest.mark.parametrize(
    "wrong",
    [
        *({"public_url": url} for url in ("http://[", "https://[::1", "https://a b", "https://x:99999", "https://x:y")),
        {"public_url": "https://\0"},
        {"data_dir": "a\0b"},
        {"host": "["},
        {"host": "a b"},
    ],
)
def test_an_address_or_place_that_cannot_exist_stops_the_start(wrong: dict[str, str]) -> None:
    assert refused(wrong).code == "config.bad_value"


@pytest.mark.parametrize("url", ["http://hq.example", "http://192.168.1.5:8080", "ftp://localhost"])
def test_passwords_never_cross_a_network_in_clear(url: str) -> None:
    if url.startswith("ftp"):
        assert not load_settings({"public_url": url}, {}, NOWHERE).secure
    else:
        assert refused({"public_url": url}).code == "config.plain_http"


def test_cookies_demand_tls_wherever_there_is_tls() -> None:
    assert load_settings({"public_url": "https://hq.example/"}, {}, NOWHERE).secure
    assert not load_settings({}, {}, NOWHERE).secure


def test_only_named_hosts_are_answered() -> None:
    behind = load_settings({"public_url": "https://hq.example", "host": "10.0.0.5"}, {}, NOWHERE)
    assert behind.hosts == ["hq.example"]
    assert load_settings({}, {}, NOWHERE).hosts == ["127.0.0.1", "localhost", "[::1]"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("0.0.0.0", False), ("hq.example", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


# --- the database ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://enishi@db.example/enishi?sslmode=verify-full", "postgresql+psycopg://enishi@db.example/enishi"),
        ("postgres://db.example/enishi", "postgresql+psycopg://db.example/enishi"),
        ("postgresql+psycopg:///enishi?host=/run/postgresql", "postgresql+psycopg:///enishi"),
        ("sqlite:////srv/enishi.sqlite", "sqlite:////srv/enishi.sqlite"),
    ],
)
def test_a_database_is_known_by_its_address(tmp_path: Path, url: str, expected: str) -> None:
    secret = tmp_path / "url"
    secret.write_text(url + "\n")
    for told in ({"database_url": url}, {"database_url_file": str(secret)}):
        settings = load_settings(told, {}, NOWHERE)
        assert settings.url.partition("?")[0] == expected
        assert ("sslmode=verify-full" in settings.url) is ("sslmode" in url)


def test_a_password_comes_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    url = "postgresql+psycopg://enishi:s3cret%2F@db.example/enishi"
    error = refused({"database_url": url})
    assert (error.code, error.facts["instead"]) == ("config.secret_inline", "database_url_file")
    secret = tmp_path / "url"
    secret.write_text(url)
    settings = load_settings({}, {"ENISHI_SERVER_DATABASE_URL_FILE": str(secret)}, NOWHERE)
    assert settings.url == url
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("url", ["mysql://x", "no address", "postgresql+asyncpg://x", "postgresql://x:port/y", "://"])
def test_an_address_of_no_database_that_we_know_stops_the_start_unseen(tmp_path: Path, url: str) -> None:
    secret = tmp_path / "url"
    secret.write_text(url)
    for told in ({"database_url": url}, {"database_url_file": str(secret)}):
        error = refused(told)
        assert (error.code, error.facts["value"]) == ("config.bad_value", "…")


def test_a_secret_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for path in (tmp_path / "none", empty, tmp_path):
        assert refused({"database_url_file": str(path)}).code == "config.secret_missing"


def test_an_address_is_told_once(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("sqlite://")
    assert refused({"database_url": "sqlite://", "database_url_file": str(secret)}).code == "config.bad_value"


def test_a_secret_file_without_end_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("sqlite:///" + "x" * SECRET_BYTES_MAX)
    assert refused({"database_url_file": str(secret)}).code == "config.bad_value"
