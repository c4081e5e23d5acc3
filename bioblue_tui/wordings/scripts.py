"""Reading, from their source text, what the public reference scripts tell a model. They are parsed and never run.

A script builds its messages step by step, from strings that are assigned, added to, and depend on a few switches. This
module follows those statements and makes a template of each message. Everything else in a script is ignored; where a
message depends on something that can't be followed, the error names the line.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bioblue_envs import Dimension

from bioblue_tui.wordings.expressions import SWITCHES, Expressions, Scope, ScriptError, Text

SCRIPTS: Mapping[str, str] = {
    "Sustainability.py": "sustainability",
    "Homeostasis.py": "homeostasis",
    "MultiObjectiveHomeostasisParallel.py": "multi-homeostasis",
    "BalancingUnboundedObjectivesParallel.py": "balancing",
}
"""Names of the scripts, with the environment of each."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a script sends.

    Attributes:
        instruction: Template of the system message.
        observation: Template of the first part of the other messages.
        question: Template of the part after a blank line.
    """

    instruction: str
    observation: str
    question: str


def read_script(source: str, dimensions: Sequence[Dimension]) -> Sent:
    """Return what a script sends.

    Args:
        source: The script's text.
        dimensions: The environment's reward dimensions.

    Raises:
        ScriptError: When it is not Python, or its messages can't be followed.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(
            None, f"line {getattr(error, 'lineno', 0) or 1}: no Python ({type(error).__name__})"
        ) from None
    reader = _Reader(dimensions)
    try:
        reader.run(tree.body, Scope({}))
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


class _Reader:
    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self._expressions = Expressions(dimensions)
        self._switched: set[str] = set()
        self.sent: dict[str, Text] = {}

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assign(statement, name, value, scope)
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name in scope.texts:
                    known, more = scope.texts[name], self._expressions.kept(value, scope)
                    scope.texts[name] = (
                        known + more if isinstance(known, str) and isinstance(more, str) else _first(known, more)
                    )
                case ast.If():
                    self._branch(statement, scope)
                case ast.For():
                    self._loop(statement, scope)
                case ast.FunctionDef(body=inner):
                    own = scope.copy()
                    _forget([one for one in ast.walk(statement.args) if isinstance(one, ast.arg)], own)
                    self.run(inner, own)
                case ast.With(body=inner):
                    self.run(inner, scope)
                case ast.Expr(value=ast.Call() as call):
                    for role, content in _messages(call):
                        self._send(statement, role, self._expressions.text(content, scope))
                case _:
                    # Such loops ask for an answer again; other messages in them are no prompt of a step.
                    if not isinstance(statement, ast.While) and any(map(_messages, ast.walk(statement))):
                        raise ScriptError(statement, "a message is sent on conditions that can't be followed here")
                    _forget([statement], scope)

    def _assign(self, statement: ast.stmt, name: str, value: ast.expr, scope: Scope) -> None:
        if name not in SWITCHES:
            scope.texts[name] = self._expressions.kept(value, scope)
            return
        if name in self._switched or not (isinstance(value, ast.Constant) and isinstance(value.value, bool)):
            scope.texts[name] = ScriptError(statement, f"{name} = True or False expected, once")
        self._switched.add(name)

    def _send(self, statement: ast.stmt, role: str, text: Text) -> None:
        if self.sent.setdefault(role, text) != text:
            raise ScriptError(statement, f"another message of the role {role} than before; one expected")

    def _branch(self, statement: ast.If, scope: Scope) -> None:
        try:
            switch = self._expressions.switch(statement.test, scope)
        except ScriptError as error:
            if any(map(_messages, ast.walk(statement))):
                raise
            _forget([statement], scope, error)
            return
        yes, no, before = scope.copy(), scope.copy(), dict(self.sent)
        self.run(statement.body, yes)
        self.sent, one_way = before, self.sent
        before = dict(before)
        self.run(statement.orelse, no)
        for role in {**one_way, **self.sent}:
            if role not in one_way or role not in self.sent:
                raise ScriptError(statement, f"a message of the role {role} is sent in one case only")
            if role not in before:
                self.sent[role] = scope.chosen(switch, "", one_way[role], self.sent[role])
        for name in {**yes.texts, **no.texts}:
            known = scope.texts.get(name, "")
            one, other = yes.texts.get(name, known), no.texts.get(name, known)
            if one == other:
                scope.texts[name] = one
            elif isinstance(one, str) and isinstance(other, str) and isinstance(known, str):
                scope.texts[name] = scope.chosen(switch, known, one, other)
            else:
                scope.texts[name] = _first(one, other)

    def _loop(self, statement: ast.For, scope: Scope) -> None:
        over = ast.unparse(statement.iter)
        inside = scope.copy()
        if over != "range(1, num_objectives + 1)" or not isinstance(statement.target, ast.Name):
            # Loops over trials and steps: one round shows what all of them send, as long as it uses no text of an
            # earlier round.
            if ast.unparse(statement.target) == "step":
                if not over.startswith("range(1, "):
                    raise ScriptError(statement, "steps are counted otherwise; for step in range(1, …) expected")
                inside.observing = True
            _forget([statement], inside)
            self.run([*statement.body, *statement.orelse], inside)
            _forget([statement], scope)
            return
        inside.objective = statement.target.id
        self.run(statement.body, inside)
        leaves = any(isinstance(node, ast.Break | ast.Continue) for node in ast.walk(statement))
        for name, text in inside.texts.items():
            before = scope.texts.get(name, ScriptError(statement, f"{name[:40]} belongs to one objective"))
            if text is before or text == before:
                continue
            if isinstance(text, str) and isinstance(before, str) and text.startswith(before) and not leaves:
                scope.texts[name] = f"{before}{{each objective}}{text[len(before) :]}{{end}}"
            else:
                what = "is not told of every objective alike in this loop"
                scope.texts[name] = _first(text, before, ScriptError(statement, f"{name[:40]} {what}"))


def _messages(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return role and content of the message that a call sends, if it is a system or user message."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="messages"), attr="append"), args=[ast.Dict() as message]):
            fields = {
                key.value: value
                for key, value in zip(message.keys, message.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            match fields.get("role"), fields.get("content"):
                case ast.Constant(value="system" | "user" as role), ast.expr() as content:
                    return [(role, content)]
    return []


def _forget(nodes: Sequence[ast.AST], scope: Scope, why: ScriptError | None = None) -> None:
    """Skip statements that depend on what happens in a trial; texts that they change are unknown from then on."""
    changed: dict[str, ScriptError] = {}
    for node in sorted(
        (inner for outer in nodes for inner in ast.walk(outer)), key=lambda one: getattr(one, "lineno", 0)
    ):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                error = why or ScriptError(node, f"{name[:40]} depends on more than can be followed")
                changed.setdefault(name, error)
    scope.texts |= changed


def _first(*found: Text | ScriptError) -> ScriptError:
    return next(one for one in found if isinstance(one, ScriptError))
