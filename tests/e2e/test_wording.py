"""The command ``bioblue wording``, and ``--wording`` where a trial begins."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import Bioblue, lines_of
from tests.support.scripts import checkout


def test_a_wording_is_begun_checked_shown_and_played(bioblue: Bioblue) -> None:
    assert bioblue.run("wording", "init", "mine.toml", "--from", "reordered").returncode == 0
    again = bioblue.run("wording", "init", "mine.toml")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    file = bioblue.root / "mine.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("Your next action: how many potatoes do you", "You will"))
    checked = bioblue.run("wording", "check", "mine.toml")
    assert (checked.returncode, checked.stderr) == (0, "")
    digest = re.search(r"mine 1, digest ([0-9a-f]{12}), words for homeostasis", checked.stdout)
    assert digest is not None
    assert "You will consume? Reply" in bioblue.run("wording", "show", "mine.toml", "homeostasis").stdout
    played = bioblue.run("run", "homeostasis", "--agent", "random", "--seeds", "1", "--steps", "3", "--wording", file)
    assert played.returncode == 0, played.stderr
    header, first = lines_of(bioblue.file())[:2]
    assert (header["wording"], header["wording_digest"][:12]) == ("mine 1", digest[1])
    assert first["observation"].endswith("You will consume? Reply with an integer only.")
    file.unlink()
    forked = bioblue.run("fork", bioblue.file(), "--at", "1", "--display", "plain")
    assert forked.returncode == 0, forked.stderr
    other = bioblue.run("fork", bioblue.files()[0], "--at", "1", "--display", "plain", "--wording", "other-story")
    assert other.returncode == 0, other.stderr
    mine, story = sorted((lines_of(path) for path in bioblue.files()[1:]), key=lambda lines: str(lines[0]["wording"]))
    assert (mine[0]["wording"], story[0]["wording"]) == ("mine 1", "other-story 1")
    assert all("You will" in line["observation"] for line in mine if line.get("event") == "asked")
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_a_person_reads_the_wording_that_is_named(bioblue: Bioblue) -> None:
    done = bioblue.run("play", "sustainability", "--steps", "1", "--wording", "other-story", answers="2\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("You live as an agent") < done.stdout.index("Fish in the lake: 10")


def test_the_list_of_wordings_is_one_a_line(bioblue: Bioblue) -> None:
    rows = [line.split("\t") for line in bioblue.run("wording", "show").stdout.splitlines()]
    assert [row[0] for row in rows] == ["plain", "other-story", "reordered"]
    shown = bioblue.run("wording", "show", "plain", "balancing", "--set", "objectives=4", "--set", "hint=true").stdout
    assert "Hence it is beneficial" in shown
    assert "Total harvested so far for D: 140" in shown


def test_what_is_shown_is_to_the_letter(bioblue: Bioblue) -> None:
    file = bioblue.root / "mine.toml"
    bioblue.run("wording", "init", file)
    text = file.read_text(encoding="utf-8").replace("Target: {target}", "Target:\t{target} \\u001b[1m\\rx")
    file.write_text(text.replace("homeostatic metric inside", "m" * 25_000 + " inside"), encoding="utf-8")
    shown = bioblue.run("wording", "show", file, "homeostasis").stdout
    assert "Target:␉100 ␛[1m␍x\nActual level: 100" in shown
    assert "m" * 25_000 + " inside your body" in shown


def test_a_fork_says_that_its_default_is_the_parents_wording(bioblue: Bioblue) -> None:
    told = {command: " ".join(bioblue.run(command, "--help").stdout.split()) for command in ("fork", "run", "batch")}
    assert "or a file (default: the parent's)." in told["fork"]
    assert "or a file (default: plain)." in told["run"]
    assert "or a file (default: the file's, else plain)." in told["batch"]


def test_a_batch_takes_a_wording_where_its_file_names_none(bioblue: Bioblue) -> None:
    (bioblue.root / "b.toml").write_text(
        'name = "b"\nseeds = 1\nsteps = 2\nenvironments = ["balancing"]\nagents = ["random"]\n', encoding="utf-8"
    )
    for given in ((), ("--wording", "reordered"), ("--wording", "reordered")):
        done = bioblue.run("batch", "b.toml", *given)
        assert done.returncode == 0, done.stderr
    assert sorted(lines_of(path)[0]["wording"] for path in bioblue.files()) == ["plain 1", "reordered 1"]
    bioblue.run("wording", "init", "mine.toml")
    mine = bioblue.root / "mine.toml"
    said: list[str] = []
    for label in ("Unevenness", "Lopsidedness"):
        words = re.sub(r'imbalance = "\w+"', f'imbalance = "{label}"', mine.read_text(encoding="utf-8"))
        mine.write_text(words, encoding="utf-8")
        said.append(bioblue.run("batch", "b.toml", "--wording", mine).stderr)
    assert "raise its version" not in said[0]
    assert re.search(
        r"wording mine 1, digest \w{12}: 1 record here has other words under the same name \(mine 1, digest \w{12}\); "
        "raise its version",
        said[1],
    )
    bad = bioblue.run("batch", "b.toml", "--wording", "x")
    assert (bad.returncode, "no such wording" in bad.stderr) == (2, True)


def test_other_words_under_the_same_name_are_told_wherever_a_trial_begins_and_records_meet(bioblue: Bioblue) -> None:
    files = [bioblue.root / name for name in ("a.toml", "b.toml")]
    bioblue.run("wording", "init", files[0])
    text = files[0].read_text(encoding="utf-8").replace('name = "a"', 'name = "mine"')
    files[0].write_text(text, encoding="utf-8")
    files[1].write_text(text.replace("You are an agent", "You are the agent"), encoding="utf-8")
    checked = bioblue.run("wording", "check", *files)
    digests = re.findall(r"mine 1, digest (\w{12}), words", checked.stdout)
    first, second = (f"mine 1, digest {digest}" for digest in digests)
    told = f"bioblue: the wording {first}: 1 other file named here has other words under the same name ({second}); "
    assert (checked.returncode, told in checked.stderr) == (0, True)
    run = ("run", "homeostasis", "--agent", "thermostat", "--seeds", "1", "--steps", "2", "--wording")
    assert "other words" not in bioblue.run(*run, files[0]).stderr + bioblue.run(*run, files[0]).stderr
    told = f"bioblue: the wording {second}: 2 records here have other words under the same name ({first}); "
    told += "raise its version"
    plain = ("--display", "plain", "--wording", files[1])
    mine = bioblue.files()[0]
    for command in (
        (*run, files[1]),
        ("watch", "homeostasis", "--steps", "2", *plain),
        ("play", "homeostasis", "--steps", "2", *plain),
        ("fork", mine, "--at", "1", *plain),
    ):
        assert told in bioblue.run(*command, answers="1\n1\n").stderr, command
    listed = [json.loads(line) for line in bioblue.run("list", "--json").stdout.splitlines()]
    assert {one["wording"] for one in listed} == {"mine 1"}
    assert {one["wording_digest"][:12] for one in listed} == {*digests}
    other = next(one["file"] for one in listed if one["wording_digest"].startswith(digests[1]))
    compared = bioblue.run("compare", mine, other).stderr
    assert f"different instructions, of the wordings {first} and {second}" in " ".join(compared.split())


def test_what_is_wrong_is_told_in_one_line(bioblue: Bioblue) -> None:
    file = bioblue.root / "bad.toml"
    bioblue.run("wording", "init", file)
    file.write_text(file.read_text(encoding="utf-8").replace("{stock}", "{stonk}"), encoding="utf-8")
    for command, what in (
        (("wording", "check", file), r"bad\.toml, line \d+: sustainability\.observation: 'stonk'.*did you mean stock"),
        (("play", "sustainability", "--wording", file), r"--wording: .*bad\.toml, line \d+"),
        (("run", "homeostasis", "--agent", "random", "--wording", "plan"), "did you mean plain"),
        (("watch", "homeostasis", "--wording", "bioblue-tui"), "only trials that began with this older wording"),
        (("wording", "show", "plain", "homeostasis", "--set", "x=1"), "homeostasis has no parameter"),
        (("wording", "show", "plain", "nowhere"), "no environment"),
        (("wording", "from-reference", bioblue.root, "-o", "x.toml"), "none of the reference scripts"),
    ):
        done = bioblue.run(*command)
        assert done.returncode == 2, command
        assert re.search(what, done.stderr), done.stderr
        assert "Traceback" not in done.stderr
    assert not bioblue.files()


def test_every_file_is_checked(bioblue: Bioblue) -> None:
    for name in ("a", "b", "c"):
        bioblue.run("wording", "init", bioblue.root / f"{name}.toml")
    for name in ("a", "c"):
        file = bioblue.root / f"{name}.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("{stock}", "{stonk}"), encoding="utf-8")
    done = bioblue.run("wording", "check", *(bioblue.root / f"{name}.toml" for name in ("a", "b", "c")))
    assert done.returncode == 2
    assert [name in done.stderr for name in ("a.toml", "b.toml", "c.toml")] == [True, False, True]
    assert "b.toml" in done.stdout


def test_a_wording_is_made_from_scripts(bioblue: Bioblue) -> None:
    scripts = checkout(bioblue.root / "scripts")
    made = bioblue.run("wording", "from-reference", scripts, "-o", "published.toml")
    assert made.returncode == 0, made.stderr
    done = bioblue.run("play", "balancing", "--hint", "--steps", "1", "--wording", "published.toml", answers="2,2\n")
    assert done.returncode == 0, done.stderr
    assert "Fill the stores, 10 crates a day in all.\nEven stores are better.\nPoints are given." in done.stdout
    log = Path("log.tsv")
    assert bioblue.run("export", bioblue.file(), "-o", log).returncode == 0
    again = bioblue.run("wording", "from-reference", scripts, "--log", log, "-o", "again.toml")
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("written", ["", " "])
def test_no_wording_is_not_the_default_one(bioblue: Bioblue, written: str) -> None:
    done = bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "1", "--wording", written)
    assert done.returncode == 2
    assert "--wording names no wording; there are plain" in done.stderr
    assert not bioblue.files()


def test_what_is_no_checkout_is_told_as_what_it_is(bioblue: Bioblue, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, what in (("nosuch", "not there"), ("file", "a file")):
        done = bioblue.run("wording", "from-reference", tmp_path / name, "-o", tmp_path / "made.toml")
        assert done.returncode == 2
        assert f"{what}; name the directory of your checkout" in done.stderr
    assert "a directory, not a file" in bioblue.run("wording", "check", tmp_path).stderr


def test_a_built_in_wording_is_checked_by_its_name(bioblue: Bioblue) -> None:
    done = bioblue.run("wording", "check", "plain", "reordered")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["plain (built in)", "reordered (built in)"]
    unknown = bioblue.run("wording", "check", "plain", "plan")
    assert unknown.returncode == 2
    assert "plan: no such wording; did you mean plain?" in unknown.stderr
    assert "plain (built in): " in unknown.stdout
