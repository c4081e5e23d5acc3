"""What a person may set for a language model besides its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from bioblue_tui.agents.base import AgentError

FULL_HISTORY = "full"
"""The whole history, as in the paper."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What is sent to a provider besides the messages; the defaults are the paper's, where the model accepts them.

    Attributes:
        base_url: Where the server is; None for the provider's own.
        temperature: None to leave it out.
        top_p: None to leave it out.
        max_tokens: Most tokens of an answer; None to leave it out.
        effort: How much a reasoning model reasons, in the provider's words; None to leave it out.
        thinking: Most tokens of thinking before an answer, where the API has such a limit; None for no thinking.
        history: How much of the past is sent, as in ``parse_history``.
        grammar: Whether the server restricts the model to integers; None for the agent's default.
        send_reasoning: Whether the model is sent the reasoning in its own past answers.
        extra: More fields of the request's JSON body. They replace those of the same name.
        explicit: Names of the fields that a person set, even if only to their default. A field that differs from its
            default counts as set. When a model refuses one of these, the person is told; others are left out with a
            note.
        confirmed: False where the base URL comes from a record and nobody has confirmed it: no key is sent there.
    """

    base_url: str | None = None
    temperature: float | None = 1.0
    top_p: float | None = 1.0
    max_tokens: int | None = 100
    effort: str | None = None
    thinking: int | None = None
    history: str = FULL_HISTORY
    grammar: bool | None = None
    send_reasoning: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)
    explicit: frozenset[str] = frozenset()
    confirmed: bool = field(default=True, compare=False)

    def is_set(self, name: str) -> bool:
        """Tell whether a person set a field; False for a name that is not a field's."""
        return name in self.explicit or any(
            known.name == name and getattr(self, name) != known.default for known in fields(self)
        )

    @classmethod
    def of(cls, provider: Mapping[str, object]) -> ModelSettings:
        """Return the settings that an agent with these provider parameters was made with."""
        limit = _whole(provider.get("max_completion_tokens", provider.get("max_tokens")))
        thinking = _whole(_inside(provider, "thinking", "budget_tokens"))
        if limit is not None and thinking is not None:
            limit -= thinking
        extra, grammar = provider.get("extra"), provider.get("grammar")
        return cls(
            base_url=_text(provider.get("base_url")),
            temperature=_number(provider.get("temperature")),
            top_p=_number(provider.get("top_p")),
            max_tokens=limit,
            effort=_text(provider.get("reasoning_effort", _inside(provider, "output_config", "effort"))),
            thinking=thinking,
            history=_text(provider.get("history")) or FULL_HISTORY,
            grammar=grammar if isinstance(grammar, bool) else None,
            send_reasoning=provider.get("send_reasoning") is True,
            extra=extra if isinstance(extra, Mapping) else {},
            confirmed=False,
        )


def parse_history(text: str) -> int | None:
    """Read how much of the past is sent.

    Args:
        text: ``full`` for all of it, ``none`` for the present observation alone, ``window:20`` for the last 20
            exchanges.

    Returns:
        How many of the last exchanges are sent; None for all.

    Raises:
        AgentError: When the text is none of these.
    """
    if text == FULL_HISTORY:
        return None
    if text == "none":
        return 0
    name, _, count = text.partition(":")
    if name == "window" and count.isascii() and count.isdigit() and len(count) <= 6 and int(count):
        return int(count)
    raise AgentError(f"history {text[:40]!r}: full, none or window:K expected, such as window:20 for the last 20 turns")


def _inside(provider: Mapping[str, object], name: str, key: str) -> object:
    found = provider.get(name)
    return found.get(key) if isinstance(found, Mapping) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
