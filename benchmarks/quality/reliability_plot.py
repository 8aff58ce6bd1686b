"""A reliability diagram as SVG text: confidence against the share that was right. Light, and legible on dark pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_SIDE = 240
_MARGIN = 48
_DOT_MIN, _DOT_MAX = 2.5, 8.0
_TICKS = (0.0, 0.5, 1.0)

_STYLE = """
  svg { font: 13px system-ui, sans-serif; }
  text { fill: #333; }
  .frame { fill: none; stroke: #999; }
  .ideal { stroke: #999; stroke-dasharray: 4 4; }
  .line { fill: none; stroke-width: 2; }
  .c0 { stroke: #c2571a; } .d0 { fill: #c2571a; }
  .c1 { stroke: #1f6fb2; } .d1 { fill: #1f6fb2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd; }
    .frame, .ideal { stroke: #777; }
    .c0 { stroke: #f0a070; } .d0 { fill: #f0a070; }
    .c1 { stroke: #7cbcf0; } .d1 { fill: #7cbcf0; }
  }
"""


@dataclass(frozen=True, slots=True)
class Point:
    """Both from 0 to 1; `count` of them are drawn as a larger or smaller dot."""

    confidence: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class Curve:
    """At most two to a panel."""

    name: str
    points: Sequence[Point]


def plot(panels: Mapping[str, Sequence[Curve]]) -> str:
    """Panels side by side, by title. The dashed line is where confidence means what it says."""
    width = _MARGIN + len(panels) * (_SIDE + _MARGIN)
    height = _SIDE + 2 * _MARGIN
    drawn = [
        _panel(title, curves, _MARGIN + number * (_SIDE + _MARGIN))
        for number, (title, curves) in enumerate(panels.items())
    ]
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Confidence against the share that was right">\n<style>{_STYLE}</style>\n{body}\n</svg>\n'
    )


def _panel(title: str, curves: Sequence[Curve], left: int) -> str:
    most = max((point.count for curve in curves for point in curve.points), default=1)
    bottom = _MARGIN + _SIDE
    parts = [
        f'<text x="{left}" y="{_MARGIN - 24}">{escape(title)}: share right by confidence</text>',
        f'<rect class="frame" x="{left}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}"/>',
        f'<line class="ideal" x1="{left}" y1="{bottom}" x2="{left + _SIDE}" y2="{_MARGIN}"/>',
    ]
    for tick in _TICKS:
        parts.append(f'<text x="{left + tick * _SIDE:.0f}" y="{bottom + 18}" text-anchor="middle">{tick:.1f}</text>')
        parts.append(f'<text x="{left - 6}" y="{bottom - tick * _SIDE + 4:.0f}" text-anchor="end">{tick:.1f}</text>')
    for number, curve in enumerate(curves):
        parts += _curve(curve, number, left, most)
        parts.append(f'<circle class="d{number}" cx="{left + 6 + 70 * number}" cy="{_MARGIN - 11}" r="4"/>')
        parts.append(f'<text x="{left + 14 + 70 * number}" y="{_MARGIN - 7}">{escape(curve.name)}</text>')
    return "\n".join(parts)


def _curve(curve: Curve, number: int, left: int, most: int) -> list[str]:
    places = [
        (left + point.confidence * _SIDE, _MARGIN + (1 - point.right) * _SIDE, point.count) for point in curve.points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dots = [
        f'<circle class="d{number}" cx="{x:.1f}" cy="{y:.1f}" '
        f'r="{_DOT_MIN + (_DOT_MAX - _DOT_MIN) * (count / most) ** 0.5:.1f}"/>'
        for x, y, count in places
    ]
    return [f'<polyline class="line c{number}" points="{line}"/>', *dots]
