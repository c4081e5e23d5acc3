"""Making a wording of what the public reference scripts tell a model, from a user's own checkout of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import envs
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.published_read import read_published
from bioblue_tui.records.schema import Record, RecordError, make_environment
from bioblue_tui.text import error_line, one_line
from bioblue_tui.trials.events import Asked, Stepped
from bioblue_tui.wordings.expressions import ScriptError
from bioblue_tui.wordings.facts import news
from bioblue_tui.wordings.library import default, parse_own
from bioblue_tui.wordings.prompts import Prompt, PromptError, Told, find_template
from bioblue_tui.wordings.scripts import SCRIPTS, Sent, read_script
from bioblue_tui.wordings.template import inline
from bioblue_tui.wordings.words import WordingError, Words
from envs import Environment, State, Transition


class ReplicationError(Exception):
    """Scripts or logs that do not fit. The message says which, where, and what is expected."""


def wording_of(directory: Path, logs: Sequence[Path], name: str) -> str:
    """Return the file of a wording that tells what the scripts tell, and asks as the logs do.

    Args:
        directory: The checkout: the scripts lie in it.
        logs: Published logs. For their environments observation and question are those of the prompts in them, since
            some logs are older than the scripts and ask in other words.
        name: What the wording is to be called.

    Raises:
        ReplicationError: When a script or a log can't be read, or does not fit.
    """
    asked = _asked(logs)
    sent = {id_: _read(path, id_) for path, id_ in _scripts(directory)}
    for id_, paths in asked.items():
        if id_ not in sent:
            script = next(file for file, other in SCRIPTS.items() if other == id_)
            raise ReplicationError(
                f"{_shown(paths[0][0])}: its instruction is in {script}, which is not in {directory}"
            )
    told: dict[str, Told] = {}
    for id_, records in asked.items():
        try:
            told[id_] = find_template([prompt for _, record in records for prompt in _prompts(record)])
        except PromptError as error:
            files = ", ".join(_shown(path) for path, _ in records[:3]) + (" …" if len(records) > 3 else "")
            raise ReplicationError(f"{files}: {error_line(error)}") from None
    text = "\n".join(_file(name, sent, told))
    try:
        wording = parse_own(text.encode(errors="surrogatepass"), name)
    except WordingError as error:
        raise ReplicationError(str(error)) from None
    for id_, records in asked.items():
        for path, record in records:
            _compare(path, record, wording.of(id_))
    return text


def _scripts(directory: Path) -> Iterator[tuple[Path, str]]:
    if not directory.is_dir():
        what = "a file" if directory.exists() else "not there"
        raise ReplicationError(f"{_shown(directory)}: {what}; name the directory of your checkout")
    found = [(directory / name, id_) for name, id_ in SCRIPTS.items() if (directory / name).is_file()]
    if not found:
        expected = ", ".join(SCRIPTS)
        raise ReplicationError(f"{_shown(directory)}: none of the reference scripts is in it ({expected})")
    yield from found


def _read(path: Path, id_: str) -> Sent:
    try:
        return read_script(read_bytes(path).decode("utf-8-sig"), envs.make(id_).dimensions)
    except RecordError as error:
        raise ReplicationError(str(error)) from None
    except UnicodeDecodeError:
        raise ReplicationError(f"{_shown(path)}: not UTF-8 text") from None
    except ScriptError as error:
        raise ReplicationError(f"{_shown(path)}, {error_line(error)}") from None


def _asked(logs: Sequence[Path]) -> dict[str, list[tuple[Path, Record]]]:
    found: dict[str, list[tuple[Path, Record]]] = {}
    for path in logs:
        try:
            record = read_published(path)
        except RecordError as error:
            raise ReplicationError(error_line(error)) from None
        found.setdefault(record.header.environment, []).append((path, record))
    return found


def _steps(record: Record) -> Iterator[tuple[str, Environment, State, Transition | None]]:
    """Yield each step's prompt, and what there was to tell: what the log says, number by number."""
    environment = make_environment(record.header)
    taken, last = environment.initial().taken, None
    prompts = {event.step: event.observation for event in record.events if isinstance(event, Asked)}
    for event in record.events:
        if isinstance(event, Stepped):
            state = State(event.before, taken, event.step - 1)
            yield prompts.get(event.step, ""), environment, state, last
            taken = tuple(map(sum, zip(taken, event.action, strict=True)))
            after = State(event.after, taken, event.step)
            last = Transition(state, event.action, event.change, after, event.rewards, event.metrics)


def _prompts(record: Record) -> Iterator[Prompt]:
    for text, environment, state, last in _steps(record):
        labels = dict.fromkeys((dimension.key for dimension in environment.dimensions), "")
        imbalance = environment.facts().switches.get("imbalance", False)
        yield Prompt(text, news(environment, state, last, labels), imbalance)


def _compare(path: Path, record: Record, words: Words) -> None:
    for text, environment, state, last in _steps(record):
        if words.observation(environment, state, last) != text.strip():
            raise ReplicationError(f"{_shown(path)}: the prompt of step {state.step + 1} can't be made anew")


def _file(name: str, sent: Mapping[str, Sent], told: Mapping[str, Told]) -> Iterator[str]:
    yield "# Made by bioblue wording from-reference out of a checkout of the reference scripts; the texts are theirs."
    yield ""
    yield f'name = "{name}"'
    yield "version = 1"
    yield 'about = "What the reference scripts tell a model."'
    for id_ in (id_ for id_ in default().words if id_ in sent):
        yield f"\n[{id_}]"
        yield f"instruction = {_toml(_instruction(sent[id_].instruction))}"
        if id_ in told:
            yield f"observation = {_toml(told[id_].observation)}"
            yield f"question = {_toml(told[id_].question)}"
        else:
            yield f"observation = {_toml(inline(sent[id_].observation))}"
            yield f"question = {_toml(sent[id_].question)}"
        yield f"\n[{id_}.labels]"
        for label in dict.fromkeys(dimension.label for dimension in envs.make(id_).dimensions):
            yield f'{label} = "{label}"'
    yield ""


def _instruction(text: str) -> str:
    """Return an instruction's template; one that is two whole texts has each on lines of its own."""
    whole = re.fullmatch(r"(\{if \w+\})(.*)\{else\}(.*)\{end\}", text, re.DOTALL)
    if whole is None or any(part.count("{if ") != part.count("{end}") for part in (whole[2], whole[3])):
        return inline(text)
    return "\n".join([whole[1], inline(whole[2].strip()), "{else}", inline(whole[3].strip()), "{end}"])


def _toml(text: str) -> str:
    """Return a text as TOML has it in triple quotes."""
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
    escaped = "".join(c if c in "\n\t" or (c >= " " and c != "\x7f") else f"\\u{ord(c):04x}" for c in escaped)
    return f'"""\n{escaped}\n"""'


def _shown(path: Path) -> str:
    return one_line(str(path), 200)
