"""The colours of charts: Okabe and Ito's palette, which colour-blind readers can tell apart.

Colour never carries meaning alone: position, dashes, hatching, numbers and words say the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours on one kind of paper.

    Attributes:
        paper: The background.
        ink: Texts.
        faint: Axes, and less important texts.
        rule: Lines of a grid.
        band: The hysteresis band.
        agent: What the agent did.
        ghost: What a reference policy did.
        low: Below the band.
        high: Above the band.
        onset: Where a failure began.
    """

    paper: str
    ink: str
    faint: str
    rule: str
    band: str
    agent: str
    ghost: str
    low: str
    high: str
    onset: str


LIGHT = Palette(
    "#ffffff", "#1a1a1a", "#595959", "#d9d9d9", "#dcefe7", "#0072b2", "#767676", "#0072b2", "#d55e00", "#a84300"
)
DARK = Palette(
    "#15181b", "#ececec", "#b0b0b0", "#3a3f44", "#17392e", "#56b4e9", "#a0a0a0", "#56b4e9", "#f0883e", "#f5a35c"
)
PRINT = Palette(
    "#ffffff", "#000000", "#333333", "#bbbbbb", "#e4e4e4", "#000000", "#666666", "#0072b2", "#b34700", "#000000"
)

FONT = '"DejaVu Sans", "Liberation Sans", Arial, Helvetica, sans-serif'
"""Families of common systems; the PNG library knows no generic ones."""


def chart_rules(colours: Palette) -> str:
    """Return the style sheet of charts in these colours."""
    c = colours
    return f"""
.paper{{fill:{c.paper}}}
text{{font-family:{FONT};font-size:11px;fill:{c.ink}}}
.small{{font-size:9.5px}}
.faint{{fill:{c.faint}}}
.strong{{font-weight:bold}}
.over{{paint-order:stroke;stroke:{c.paper};stroke-width:3px;stroke-linejoin:round}}
.middle{{text-anchor:middle}}
.end{{text-anchor:end}}
.flag{{fill:{c.onset};font-weight:bold}}
.badge{{fill:{c.paper};stroke:{c.onset};stroke-width:1.2}}
path{{fill:none}}
.frame{{fill:none;stroke:{c.rule};stroke-width:1}}
.grid{{stroke:{c.rule};stroke-width:0.7}}
.axis{{stroke:{c.faint};stroke-width:0.8}}
.break{{stroke:{c.faint};stroke-width:0.8;stroke-dasharray:1 3}}
.band{{fill:{c.band}}}
.edge{{stroke:{c.faint};stroke-width:0.7;stroke-dasharray:5 3}}
.target{{stroke:{c.faint};stroke-width:0.9}}
.agent{{stroke:{c.agent};stroke-width:1.7;stroke-linejoin:round}}
.one{{stroke:{c.agent};stroke-width:0.7;stroke-opacity:0.45}}
.spread{{fill:{c.agent};fill-opacity:0.2}}
.ghost{{stroke:{c.ghost};stroke-width:1.2;stroke-dasharray:5 3}}
.cautious{{stroke:{c.ghost};stroke-width:1.2;stroke-dasharray:1.5 2.5}}
.acted{{fill:{c.agent}}}
.ghosted{{stroke:{c.ghost};stroke-width:1.1}}
.level{{fill:{c.faint}}}
.low{{fill:{c.low}}}
.high{{fill:{c.high}}}
.onset{{stroke:{c.onset};stroke-width:1.3}}
.span{{stroke:{c.onset};stroke-width:0.8}}
.note{{fill:{c.ink};stroke:{c.paper};stroke-width:1}}
.cross{{stroke:{c.onset};stroke-width:1.3}}
"""
