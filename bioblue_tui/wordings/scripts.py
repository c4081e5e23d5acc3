"""Reading what the public reference scripts tell a model, out of their source text. They are parsed and never run.

The text that a script sends is built step by step: strings that are assigned, added to, and depend on a few switches.
This follows those statements and makes a template of each message; whatever else a script does is passed over, and
where a message depends on something that is not understood, the error names the line.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCRIPTS: Mapping[str, str] = {
    "Sustainability.py": "sustainability",
    "Homeostasis.py": "homeostasis",
    "MultiObjectiveHomeostasisParallel.py": "multi-homeostasis",
    "BalancingUnboundedObjectivesParallel.py": "balancing",
}
"""Names of the scripts, and which environment each of them is."""

_NAMES: Mapping[str, str] = {
    "amount_food": "unrounded",
    "homeostatic_target": "target",
    "homeostatic_actual": "level",
    "totals": "total",
    "max_total_per_timestep": "limit",
    "objective_labels": "objective",
}
"""Placeholders for the variables of the scripts."""

_SWITCHES: Mapping[str, str] = {"use_rewards": "rewards", "use_hint": "hint"}

_Text = str
"""A template."""


class ScriptError(ValueError):
    """A script that does not fit. The message says what, and in which line."""

    def __init__(self, node: ast.AST | None, what: str) -> None:
        line = getattr(node, "lineno", None)
        super().__init__(f"line {line}: {what}" if line else what)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a script sends.

    Attributes:
        instruction: Template of the system message.
        observation: Template of the first part of the other messages.
        question: Template of what follows it after a blank line.
    """

    instruction: str
    observation: str
    question: str


def read_script(source: str, dimensions: Sequence[str]) -> Sent:
    """Return what a script sends.

    Args:
        source: The script's text.
        dimensions: Labels of the environment's reward dimensions.

    Raises:
        ScriptError: When it is no Python, or what it sends can't be followed.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(
            None, f"line {getattr(error, 'lineno', 0) or 1}: no Python ({type(error).__name__})"
        ) from None
    reader = _Reader(dimensions)
    try:
        reader.run(tree.body, _Scope({}))
    except RecursionError:
        raise ScriptError(None, "nested too deeply") from None
    for role, what in (("system", "system message"), ("user", "message to the user")):
        if role not in reader.sent:
            raise ScriptError(None, f'no {what} is sent: messages.append({{"role": "{role}", …}}) expected')
    observation, question = _parts(reader.sent["user"])
    return Sent(reader.sent["system"].strip(), observation, question)


def _parts(message: str) -> tuple[str, str]:
    observation, blank, question = message.rpartition("\n\n")
    if not blank or not observation.strip() or not question.strip() or "{if" in question or "{end}" in question:
        raise ScriptError(None, "the message to the user has no question after its last blank line")
    return observation.strip(), question.strip()


@dataclass(slots=True)
class _Scope:
    """Texts by the names of variables; what is not understood is kept as its error until it is sent."""

    texts: dict[str, _Text | ScriptError]
    objective: str = ""
    """The loop's variable inside a loop over objectives."""
    observing: bool = False
    """True inside a step: the imbalance reward is shown by a switch of its own there."""

    def copy(self) -> _Scope:
        return _Scope(dict(self.texts), self.objective, self.observing)


class _Reader:
    def __init__(self, dimensions: Sequence[str]) -> None:
        self._dimensions = sorted(dimensions, key=len, reverse=True)
        self.sent: dict[str, str] = {}

    def run(self, body: Sequence[ast.stmt], scope: _Scope) -> None:
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    scope.texts[name] = self._kept(value, scope)
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name in scope.texts:
                    known, more = scope.texts[name], self._kept(value, scope)
                    scope.texts[name] = (
                        known + more if isinstance(known, str) and isinstance(more, str) else _first(known, more)
                    )
                case ast.If():
                    self._branch(statement, scope)
                case ast.For():
                    self._loop(statement, scope)
                case ast.While() | ast.Try():
                    self._forget(statement, scope)
                case ast.FunctionDef(body=inner) | ast.With(body=inner):
                    self.run(inner, scope)
                case ast.Expr(value=ast.Call(args=[ast.Dict() as message])):
                    self._send(message, scope)
                case _:
                    pass

    def _branch(self, statement: ast.If, scope: _Scope) -> None:
        switch = self._switch(statement.test, scope)
        if switch is None:
            self._forget(statement, scope)
            return
        yes, no = scope.copy(), scope.copy()
        self.run(statement.body, yes)
        self.run(statement.orelse, no)
        for name in {**yes.texts, **no.texts}:
            before = scope.texts.get(name, "")
            one, other = yes.texts.get(name, before), no.texts.get(name, before)
            if one == other:
                scope.texts[name] = one
            elif isinstance(one, str) and isinstance(other, str) and isinstance(before, str):
                scope.texts[name] = _chosen(switch, before, one, other)
            else:
                scope.texts[name] = _first(one, other)

    def _loop(self, statement: ast.For, scope: _Scope) -> None:
        names = {node.id for node in ast.walk(statement.iter) if isinstance(node, ast.Name)}
        if "num_objectives" not in names or not isinstance(statement.target, ast.Name):
            # Trials and steps: one of them tells what all of them send.
            inner = scope.copy()
            inner.observing = True
            self.run(statement.body, inner)
            return
        inside = scope.copy()
        inside.objective = statement.target.id
        self.run(statement.body, inside)
        for name, text in inside.texts.items():
            before = scope.texts.get(name, "")
            if text == before:
                continue
            if isinstance(text, str) and isinstance(before, str) and text.startswith(before):
                scope.texts[name] = f"{before}{{each objective}}{text[len(before) :]}{{end}}"
            else:
                scope.texts[name] = _first(text, ScriptError(statement, "a text is replaced in a loop over objectives"))

    def _forget(self, statement: ast.stmt, scope: _Scope) -> None:
        """Pass over statements that depend on what happens; texts that are changed in them are not known any more."""
        for node in ast.walk(statement):
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AugAssign)
                else []
            )
            for target in targets:
                if isinstance(target, ast.Name):
                    scope.texts[target.id] = ScriptError(node, f"{target.id[:40]} depends on more than can be followed")

    def _send(self, message: ast.Dict, scope: _Scope) -> None:
        fields = {
            key.value: value
            for key, value in zip(message.keys, message.values, strict=True)
            if isinstance(key, ast.Constant)
        }
        match fields.get("role"), fields.get("content"):
            case ast.Constant(value=str(role)), ast.expr() as content if role not in self.sent:
                self.sent[role] = self._text(content, scope)

    def _kept(self, value: ast.expr, scope: _Scope) -> _Text | ScriptError:
        try:
            return self._text(value, scope)
        except ScriptError as error:
            return error

    def _text(self, value: ast.expr, scope: _Scope) -> _Text:
        """Return the template of an expression.

        Raises:
            ScriptError: When it is none that is understood.
        """
        match value:
            case ast.Constant(value=str(text)):
                return text.replace("{", "{{").replace("}", "}}")
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return str(number)
            case ast.JoinedStr(values=parts):
                return "".join(self._text(part, scope) for part in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._text(left, scope) + self._text(right, scope)
            case ast.IfExp(test=test, body=body, orelse=orelse) if switch := self._switch(test, scope):
                return _chosen(switch, "", self._text(body, scope), self._text(orelse, scope))
            case ast.Call(func=ast.Attribute(value=inner, attr="strip"), args=[], keywords=[]):
                return self._text(inner, scope).strip()
            case (
                ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[])
                | ast.FormattedValue(value=inner, conversion=-1, format_spec=None)
            ):
                return self._text(inner, scope)
        return self._fact(value, scope)

    def _fact(self, value: ast.expr, scope: _Scope) -> _Text:
        """Return the placeholder, or the text, that a variable stands for."""
        match value:
            case ast.Call(func=ast.Name(id="int"), args=[ast.Name(id="amount_food")]):
                return "{stock}"
            case ast.Subscript(value=ast.Name(id="rewards"), slice=key):
                return self._reward(key)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)) if name in _NAMES:
                if index == scope.objective:
                    return f"{{{_NAMES[name]}}}"
            case ast.Name(id=name) if name in _NAMES:
                return f"{{{_NAMES[name]}}}"
            case ast.Name(id=name) if name in scope.texts:
                known = scope.texts[name]
                if isinstance(known, str):
                    return known
                raise known
        raise ScriptError(value, f"what is sent can't be followed here: {ast.unparse(value)[:60]}")

    def _reward(self, key: ast.expr) -> _Text:
        """Return the placeholder of a reward, whose key begins with its dimension's label."""
        written = "".join(
            node.value for node in ast.walk(key) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        for label in self._dimensions:
            if written.startswith(label):
                return f"{{{label}}}"
        raise ScriptError(key, f"no reward of the environment is called so: {written[:40]}")

    def _switch(self, test: ast.expr, scope: _Scope) -> str | None:
        match test:
            case ast.Name(id=name) if name in _SWITCHES:
                return "imbalance" if name == "use_hint" and scope.observing else _SWITCHES[name]
            case ast.BoolOp(op=ast.And(), values=[ast.Name(id="use_rewards"), ast.Compare(left=ast.Name(id="step"))]):
                return "rewards"
        return None


def _chosen(switch: str, before: str, one: str, other: str) -> str:
    """Return the template of a text that is one or the other; what both begin with stays in front."""
    if one.startswith(before) and other.startswith(before):
        one, other = one[len(before) :], other[len(before) :]
    else:
        before = ""
    if not one:
        return f"{before}{{if not {switch}}}{other}{{end}}"
    return f"{before}{{if {switch}}}{one}{f'{{else}}{other}' if other else ''}{{end}}"


def _first(*found: _Text | ScriptError) -> ScriptError:
    return next(one for one in found if isinstance(one, ScriptError))
