"""``./enishi`` itself: set-up once and never twice, from anywhere, and one clear sentence whenever it cannot go on.

The script runs for real; Python, pip and the packages are small stand-ins, so that every way of failing can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A Python that answers as told by files beside the project. "-m venv" makes an environment whose python is the same.
PYTHON = """#!/bin/bash
told={told}
case "$*" in
*version_info*) [[ ! -e $told/too_old ]] ;;
*ensurepip*) [[ ! -e $told/no_venv ]] ;;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip --version") [[ ! -e $told/no_pip ]] ;;
"-m pip "*)
  echo install >>$told/calls
  [[ -e $told/slow ]] && sleep 1
  [[ -e $told/says ]] && cat $told/says
  [[ ! -e $told/says ]] ;;
*assets/fetch.py) [[ ! -e $told/offline ]] || {{ echo "no network" >&2; exit 2; }}
  cd "${{2%/deploy/*}}" && mkdir -p assets server/web/static/vendor
  touch assets/.fetched assets/ipaexg.ttf server/web/static/vendor/htmx-2.min.js ;;
*assets/icons.py) cd "${{2%/deploy/*}}" && touch assets/icons.svg server/web/static/vendor/icons.svg ;;
*texts.py*) cd "${{1%/deploy/*}}" && touch shared/locale/en/LC_MESSAGES/enishi.mo ;;
*) echo "ran: $* in $PWD" ;;
esac
"""


class Place:
    """A copy of the command with a made-up Python, and what the two are told."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "enishi"
        self.told = folder / "told"
        self.bin = folder / "bin"
        for made in (self.root / "requirements", self.root / "deploy/assets", self.told, self.bin):
            made.mkdir(parents=True)
        (self.root / "shared/locale/en/LC_MESSAGES").mkdir(parents=True)
        (self.root / "shared/locale/en/LC_MESSAGES/enishi.po").touch()
        shutil.copy(ROOT / "enishi", self.root / "enishi")
        for name in ("run", "dev", "bench"):
            (self.root / f"requirements/{name}.txt").write_text(f"one-of-{name}==1.0\n")
        for name in ("pins.json", "icons.txt"):
            (self.root / "deploy/assets" / name).touch()
        python = self.bin / "python3"
        python.write_text(PYTHON.format(told=self.told))
        python.chmod(0o755)
        for tool in (
            "bash",
            "cat",
            "cp",
            "flock",
            "grep",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "touch",
            "tr",
        ):
            found = shutil.which(tool)
            if found is not None:
                (self.bin / tool).symlink_to(found)

    def tell(self, name: str, text: str = "") -> None:
        """Make the stand-ins behave differently from now on."""
        (self.told / name).write_text(text)

    def installs(self) -> int:
        """How often packages were installed."""
        calls = self.told / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def start(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.Popen[str]:
        """Begin a run; only our own tools are on its path."""
        environment: Mapping[str, str] = {"PATH": str(self.bin), "LANG": "ja_JP.UTF-8", **variables}
        return subprocess.Popen(
            [str(self.root / "enishi"), *arguments],
            cwd=cwd or self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> tuple[int, str, str]:
        """Exit code, what it printed, what it said."""
        process = self.start(*arguments, cwd=cwd, **variables)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_first_start_sets_up_and_the_second_does_nothing(place: Place) -> None:
    code, out, err = place.run("demo")
    assert (code, place.installs()) == (0, 1)
    assert "用意ができました" in err
    assert "ran: -m simulators.demo" in out
    code, out, err = place.run("demo", "--script")
    assert (code, place.installs(), err) == (0, 1, "")
    assert "ran: -m simulators.demo --script" in out


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (("server", "--port", "1"), "-m server --port 1"),
        (("terminal", "--config", "x"), "-m terminal.app --config x"),
        (("sim", "7"), "-m simulators.world 7"),
        (("test", "-k", "two words"), "-m pytest -k two words"),
    ],
)
def test_a_command_runs_its_module_with_its_arguments(place: Place, arguments: tuple[str, ...], module: str) -> None:
    code, out, _ = place.run(*arguments)
    assert code == 0
    assert f"ran: {module} in" in out


def test_it_works_through_a_symbolic_link_and_from_another_folder(place: Place, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "enishi-link"
    link.symlink_to(place.root / "enishi")
    done = subprocess.run(
        [str(link), "server"], cwd=tmp_path, env={"PATH": str(place.bin)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"ran: -m server in {tmp_path}" in done.stdout


def test_a_changed_list_of_packages_is_installed_again(place: Place) -> None:
    place.run("demo")
    (place.root / "requirements/run.txt").write_text("one-of-run==1.1\n")
    place.run("demo")
    assert place.installs() == 2


def test_a_moved_folder_gets_a_new_environment(place: Place) -> None:
    place.run("demo")
    moved = place.root.with_name("moved")
    place.root.rename(moved)
    place.root = moved
    code, _, err = place.run("demo")
    assert (code, place.installs()) == (0, 2)
    assert "移動された" in err


def test_what_the_tests_need_includes_what_the_product_needs(place: Place) -> None:
    place.run("setup", "dev")
    place.run("demo")
    assert place.installs() == 1


def test_two_starts_at_once_install_once(place: Place) -> None:
    place.tell("slow")
    first, second = place.start("demo"), place.start("demo")
    outcomes = [process.communicate(timeout=30) for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), outcomes
    assert place.installs() == 1


def test_two_starts_at_once_install_once_without_flock(place: Place) -> None:
    (place.bin / "flock").unlink()
    place.tell("slow")
    first, second = place.start("demo"), place.start("demo")
    outcomes = [process.communicate(timeout=30) for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), outcomes
    assert place.installs() == 1


def test_a_leftover_lock_of_a_dead_process_does_not_block(place: Place) -> None:
    (place.bin / "flock").unlink()
    lock = place.root / "var/set-up.lock.d"
    lock.mkdir(parents=True)
    (lock / "owner").write_text("999999999\n")
    code, _, _ = place.run("demo")
    assert code == 0
    assert not lock.exists()


def test_an_interrupted_set_up_is_taken_up_again(place: Place) -> None:
    place.tell("says", "ERROR: interrupted\n")
    assert place.run("demo")[0] == 2
    (place.told / "says").unlink()
    place.tell("no_pip")
    code, _, err = place.run("demo")
    assert code == 0
    assert "途中で止まった" in err


def break_too_old(place: Place) -> None:
    place.tell("too_old")


def break_no_python(place: Place) -> None:
    (place.bin / "python3").unlink()


def break_no_venv(place: Place) -> None:
    place.tell("no_venv")


def break_no_network(place: Place) -> None:
    place.tell("says", "WARNING: Retrying after connection broken by NewConnectionError\n")


def break_disk(place: Place) -> None:
    place.tell("says", "ERROR: Could not install packages due to an OSError: No space left on device\n")


def break_hash(place: Place) -> None:
    place.tell("says", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n")


def break_no_wheel(place: Place) -> None:
    place.tell("says", "ERROR: No matching distribution found for one-of-run==1.0\n")


@pytest.mark.parametrize(
    ("break_it", "japanese", "english"),
    [
        (break_too_old, "Python 3.11 以上が見つかりません", "No Python 3.11 or newer"),
        (break_no_python, "Python 3.11 以上が見つかりません", "No Python 3.11 or newer"),
        (break_no_venv, "venv がありません", "lacks the venv module"),
        (break_no_network, "ネットワークを確かめて", "check the network"),
        (break_disk, "空き容量が足りません", "The disk is full"),
        (break_hash, "記録と一致しない", "differs from its hash"),
        (break_no_wheel, "合う部品が見つかりません", "No package fits"),
    ],
)
def test_what_stops_the_set_up_is_said_in_one_sentence_with_the_remedy(
    place: Place, break_it: Callable[[Place], None], japanese: str, english: str
) -> None:
    break_it(place)
    code, out, err = place.run("demo")
    assert (code, out) == (2, "")
    assert japanese in err.splitlines()[-1]
    code, _, err = place.run("demo", LANG="en_GB.UTF-8")
    assert code == 2
    assert english in err.splitlines()[-1]
    assert japanese not in err
    code, _, err = place.run("demo", LANG="C.UTF-8")
    assert japanese in err
    assert english in err


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = Place(Path(folder))
        place.root.chmod(0o555)
        # Root may write everywhere, so root asks somebody else to try.
        user = "nobody" if os.geteuid() == 0 else None
        done = subprocess.run(
            [str(place.root / "enishi"), "demo"],
            cwd=place.root,
            env={"PATH": str(place.bin), "LANG": "ja_JP.UTF-8"},
            user=user,
            capture_output=True,
            text=True,
            check=False,
        )
        place.root.chmod(0o755)
    assert done.returncode == 2
    assert f"{place.root} に書き込めません" in done.stderr


def test_missing_assets_stop_the_start(place: Place) -> None:
    place.tell("offline")
    code, out, err = place.run("demo")
    assert (code, out) == (2, "")
    assert "no network" in err


def test_a_benchmark_is_chosen_by_name_and_gets_its_peers(place: Place) -> None:
    folder = place.root / "tests/benchmarks"
    folder.mkdir(parents=True)
    (folder / "visit.py").write_text("import time\n")
    (folder / "codec.py").write_text("from cobs import cobs\n")
    code, out, err = place.run("bench")
    assert (code, out) == (2, "")
    assert "codec visit" in err
    code, out, _ = place.run("bench", "visit", "--cards", "7")
    assert (code, place.installs()) == (0, 1)
    assert "ran: -m tests.benchmarks.visit --cards 7" in out
    assert place.run("bench", "codec")[0] == 0
    assert place.installs() == 2


def test_a_peer_that_cannot_be_built_stops_only_its_benchmark(place: Place) -> None:
    folder = place.root / "tests/benchmarks"
    folder.mkdir(parents=True)
    (folder / "codec.py").write_text("from cobs import cobs\n")
    place.run("setup", "dev")
    place.tell("says", "error: command 'gcc' failed: No such file or directory\n")
    code, out, err = place.run("bench", "codec")
    assert (code, out) == (2, "")
    assert "C コンパイラー" in err.splitlines()[-1]


def test_an_unknown_command_shows_the_help(place: Place) -> None:
    code, out, err = place.run("dance")
    assert code == 2
    assert "./enishi demo" in out
    assert "dance" in err
    assert place.installs() == 0


def test_help_needs_no_set_up(place: Place) -> None:
    code, out, err = place.run()
    assert (code, err, place.installs()) == (0, "", 0)
    assert "./enishi test" in out
