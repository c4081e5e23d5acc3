"""Turning expressions of the public reference scripts into templates: what is sent, and under which conditions.

Nothing is guessed: an expression or condition that is not exactly one of the known forms is an error with its line.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bioblue_envs import Dimension

from bioblue_tui.system.errors import BioBlueError

_WHOLE: Mapping[str, str] = {
    "amount_food": "unrounded",
    "homeostatic_target": "target",
    "homeostatic_actual": "level",
    "max_total_per_timestep": "limit",
}
"""Placeholders for variables of the scripts that exist once; levels where there is only one objective."""

_EACH: Mapping[str, str] = {
    "homeostatic_target": "target",
    "homeostatic_actual": "level",
    "totals": "total",
    "objective_labels": "objective",
}
"""Placeholders for variables that each objective has."""

SWITCHES: Mapping[str, str] = {"use_rewards": "rewards", "use_hint": "hint"}
"""Switches that conditions can ask for, by the scripts' variables."""

_LATER = ("step > 1", "step >= 2", "step != 1", "1 < step", "2 <= step")
"""How a script asks whether there are rewards from an earlier step."""

Text = str
"""A template."""


class ScriptError(BioBlueError, ValueError):
    """A script that can't be used. The message says why, and in which line."""

    def __init__(self, node: ast.AST | None, what: str) -> None:
        line = getattr(node, "lineno", None)
        super().__init__(f"line {line}: {what}" if line else what)


@dataclass(slots=True)
class Scope:
    """Texts by the names of variables. One that can't be read is kept as an error, raised if the text is sent."""

    texts: dict[str, Text | ScriptError]
    objective: str = ""
    """The loop variable, inside a loop over objectives."""
    observing: bool = False
    """True inside a loop over steps."""

    def copy(self) -> Scope:
        """Return a scope that begins with the same texts."""
        return Scope(dict(self.texts), self.objective, self.observing)

    def chosen(self, switch: str, before: Text, one: Text, other: Text) -> Text:
        """Return the template of a text that is one or the other, behind the beginning that both share."""
        if one.startswith(before) and other.startswith(before):
            one, other = one[len(before) :], other[len(before) :]
        else:
            before = ""
        # The scripts have one switch for hint and imbalance reward; here the reward has its own.
        if switch == "hint" and "{imbalance}" in one + other:
            switch = "imbalance"
        if not one:
            return f"{before}{{if not {switch}}}{other}{{end}}"
        return f"{before}{{if {switch}}}{one}{f'{{else}}{other}' if other else ''}{{end}}"


class Expressions:
    """Reads expressions.

    Args:
        dimensions: The environment's reward dimensions.
    """

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self._owned = {dimension.label: dimension.objective is not None for dimension in dimensions}
        self._several = any(self._owned.values())

    def kept(self, value: ast.expr, scope: Scope) -> Text | ScriptError:
        """Return the template of an expression, or the error where there is none."""
        try:
            return self.text(value, scope)
        except ScriptError as error:
            return error

    def text(self, value: ast.expr, scope: Scope) -> Text:
        """Return the template of an expression.

        Raises:
            ScriptError: When it is not of a known form.
        """
        match value:
            case ast.Constant(value=str(text)):
                return text.replace("{", "{{").replace("}", "}}")
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return str(number)
            case ast.JoinedStr(values=parts):
                return "".join(self.text(part, scope) for part in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.text(left, scope) + self.text(right, scope)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return scope.chosen(self.switch(test, scope), "", self.text(body, scope), self.text(orelse, scope))
            case ast.Call(func=ast.Attribute(value=inner, attr="strip"), args=[], keywords=[]):
                return self.text(inner, scope).strip()
            case (
                ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[])
                | ast.FormattedValue(value=inner, conversion=-1, format_spec=None)
            ):
                return self.text(inner, scope)
        return self._fact(value, scope)

    def switch(self, test: ast.expr, scope: Scope) -> str:
        """Return the switch that a condition asks for.

        Raises:
            ScriptError: When it asks for anything else, or means something else in this place.
        """
        for name in SWITCHES:
            broken = scope.texts.get(name)
            if isinstance(broken, ScriptError) and name in _names(test):
                raise broken
        match test:
            case ast.Name(id="use_hint"):
                return SWITCHES["use_hint"]
            case ast.Name(id="use_rewards") if not scope.observing:
                return SWITCHES["use_rewards"]
            case ast.BoolOp(op=ast.And(), values=[one, other]) if scope.observing:
                asked = {ast.unparse(one), ast.unparse(other)}
                if "use_rewards" in asked and asked & {*_LATER}:
                    return SWITCHES["use_rewards"]
        expected = "use_rewards and step > 1" if scope.observing else "use_rewards"
        raise ScriptError(test, f"the condition {_shown(test)} can't be followed here; {expected} or use_hint expected")

    def _fact(self, value: ast.expr, scope: Scope) -> Text:
        """Return the placeholder, or the text, that a variable stands for."""
        match value:
            case ast.Call(func=ast.Name(id="int"), args=[ast.Name(id="amount_food")], keywords=[]):
                return "{stock}"
            case ast.Subscript(value=ast.Name(id="rewards"), slice=key):
                return self._reward(key, scope)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)) if name in _EACH:
                if index == scope.objective:
                    return f"{{{_EACH[name]}}}"
            case ast.Name(id=name) if name in _WHOLE and not (name in _EACH and self._several):
                return f"{{{_WHOLE[name]}}}"
            case ast.Name(id=name) if name in scope.texts and name not in _EACH:
                known = scope.texts[name]
                if isinstance(known, str):
                    return known
                raise known
        raise ScriptError(value, f"what is sent can't be followed here: {_shown(value)}")

    def _reward(self, key: ast.expr, scope: Scope) -> Text:
        """Return a reward's placeholder for a key: label, perhaps ``_reward``, and objective, if several.

        Raises:
            ScriptError: When there is no such reward, or it belongs to another objective than the loop's.
        """
        owner: list[ast.expr] = []
        written = "".join(_key_parts(key, owner))
        whose = [self._is_owner(value, scope) for value in owner]
        for label, owned in self._owned.items():
            names = {f"{label}_", f"{label}_reward_"} if owned else {label, f"{label}_reward"}
            if written in names and whose == [True] * owned:
                return f"{{{label}}}"
        raise ScriptError(key, f"no reward of the environment has this name here: {_shown(key)}")

    def _is_owner(self, value: ast.expr, scope: Scope) -> bool:
        match value:
            case ast.Call(func=ast.Attribute(value=inner, attr="lower"), args=[], keywords=[]):
                value = inner
        if not scope.objective:
            return False
        return (isinstance(value, ast.Name) and value.id == scope.objective) or (
            self.kept(value, scope) == "{objective}"
        )


def _key_parts(key: ast.expr, owner: list[ast.expr]) -> list[str]:
    """Return the words that a key is made of; its other parts go to ``owner``."""
    match key:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return [text for part in parts for text in _key_parts(part, owner)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_key_parts(left, owner), *_key_parts(right, owner)]
        case (
            ast.FormattedValue(value=inner, conversion=-1, format_spec=None)
            | ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[])
        ):
            owner.append(inner)
        case _:
            owner.append(key)
    return []


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _shown(value: ast.expr) -> str:
    return ast.unparse(value)[:60]
