"""The formats of a report: every file here is one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType

from bioblue_tui.report.format import Format


def _found() -> dict[str, Format]:
    found: list[Format] = [import_module(f"{__name__}.{module.name}").FORMAT for module in iter_modules(__path__)]
    found.sort(key=lambda form: (form.name != "html", form.draw is not None, form.name))
    return {form.name: form for form in found}


FORMATS = MappingProxyType(_found())
"""All formats by name: the page first, the pictures last."""

PICTURES = MappingProxyType({name: form for name, form in FORMATS.items() if form.draw})
"""The formats of pictures."""


def format_of(path: Path) -> str | None:
    """Return the name of the format that a file's name asks for; None where it asks for none of ours."""
    suffix = path.suffix.lower()
    return next((name for name, form in FORMATS.items() if suffix in (f".{name}", *form.suffixes)), None)


def about() -> str:
    """Return what a report holds in each format."""
    kinds = dict.fromkeys(form.about for form in FORMATS.values())
    named = {kind: ", ".join(name for name, form in FORMATS.items() if form.about == kind) for kind in kinds}
    return " ".join(f"{names}: {kind}." for kind, names in named.items())
