"""The small signs of BPMN as SVG: what stands inside events, gateways and tasks, and text that wraps Chinese.

Everything is said by presentation attributes and classes, which a stylesheet may override; nothing needs an id, a script or an
inline style, so a strict content security policy and two drawings on one page are no matter.
"""

from math import ceil, cos, hypot, pi, sin
from xml.sax.saxutils import escape

Point = tuple[float, float]

NO_LINE_START = "，。、？！：；）》”"
FILLED = 'fill="#334155" stroke="none"'
THIN = 'fill="none" stroke="#334155" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"'
BOLD = 'fill="none" stroke="#334155" stroke-width="2.6" stroke-linecap="round"'


# ---- text --------------------------------------------------------------------------------------------------------------


def wrap(text: str, most: float) -> list[str]:
    """Lines of about equal length and at most `most` em, none beginning with a closing mark; written breaks are kept."""
    return [line for part in text.splitlines() for line in _balanced(part.strip(), most)]


def _balanced(text: str, most: float) -> list[str]:
    wide = ems(text)
    if wide <= most:
        return [text] if text else []
    target = min(most, wide / ceil(wide / most) + 0.51)
    lines = [""]
    for sign in text:
        if ems(lines[-1] + sign) > target and sign not in NO_LINE_START:
            lines.append("")
        lines[-1] += sign
    return lines


def ems(text: str) -> float:
    """Width in em: a Chinese sign is one, a Latin letter about 0.56."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in text)


def words(x: float, y: float, lines: list[str], *, size: float = 12, style: str = "bpmn-text", anchor: str = "middle") -> str:
    """Lines of text around the middle height `y`."""
    top = y - (len(lines) - 1) * size * 0.62 + size * 0.35
    return "".join(
        f'<text class="{style}" x="{x:g}" y="{top + row * size * 1.24:.1f}" font-size="{size:g}" text-anchor="{anchor}">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    )


# ---- arrows ------------------------------------------------------------------------------------------------------------


def line(points: list[Point], extra: str = "") -> str:
    """A connected line; corners are slightly rounded, so that crossing lines can be told from turning ones."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(corner, before, 6), _towards(corner, after, 6)
        path += f"L{x1:g} {y1:g}Q{corner[0]:g} {corner[1]:g} {x2:g} {y2:g}"
    path += f"L{points[-1][0]:g} {points[-1][1]:g}"
    return f'<path class="bpmn-flow" d="{path}" fill="none" stroke="#64748b" stroke-width="1.4" {extra}/>'


def head(points: list[Point], *, hollow: bool = False) -> str:
    """The arrow head at the end of a line."""
    (x1, y1), (x2, y2) = points[-2], points[-1]
    far = hypot(x2 - x1, y2 - y1) or 1
    ux, uy = (x2 - x1) / far, (y2 - y1) / far
    bx, by = x2 - 9 * ux, y2 - 9 * uy
    fill = "#ffffff" if hollow else "#64748b"
    return (
        f'<path class="bpmn-head" d="M{x2:g} {y2:g}L{bx - 4 * uy:.1f} {by + 4 * ux:.1f}L{bx + 4 * uy:.1f} {by - 4 * ux:.1f}z" '
        f'fill="{fill}" stroke="#64748b"/>'
    )


def default_mark(points: list[Point]) -> str:
    """The slash at the beginning of a default flow."""
    x, y = _towards(points[0], points[1], 11)
    return f'<path class="bpmn-default" d="M{x - 4:g} {y + 5:g}L{x + 4:g} {y - 5:g}" {THIN}/>'


def condition_mark(points: list[Point]) -> str:
    """The small diamond of a condition on a flow that leaves an activity."""
    (x, y), (x2, y2) = points[0], _towards(points[0], points[1], 16)
    mx, my, ox, oy = (x + x2) / 2, (y + y2) / 2, (y2 - y) / 3, (x2 - x) / 3
    d = f"M{x:g} {y:g}L{mx + ox:g} {my - oy:g}L{x2:g} {y2:g}L{mx - ox:g} {my + oy:g}z"
    return f'<path d="{d}" fill="#ffffff" stroke="#64748b"/>'


def _towards(a: Point, b: Point, most: float) -> Point:
    far = hypot(b[0] - a[0], b[1] - a[1]) or 1
    step = min(most, far / 2) / far
    return a[0] + (b[0] - a[0]) * step, a[1] + (b[1] - a[1]) * step


# ---- signs -------------------------------------------------------------------------------------------------------------


def gateway(kind: str, x: float, y: float, is_marked: bool) -> str:
    """The sign in a diamond around (x, y); an exclusive gateway bears one only if the drawing says so."""
    if kind == "exclusiveGateway" and is_marked:
        return f'<path d="M{x - 7:g} {y - 7:g}l14 14m0 -14l-14 14" {BOLD}/>'
    if kind == "parallelGateway":
        return f'<path d="M{x:g} {y - 10:g}v20m-10 -10h20" {BOLD}/>'
    if kind == "inclusiveGateway":
        return f'<circle cx="{x:g}" cy="{y:g}" r="9.5" {BOLD}/>'
    if kind == "complexGateway":
        return f'<path d="M{x:g} {y - 10:g}v20m-10 -10h20m-17 -7l14 14m0 -14l-14 14" {BOLD}/>'
    if kind == "eventBasedGateway":
        return f'<circle cx="{x:g}" cy="{y:g}" r="11" {THIN}/><path d="{_pentagon(x, y, 7)}" {THIN}/>'
    return ""


def event(kind: str, x: float, y: float) -> str:
    """The sign in a circle around (x, y), by the name of the event definition."""
    if kind == "timerEventDefinition":
        return f'<circle cx="{x:g}" cy="{y:g}" r="9.5" {THIN}/><path d="M{x:g} {y - 6:g}v6l4 2.5" {THIN}/>'
    if kind == "terminateEventDefinition":
        return f'<circle cx="{x:g}" cy="{y:g}" r="10" {FILLED}/>'
    if kind == "messageEventDefinition":
        return f'<path d="M{x - 8:g} {y - 6:g}h16v12h-16zl8 7l8 -7" {THIN}/>'
    if kind == "signalEventDefinition":
        return f'<path d="M{x:g} {y - 8:g}l8 13h-16z" {THIN}/>'
    if kind == "errorEventDefinition":
        return f'<path d="M{x - 7:g} {y + 7:g}l4 -13l5 7l5 -9l-4 14l-5 -7z" {THIN}/>'
    return f'<path d="{_pentagon(x, y, 8)}" {THIN}/>' if kind else ""


def task(kind: str, x: float, y: float) -> str:
    """The sign in the upper left corner (x, y) of a task: a person, a gear."""
    if kind == "userTask":
        d = f"M{x + 6:g} {y + 20:g}v-3c0 -4 2.5 -6 6 -6s6 2 6 6v3z"
        return f'<circle cx="{x + 12:g}" cy="{y + 8:g}" r="3.2" {THIN}/><path d="{d}" {THIN}/>'
    if kind == "serviceTask":
        return f'<g transform="translate({x + 13:g} {y + 13:g})">{GEAR}</g>'
    return f'<path d="M{x + 6:g} {y + 6:g}h11v13h-11z" {THIN}/>' if kind in ("scriptTask", "businessRuleTask") else ""


def many(x: float, y: float, *, is_sequential: bool) -> str:
    """Three bars at the bottom (x, y) of a task: done once for each of several persons."""
    d = f"M{x - 6:g} {y - 11:g}h12m-12 4h12m-12 4h12" if is_sequential else f"M{x - 4:g} {y - 12:g}v9m4 -9v9m4 -9v9"
    return f'<path class="bpmn-many" d="{d}" fill="none" stroke="#334155" stroke-width="2"/>'


def loop(x: float, y: float) -> str:
    """A turning arrow at the bottom (x, y): done again and again."""
    return f'<path class="bpmn-loop" d="M{x - 3:g} {y - 3:g}a5 5 0 1 1 4 0m-4 0v-4m0 4h-4" {THIN}/>'


def plus(x: float, y: float) -> str:
    """The boxed plus at the bottom (x, y) of something that can be opened."""
    return f'<path d="M{x - 7:g} {y - 16:g}h14v14h-14zm7 3v8m-4 -4h8" {THIN}/>'


def _pentagon(x: float, y: float, r: float) -> str:
    corners = (f"{x + r * sin(2 * pi * k / 5):.1f} {y - r * cos(2 * pi * k / 5):.1f}" for k in range(5))
    return "M" + "L".join(corners) + "z"


def _gear() -> str:
    """Eight teeth around the origin: radius 7 and 5, each for half a tooth."""
    corners = []
    for k in range(32):
        r, turn = (7 if k % 4 < 2 else 5), 2 * pi * k / 32
        corners.append(f"{r * cos(turn):.1f} {r * sin(turn):.1f}")
    return "M" + "L".join(corners) + "z"


GEAR = f'<path d="{_gear()}" {THIN}/><circle r="2.4" {THIN}/>'
