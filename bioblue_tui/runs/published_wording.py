"""Making a wording from a user's own checkout of the public reference scripts: it tells a model what they tell it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import bioblue_envs
from bioblue_envs import Environment, State, Transition

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.published_read import read_published
from bioblue_tui.records.schema import Record, RecordError, make_environment
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import Asked, Stepped
from bioblue_tui.wordings.collection import default, parse_own
from bioblue_tui.wordings.expressions import ScriptError
from bioblue_tui.wordings.facts import news
from bioblue_tui.wordings.prompts import Prompt, PromptError, Told, find_template
from bioblue_tui.wordings.scripts import SCRIPTS, Sent, read_script
from bioblue_tui.wordings.template import inline
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import WordingError, Words

_IMBALANCE = re.compile(r"\{if imbalance\}((?:(?!\{if |\{else|\{each ).)*?)\{end\}(?=\{end\}$)", re.DOTALL)
"""How a script words imbalance, where it is the last of the rewards."""


class ReplicationError(BioBlueError):
    """Scripts or logs that can't be used. The message says which, where, and what is expected."""


def wording_of(
    directory: Path, logs: Sequence[Path], name: str, tell: Callable[[str], None] = lambda line: None
) -> str:
    """Return a wording's file: it tells a model what the scripts tell it, and asks as the logs do.

    Args:
        directory: The checkout, with the scripts in it.
        logs: Published logs. Where their prompts differ from the scripts, as in older ones, observation and question
            are taken from the logs.
        name: The wording's name.
        tell: Receives a line for each part that is taken from the script although the logs differ from it, because no
            log shows that part.

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
    wording = _parsed(name, sent, told)
    for id_, records in asked.items():
        if any(_unlike(record, wording.of(id_)) for _, record in records):
            told[id_] = _told(id_, records, sent[id_], tell)
    wording = _parsed(name, sent, told)
    for id_, records in asked.items():
        for path, record in records:
            if step := _unlike(record, wording.of(id_)):
                raise ReplicationError(f"{_shown(path)}: the prompt of step {step} can't be reproduced")
    return "\n".join(_file(name, sent, told))


def _parsed(name: str, sent: Mapping[str, Sent], told: Mapping[str, Told]) -> Wording:
    try:
        return parse_own("\n".join(_file(name, sent, told)).encode(errors="surrogatepass"), name)
    except WordingError as error:
        raise ReplicationError(str(error)) from None


def _told(id_: str, records: Sequence[tuple[Path, Record]], sent: Sent, tell: Callable[[str], None]) -> Told:
    """Return the words of logs whose prompts differ from the script; a part that no log shows is the script's."""
    prompts = [prompt for path, record in records for prompt in _prompts(path, record)]
    files = ", ".join(_shown(path) for path, _ in records[:3]) + (" …" if len(records) > 3 else "")
    other = f"{files}: other words than the script's"
    if "{if rewards}" in sent.observation and not any(prompt.facts.switches["rewards"] for prompt in prompts):
        raise ReplicationError(f"{other}, and no step with rewards; name a log, too, that shows how they are told")
    unseen: list[str] = []
    if "{imbalance}" in sent.observation and not any(prompt.imbalance for prompt in prompts):
        parts = _IMBALANCE.findall(sent.observation)
        if len(parts) != 1:
            raise ReplicationError(f"{other}, and no step with imbalance; name a log with the hint, too")
        unseen = ["{if imbalance}", *parts[0].strip("\n").split("\n"), "{end}"]
        tell(f"{other}, and no step with imbalance: how that is told is the script's; name a log with the hint, too")
    try:
        return find_template(prompts, unseen)
    except PromptError as error:
        raise ReplicationError(f"{error.place or files}: {error_line(error)}") from None


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
        return read_script(read_bytes(path).decode("utf-8-sig"), bioblue_envs.make(id_).dimensions)
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
    """Yield, for each step, its prompt and the facts it reports, with the log's own numbers."""
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


def _prompts(path: Path, record: Record) -> Iterator[Prompt]:
    for text, environment, state, last in _steps(record):
        labels = dict.fromkeys((dimension.key for dimension in environment.dimensions), "")
        imbalance = environment.facts().switches.get("imbalance", False)
        place = f"{_shown(path)}, step {state.step + 1}"
        yield Prompt(text, news(environment, state, last, labels), imbalance, place)


def _unlike(record: Record, words: Words) -> int:
    """Return the first step whose prompt differs from what these words make; 0 for none."""
    for text, environment, state, last in _steps(record):
        if words.observation(environment, state, last) != text.strip():
            return state.step + 1
    return 0


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
        for label in dict.fromkeys(dimension.label for dimension in bioblue_envs.make(id_).dimensions):
            yield f'{label} = "{label}"'
    yield ""


def _instruction(text: str) -> str:
    """Return an instruction's template; where it is a choice of two whole texts, each is on lines of its own."""
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
