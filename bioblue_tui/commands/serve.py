"""People: Serve lessons and trials to browsers."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec

import click

from bioblue_tui.commands.common.usage import UsageError, narrate
from bioblue_tui.formatting.text import one_line
from bioblue_tui.system.installing import needs_extra
from bioblue_tui.system.paths import real_path

PORT = 8137
"""The default port."""


@click.command()
@click.option("--lesson", metavar="N|FILE", help="Serve this lesson (default: the home screen).")
@click.option("--large", is_flag=True, help="Begin the lesson in large type.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="P", default=PORT, show_default=True, help="0: any free one."
)
@click.option(
    "--host",
    metavar="H",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; 0.0.0.0 admits everybody who can reach this computer.",
)
def serve(lesson: str | None, large: bool, port: int, host: str) -> None:
    """Serve lessons and trials to browsers.

    Every visitor has an application and a temporary data directory of their own. They can't use models and files of
    this computer. It needs the extra 'serve'; in a clone: pip install '.[serve]'.
    """
    if find_spec("textual_serve") is None:
        raise UsageError(needs_extra("bioblue serve", "serve"))
    title, arguments = "BioBlue", ["--large"] if large else []
    if lesson is not None:
        from bioblue_tui.lessons.collection import find

        found = find(lesson)
        title, arguments = f"BioBlue: {one_line(found.title, 60)}", [*arguments, "--lesson", str(real_path(found.path))]
    from bioblue_tui.app.serving.server import Classroom

    def ready(address: str) -> None:
        narrate(f"{title} is served at {address} (ctrl+c ends it)")

    try:
        asyncio.run(Classroom(host, port, title, arguments).run(ready))
    except OSError as error:
        where = one_line(f"{host}:{port}", 80)
        raise UsageError(f"can't listen on {where} ({error.strerror or error}); try another --port or --host") from None
