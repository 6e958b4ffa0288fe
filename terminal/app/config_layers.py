"""Where settings come from: files, environment, command line. Each layer is ``section.key`` -> value."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shared.errors import EnishiError

DEFAULT_FILE = Path("/etc/enishi/terminal.toml")
ENV_PREFIX = "ENISHI_"
ENV_FOREIGN = ("ENISHI_SERVER_", "ENISHI_PYTHON")  # head office's settings and the starter's; not ours to judge
FILE_BYTES_MAX = 64 << 10  # a settings file is a page; anything longer is another file

Value = str | int | float | bool
Layer = dict[str, object]


def layers(
    argv_sets: Sequence[str], environ: Mapping[str, str], paths: Sequence[Path], sections: Iterable[str]
) -> tuple[Layer, Layer]:
    """The settings with their own types (files) and those that came as texts (environment, then command line).

    ``paths``: later files win; none: :data:`DEFAULT_FILE`, if there is one. Raises ``config.*``.
    """
    typed: Layer = {}
    for path in paths or ((DEFAULT_FILE,) if DEFAULT_FILE.exists() else ()):
        typed.update(_from_file(path))
    return typed, {**_from_environ(environ, tuple(sections)), **_from_argv(argv_sets)}


def _from_file(path: Path) -> Layer:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX)
        document = tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # a TOML error is a ValueError, so is a number too long
        raise EnishiError("config.unreadable", path=str(path), detail=str(error)[:200]) from error
    found: Layer = {}
    for section, values in document.items():
        if not isinstance(values, dict):
            found[section] = values  # a key above the first [section] belongs to none: unknown
            continue
        found.update({f"{section}.{key}": value for key, value in values.items()})
    return found


def _from_environ(environ: Mapping[str, str], sections: tuple[str, ...]) -> Layer:
    found: Layer = {}
    for name, value in environ.items():
        if name.startswith(ENV_PREFIX) and not name.startswith(ENV_FOREIGN):
            found[_dotted(name.removeprefix(ENV_PREFIX).lower(), sections)] = value
    return found


def _dotted(name: str, sections: tuple[str, ...]) -> str:
    """``head_office_url`` -> ``head_office.url``."""
    for section in sections:
        if name.startswith(section + "_"):
            return f"{section}.{name[len(section) + 1 :]}"
    return name


def _from_argv(argv_sets: Sequence[str]) -> Layer:
    found: Layer = {}
    for text in argv_sets:
        key, sign, value = text.partition("=")
        if not sign:
            raise EnishiError("config.wrong_type", key=text[:80], value="", wanted="section.key=value")
        found[key.strip()] = value.strip()
    return found
