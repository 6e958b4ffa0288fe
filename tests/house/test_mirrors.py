"""The trees mirror each other: a driver has its simulator and its golden bytes, a unit test has its module."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from tests.house.tree import PRODUCT, Source, drivers, is_driver, python_files, source

MIRRORED = ("unit",)


def unmirrored(driver: Source, paths: Collection[str]) -> Iterator[str]:
    """What a driver lacks: a simulator named as its role or its model, and golden bytes named as one of these or as a
    protocol that it speaks."""
    role, model = driver.path.split("/")[2], PurePosixPath(driver.path).stem
    names = {role, model} - {"__init__", "core"}
    if not {f"simulators/{name}{end}" for name in names for end in (".py", "/__init__.py")} & set(paths):
        yield f"{driver.path} has no simulator (looked for {', '.join(sorted(names))})"
    protocols = {PurePosixPath(path).stem for path in paths if path.startswith("terminal/protocol/")}
    names |= {name for name in protocols if f"terminal.protocol.{name}" in driver.text}
    golden = {PurePosixPath(path).stem.removeprefix("test_") for path in paths if path.startswith("tests/golden/")}
    if not any(stem == name or stem.startswith(name + "_") for stem in golden for name in names):
        yield f"{driver.path} has no golden test (looked for {', '.join(sorted(names))})"


def orphans(paths: Collection[str]) -> Iterator[str]:
    """Unit tests whose module is not where the mirror says."""
    modules = {path.removesuffix(".py").removesuffix("/__init__") for path in paths if path.split("/")[0] in PRODUCT}
    for path in paths:
        parts = PurePosixPath(path).parts
        if parts[0] != "tests" or parts[1] not in MIRRORED or not parts[-1].startswith("test_"):
            continue
        folder, name = "/".join(parts[2:-1]), parts[-1].removeprefix("test_").removesuffix(".py")
        if folder.split("/")[0] == "deploy":
            continue
        near = {module for module in modules if module == folder or module.startswith(folder + "/")}
        stems = {module.rsplit("/", 1)[-1] for module in near}
        if not any(name == stem or name.startswith(stem + "_") for stem in stems):
            yield f"{path} tests no module of {folder or 'the project'}"


def test_every_driver_has_a_simulator_of_its_name_and_golden_bytes() -> None:
    paths = [file.path for file in python_files()]
    found = [line for driver in drivers() for line in unmirrored(driver, paths)]
    assert drivers()
    assert not found, "\n".join(found)


def test_every_unit_test_stands_where_its_module_stands() -> None:
    found = list(orphans([file.path for file in python_files()]))
    assert not found, "\n".join(found)


def test_a_driver_without_twins_is_found() -> None:
    core = "from terminal.protocol.hdlc import x\nclass Core:\n    def feed(self): ...\n    def command(self): ...\n"
    driver = source("terminal/drivers/scanner/wedge.py", core)
    assert is_driver(driver.tree)
    protocol = "terminal/protocol/hdlc.py"
    assert not list(unmirrored(driver, [protocol, "simulators/scanner.py", "tests/golden/test_hdlc_frames.py"]))
    assert not list(unmirrored(driver, [protocol, "simulators/wedge.py", "tests/golden/x/test_wedge.py"]))
    assert len(list(unmirrored(driver, [protocol, "simulators/other.py", "tests/golden/test_other.py"]))) == 2


def test_a_unit_test_of_nothing_is_found() -> None:
    paths = [
        "shared/card/codec.py",
        "tests/unit/shared/card/test_codec.py",
        "tests/unit/shared/card/test_codec_limits.py",
    ]
    assert not list(orphans(paths))
    assert list(orphans([*paths, "tests/unit/shared/points/test_codec.py"]))
    assert list(orphans([*paths, "tests/unit/shared/card/test_mac.py"]))
