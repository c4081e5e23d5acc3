"""SVG, element by element. The standard library's serialiser escapes texts and attributes, never we."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from bioblue_tui.formatting.text import one_line
from bioblue_tui.report.palette import LIGHT, chart_rules

NAMESPACE = "http://www.w3.org/2000/svg"
"""The namespace, which a separate file must name. In a page the ``svg`` element implies it."""

Point = tuple[float, float]


class Drawing:
    """A drawing of a fixed size, with a title and a description for those who can't see it.

    Args:
        name: Unique in the page; identifiers in the drawing begin with it. Letters, digits and hyphens.
        width: Width in pixels.
        height: Height in pixels.
        title: What it shows.
        description: A description of what it shows.
    """

    def __init__(self, name: str, width: float, height: float, title: str, description: str) -> None:
        self.name, self.width, self.height = name, width, height
        size = {"viewBox": f"0 0 {_number(width)} {_number(height)}"}
        self.root = ET.Element("svg", {**size, "role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
        for tag, text in (("title", title), ("desc", description)):
            ET.SubElement(self.root, tag, {"id": f"{name}-{tag}"}).text = one_line(text, 2000)

    def add(self, tag: str, style: str, within: ET.Element | None = None, **attributes: float | str) -> ET.Element:
        """Add an element.

        Args:
            tag: Its tag.
            style: Its classes.
            within: What to add it to; None for the drawing.
            **attributes: Its attributes, underscores standing for hyphens.
        """
        given = {name.replace("_", "-"): _value(value) for name, value in attributes.items()}
        return ET.SubElement(self.root if within is None else within, tag, {"class": style, **given})

    def text(self, x: float, y: float, text: str, style: str = "", limit: int = 200) -> ET.Element:
        """Add text; ``style`` may contain ``end`` or ``middle`` to set its anchor."""
        element = self.add("text", style or "label", x=x, y=y)
        element.text = one_line(text, limit)
        return element

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        """Add a straight line."""
        self.add("path", style, d=f"M{_number(x1)} {_number(y1)}L{_number(x2)} {_number(y2)}")

    def box(self, x: float, y: float, width: float, height: float, style: str) -> ET.Element:
        """Add a rectangle."""
        return self.add("rect", style, x=x, y=y, width=max(0, width), height=max(0, height))

    def hatched(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """Add a rectangle of slanted lines, which differs from a filled one even without colour."""
        lines, reach = [], x + width
        for start in range(math.floor(x - height), math.ceil(reach), 4):
            left, right = max(x, start), min(reach, start + height)
            if right > left:
                lines.append((left, y + height - (left - start), right, y + height - (right - start)))
        if lines:
            path = "".join(f"M{_number(a)} {_number(b)}L{_number(c)} {_number(d)}" for a, b, c, d in lines)
            self.add("path", style, d=path)

    def place(self, other: Drawing, x: float, y: float) -> None:
        """Put another drawing into this one."""
        group = ET.SubElement(self.root, "g", {"transform": f"translate({_number(x)} {_number(y)})"})
        group.extend(child for child in other.root if child.tag not in ("title", "desc"))

    def inline(self) -> str:
        """Return it as part of a page, which has the style rules of its classes."""
        return ET.tostring(self.root, encoding="unicode", short_empty_elements=False)

    def alone(self) -> str:
        """Return it as a separate file, on white, with the style rules in it."""
        root = ET.Element("svg", {"xmlns": NAMESPACE, "width": _number(self.width), "height": _number(self.height)})
        root.attrib.update(self.root.attrib)
        children = list(self.root)
        root.extend(children[:2])
        ET.SubElement(root, "style").text = chart_rules(LIGHT)
        ET.SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
        root.extend(children[2:])
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def polyline(points: Iterable[Point | None]) -> str:
    """Return the path of a line through points; None is a gap."""
    parts, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_number(point[0])} {_number(point[1])}")
        pen = "L"
    return "".join(parts)


def area(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    """Return the path of the area between two lines."""
    return f"{polyline([*upper, *reversed(lower)])}Z" if upper else ""


def bars(spans: Iterable[tuple[float, float, float, float]]) -> str:
    """Return one path for many upright bars, from left, width and both ends of each: shorter than many elements."""
    return "".join(
        f"M{_number(left)} {_number(a)}h{_number(width)}V{_number(b)}h{_number(-width)}Z" for left, width, a, b in spans
    )


def thinned(points: Sequence[Point], buckets: int) -> list[Point]:
    """Return at most twice ``buckets`` points of a line, with its peaks: long trials have more steps than pixels."""
    if len(points) <= 2 * buckets:
        return list(points)
    edges = [len(points) * i // buckets for i in range(buckets + 1)]
    kept: list[Point] = []
    for first, last in pairwise(edges):
        part = range(first, last)
        extremes = {min(part, key=lambda i: points[i][1]), max(part, key=lambda i: points[i][1])}
        kept += [points[i] for i in sorted(extremes)]
    return kept


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
