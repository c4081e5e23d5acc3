"""The commands ``report`` and ``plot`` as a person runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.command import Bioblue
from tests.support.records import need_published, published_files
from tests.support.reports import greedy, record
from tests.support.terminal import DEADLINE

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def files(bioblue: Bioblue) -> list[Path]:
    done = bioblue.run("run", "homeostasis", "--agent", "accelerator", "--seeds", "1-3", "--steps", "40")
    assert done.returncode == 0, done.stderr
    return bioblue.files()


def test_a_page_from_any_files(bioblue: Bioblue, files: list[Path]) -> None:
    done = bioblue.run("report", *files, "-o", "report.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "written: report.html\n"
    page = (bioblue.root / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    for path in files:
        assert path.name in page
    assert "accelerating maximisation" in page


@pytest.mark.parametrize("form", ["md", "csv", "tsv", "svg", "html"])
def test_texts_go_to_standard_output(bioblue: Bioblue, files: list[Path], form: str) -> None:
    done = bioblue.run("report", *files, "-o", "-", "--format", form)
    assert done.returncode == 0
    assert done.stderr == ""
    written = bioblue.run("report", *files, "-o", f"out.{form}")
    assert written.returncode == 0
    assert (bioblue.root / f"out.{form}").read_text(encoding="utf-8") == done.stdout


def test_plots_from_any_files(bioblue: Bioblue, files: list[Path]) -> None:
    done = bioblue.run("plot", *files, "-o", "plot.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "written: plot.svg\n")
    assert "n = 3" in ET.tostring(ET.parse(bioblue.root / "plot.svg").getroot(), encoding="unicode")


def test_what_cannot_be_read_is_told_and_the_others_are_reported(bioblue: Bioblue, files: list[Path]) -> None:
    (bioblue.root / "bad.jsonl").write_text("nonsense <script>\n")
    done = bioblue.run("report", *files, "bad.jsonl", "missing.tsv", "-o", "report.html")
    assert done.returncode == 2
    *named, counted = [line for line in done.stderr.splitlines() if line.startswith("bioblue: ")]
    assert ["bad.jsonl, line 1: " in named[0], "missing.tsv: " in named[1]] == [True, True]
    assert counted == "bioblue: of 5 files 2 left out, can't be read"
    page = (bioblue.root / "report.html").read_text(encoding="utf-8")
    assert "of 5 files 2 left out" in page
    for command in ("plot", "report"):
        bioblue.run(command, *files, "bad.jsonl", "missing.tsv", "-o", f"{command}.svg")
        assert "Of 5 files 2 left out, can't be read" in (bioblue.root / f"{command}.svg").read_text(encoding="utf-8")
    assert "bad.jsonl" in page
    assert "missing.tsv" in page
    assert "3 trials" in page


def test_nothing_is_written_where_nothing_can_be_read(bioblue: Bioblue) -> None:
    done = bioblue.run("report", "missing.tsv", "-o", "report.html")
    assert done.returncode == 2
    assert "no trial could be read" in done.stderr
    assert not (bioblue.root / "report.html").exists()


def test_a_file_that_is_there_is_kept_unless_forced(bioblue: Bioblue, files: list[Path]) -> None:
    (bioblue.root / "report.md").write_text("mine")
    done = bioblue.run("report", files[0], "-o", "report.md")
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (bioblue.root / "report.md").read_text() == "mine"
    assert bioblue.run("report", files[0], "-o", "report.md", "--force").returncode == 0
    assert (bioblue.root / "report.md").read_text(encoding="utf-8").startswith("# BioBlue report")
    kept = files[0].read_bytes()
    for command in (("report", files[0], "--format", "md"), ("export", files[0])):
        done = bioblue.run(*command, "-o", files[0], "--force")
        assert done.returncode == 2
        assert "is the record of a trial" in done.stderr
    assert files[0].read_bytes() == kept


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "report.txt"], "no format in the name"),
        (["-o", "-", "--format", "png"], "not a text format"),
        ([], "Missing option '-o'"),
    ],
)
def test_a_mistake_is_told_in_a_line(bioblue: Bioblue, files: list[Path], arguments: list[str], said: str) -> None:
    done = bioblue.run("report", files[0], *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_trials_that_are_no_different_ones_are_told(bioblue: Bioblue, tmp_path: Path) -> None:
    same = [record(tmp_path / f"{n}.jsonl", "homeostasis", seed=4) for n in range(2)]
    done = bioblue.run("report", *same, "-o", "-", "--format", "csv")
    assert done.returncode == 0
    assert "use the same noise" in done.stderr


@need_published
def test_the_published_trials_in_one_page(bioblue: Bioblue) -> None:
    done = bioblue.run("report", *published_files(), "-o", "published.html")
    assert done.returncode == 0
    assert "3 trials share one sequence of actions" in done.stderr
    page = (bioblue.root / "published.html").read_text(encoding="utf-8")
    assert page.count('<article class="trial"') == len(published_files())


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_a_browser_shows_the_page_and_runs_nothing_of_a_model(bioblue: Bioblue, tmp_path: Path) -> None:
    attack = "<script>document.title='PWNED'</script><img src=x onerror=\"document.title='PWNED'\">"
    path = record(tmp_path / "a.jsonl", "homeostasis", greedy, text=attack, model=attack)
    assert bioblue.run("report", path, "-o", "report.html").returncode == 0
    assert BROWSER is not None
    switches = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [BROWSER, *switches, "--dump-dom", (bioblue.root / "report.html").as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=4 * DEADLINE,
        check=False,
    )
    assert "<title>BioBlue report: 1 trial of homeostasis</title>" in done.stdout
    assert "Content Security Policy" not in done.stderr
    assert "&lt;script&gt;" in done.stdout
    assert "<img" not in done.stdout
