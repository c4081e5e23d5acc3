"""What tells a person what there is: lists, places, help, and that they come without what they do not need."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from bioblue_tui.wordings.collection import default
from tests.support.command import COMMAND, Bioblue

# Lists


def test_lists_name_everything_there_is(bioblue: Bioblue) -> None:
    environments = bioblue.run("envs")
    assert [line.split("\t")[0] for line in environments.stdout.splitlines()] == [
        "homeostasis",
        "multi-homeostasis",
        "sustainability",
        "balancing",
    ]
    parameters = [line.split("\t") for line in bioblue.run("envs", "homeostasis").stdout.splitlines()]
    assert ["hysteresis", "10"] in [fields[:2] for fields in parameters]
    assert all(len(fields) == 3 for fields in parameters)
    agents = bioblue.run("agents", "sustainability")
    assert "greedy-harvester\t" in agents.stdout
    assert "OPENAI_API_KEY" in agents.stdout
    rows = [line.split("\t") for line in bioblue.run("agents").stdout.splitlines()]
    plays = {name: where for name, where, _ in rows}
    assert (plays["human"], plays["random"], plays["openai"]) == ("all", "all", "all")
    assert (plays["balanced"], plays["thermostat"]) == ("balancing", "homeostasis, multi-homeostasis")


def test_one_seed_is_given_to_run_as_to_play(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seed", "3", "--steps", "2")
    assert done.returncode == 0
    assert bioblue.record().header.seed == 3


def test_a_record_that_is_damaged_in_its_middle_is_listed_as_unreadable(bioblue: Bioblue) -> None:
    bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "1-4", "--steps", "20")
    whole, other, blank, cut = bioblue.files()
    lines = other.read_bytes().splitlines(keepends=True)
    other.write_bytes(b"".join([*lines[:29], b"X" + lines[29], *lines[30:]]))
    blank.write_bytes(blank.read_bytes().replace(b"\n", b"\n\n", 9))
    cut.write_bytes(b"".join(line for line in cut.read_bytes().splitlines(keepends=True) if b'"step":9,' not in line))
    found = {Path(one["file"]): one for one in map(json.loads, bioblue.run("list", "--json").stdout.splitlines())}
    assert (found[whole]["standing"], "error" in found[whole]) == ("complete", False)
    for path, told in ((other, "line 30: damaged: not valid JSON"), (blank, "line "), (cut, "step 10 follows step 8")):
        assert found[path]["standing"] == "unreadable"
        assert told in found[path]["error"]
    assert bioblue.run("list").stdout.count("unreadable: line ") == 3


def test_lists_are_drawn_within_a_terminal(bioblue: Bioblue) -> None:
    bioblue.run("run", "multi-homeostasis", "--agent", "collapse", "--seeds", "1-2", "--steps", "3")
    for command in (["envs"], ["envs", "multi-homeostasis"], ["agents"], ["list"]):
        with bioblue.terminal(*command, size=(70, 60)) as terminal:
            assert terminal.finish() == 0
        shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal.output.decode())
        assert "\t" not in shown
        assert all(len(line.rstrip()) <= 70 for line in shown.splitlines() if "/data/" not in line)
    # The file names are longer than the line, and whole.
    for path in bioblue.files():
        assert str(path) in shown


def test_trials_are_listed_newest_first(bioblue: Bioblue) -> None:
    empty = bioblue.run("list")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert f"no trials in {bioblue.data / 'trials'}" in empty.stderr
    bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "4-6", "--steps", "3")
    for moment, path in enumerate(sorted(bioblue.files())):
        os.utime(path, (moment, moment))
    (bioblue.data / "trials" / "broken.jsonl").write_text("{}\n")
    os.utime(bioblue.data / "trials" / "broken.jsonl", (0.5, 0.5))
    rows = [line.split("\t") for line in bioblue.run("list").stdout.splitlines()]
    assert [row[3] for row in rows] == ["6", "5", "4", "-"]
    assert rows[0][1:] == ["homeostasis", "thermostat", "6", "3/3", "complete", "-", str(bioblue.files()[-1])]
    assert rows[3][5].startswith("unreadable: ")
    assert {len(row) for row in rows} == {8}
    assert len(bioblue.run("list", "--limit", "2").stdout.splitlines()) == 2
    done = bioblue.run("list", "--json")
    listed = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry["seed"] for entry in listed] == [6, 5, 4, None]
    assert listed[0] == {
        "file": str(bioblue.files()[-1]),
        "created": rows[0][0],
        "environment": "homeostasis",
        "agent": "thermostat",
        "seed": 6,
        "done": 3,
        "steps": 3,
        "ended": "complete",
        "standing": "complete",
        "installed": True,
        "wording": default().title,
        "wording_digest": default().digest,
        "spending": None,
    }
    assert "record" in listed[3]["error"]
    assert (listed[3]["standing"], listed[3]["installed"]) == ("unreadable", True)


def test_a_list_says_of_how_many_it_shows_some(bioblue: Bioblue) -> None:
    bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "1-3", "--steps", "1")
    for form in ([], ["--json"]):
        some = bioblue.run("list", "--limit", "2", *form)
        assert len(some.stdout.splitlines()) == 2
        assert some.stderr == "bioblue: the 2 newest trials of 3; --limit 3 lists all\n"
        assert bioblue.run("list", "--limit", "3", *form).stderr == ""
    assert all(json.loads(line) for line in some.stdout.splitlines())


def test_an_environment_that_is_not_installed_is_no_damage(bioblue: Bioblue) -> None:
    bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "1", "--steps", "3")
    path = bioblue.files()[0]
    path.write_text(path.read_text().replace('"environment":"homeostasis"', '"environment":"pond"', 1))
    missing = "the environment 'pond' is not installed here"
    row = bioblue.run("list").stdout.rstrip("\n").split("\t")
    assert row[1:6] == ["pond", "thermostat", "1", "3/3", f"complete; {missing}"]
    (listed,) = [json.loads(line) for line in bioblue.run("list", "--json").stdout.splitlines()]
    assert (listed["environment"], listed["done"], listed["error"]) == ("pond", 3, missing)
    assert (listed["standing"], listed["installed"]) == ("complete", False)
    for command in ("analyse", "verify"):
        (told,) = [json.loads(line) for line in bioblue.run(command, "--json", str(path)).stdout.splitlines()]
        assert (told["environment"], told["installed"]) == ("pond", False)
        assert missing in told["error"]
    out = str(bioblue.data / "out.tsv")
    alone: list[tuple[str, ...]] = [(command,) for command in ("replay", "analyse", "verify", "resume")]
    for command, *also in [*alone, ("export", "-o", out), ("compare", str(path))]:
        done = bioblue.run(command, str(path), *also)
        assert done.returncode == 2, command
        assert missing in done.stderr, command
        assert "reward is in the file itself" in " ".join(done.stderr.split()), command
        assert "damaged" not in done.stderr


def test_a_trial_that_still_runs_or_was_cut_off_is_listed_as_not_ended(bioblue: Bioblue) -> None:
    bioblue.run("watch", "homeostasis", "--agent", "thermostat", "--steps", "3", "--display", "plain")
    lines = bioblue.file().read_bytes().splitlines(keepends=True)
    bioblue.file().write_bytes(b"".join(lines[:-1]))
    assert bioblue.run("list").stdout.split("\t")[4:6] == ["3/3", "complete"], "nothing but its last line is missing"
    bioblue.file().write_bytes(b"".join(lines[:-2]))
    assert bioblue.run("list").stdout.split("\t")[4:6] == ["2/3", "interrupted"]
    listed = json.loads(bioblue.run("list", "--json").stdout)
    assert (listed["ended"], listed["standing"]) == ("", "interrupted")


def test_locate_says_where_things_are(bioblue: Bioblue) -> None:
    bioblue.environ["BIOBLUE_CONFIG"] = str(bioblue.root / "my.toml")
    places = {"data": bioblue.data, "trials": bioblue.data / "trials", "config": bioblue.root / "my.toml"}
    assert bioblue.run("locate").stdout == "".join(f"{name}\t{path}\n" for name, path in places.items())
    for name, path in places.items():
        assert bioblue.run("locate", name).stdout == f"{path}\n"
    assert bioblue.run("locate", "data", "--data-dir", "there").stdout == f"{bioblue.root / 'there'}\n"
    assert bioblue.run("--data-dir", "there", "locate", "data").stdout == f"{bioblue.root / 'there'}\n"
    assert not bioblue.data.exists()


def test_the_configuration_has_its_place_in_the_platforms_directory(bioblue: Bioblue) -> None:
    for variable in ("XDG_CONFIG_HOME", "BIOBLUE_CONFIG"):
        bioblue.environ.pop(variable, None)
    found = Path(bioblue.run("locate", "config").stdout.rstrip("\n"))
    assert found.is_relative_to(bioblue.root)
    assert found.parts[-2:] == ("bioblue", "config.toml")


# Help


def test_help_names_every_command_in_full_and_every_exit_code(bioblue: Bioblue) -> None:
    done = bioblue.run("--help")
    assert done.returncode == 0
    assert "..." not in done.stdout.replace("[ARGS]...", "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    for name in ("play", "watch", "run", "replay", "verify", "export", "list", "envs", "agents", "locate", "doctor"):
        assert re.search(rf"^  {name} +\S.*\.$", done.stdout, re.MULTILINE), name
        own = bioblue.run(name, "--help")
        assert own.returncode == 0
        assert own.stdout.startswith(f"Usage: bioblue {name}")
    for code in (0, 1, 2, 130):
        assert re.search(rf"^ +{code}  +\S", done.stdout, re.MULTILINE), code
    assert bioblue.run("-h").stdout == done.stdout
    assert re.fullmatch(r"bioblue, version \d\S*\n", bioblue.run("--version").stdout)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["list"], ["list", "--json"], ["envs"], ["agents"], ["locate"], ["run", "--help"]],
    ids=" ".join,
)
def test_the_command_starts_without_what_it_does_not_need(bioblue: Bioblue, arguments: list[str]) -> None:
    bioblue.run("watch", "homeostasis", "--steps", "2", "--display", "plain")
    script = """
import atexit, json, sys
from bioblue_tui.cli import main
sys.argv = ["bioblue", *sys.argv[1:]]
atexit.register(lambda: print(json.dumps([name.partition(".")[0] for name in sys.modules]), file=sys.stderr))
main()
"""
    done = subprocess.run(
        [Path(COMMAND).with_name("python"), "-c", script, *arguments],
        env=bioblue.environ,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert done.stdout
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    unneeded = {"textual", "rich", "openai", "anthropic", "numpy", "httpx2", "genai_prices", "xllamacpp"}
    assert unneeded.isdisjoint(loaded)


def test_a_minus_stays_a_minus_where_only_few_characters_are_known(bioblue: Bioblue) -> None:
    bioblue.environ |= {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    script = "bioblue run homeostasis --agent thermostat --seeds 1 --steps 2"
    assert "noise -3, 100 ? 97" in bioblue.shell(script).stdout


def test_a_link_in_a_circle_hides_no_record_and_nothing_is_played_again(bioblue: Bioblue, tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    file.write_text('name = "b"\nseeds = "1-2"\nsteps = 3\nenvironments = ["homeostasis"]\nagents = ["thermostat"]\n')
    assert bioblue.run("batch", file).returncode == 0
    (bioblue.data / "trials" / "circle.jsonl").symlink_to("circle.jsonl")
    listed = bioblue.run("list")
    assert len(listed.stdout.splitlines()) == 3
    assert "circle.jsonl" in listed.stdout
    again = bioblue.run("batch", file, "--dry-run")
    assert "2 complete" in again.stderr
    assert "1 record can't be read (left out): circle.jsonl" in again.stderr
    assert "circle.jsonl" in bioblue.run("resume", "--all").stderr


@pytest.mark.parametrize("command", [["list"], ["overview"], ["resume", "--all"]])
def test_trials_that_are_no_directory_are_an_error_and_not_none(bioblue: Bioblue, command: list[str]) -> None:
    bioblue.data.mkdir(exist_ok=True)
    (bioblue.data / "trials").write_text("")
    done = bioblue.run(*command)
    assert done.returncode == 2
    assert "trials: the records in it cannot be read (Not a directory)" in done.stderr
    (bioblue.data / "trials").unlink()
    (bioblue.data / "trials").symlink_to("trials")
    done = bioblue.run(*command)
    assert done.returncode == 2
    assert "leads back to itself" in done.stderr
