"""What changes from case to case, laid over the still picture: where the case stands, what is done, notes."""

from xml.sax.saxutils import escape

from service.drawing import marks
from service.drawing.reading import Node
from service.drawing.still import outline

HERE, PAST, HOT = "#b45309", "#15803d", "#b91c1c"


def description(here: list[Node], past: list[tuple[Node, int]]) -> str:
    """The state for those who hear the picture."""
    parts = []
    if named := [node.name for node in here if node.name]:
        parts.append(f"现在办理：{'、'.join(named)}。")
    if named := [f"{node.name}（{times}次）" if times > 1 else node.name for node, times in past if node.name]:
        parts.append(f"已经办理：{'、'.join(named)}。")
    return f"<desc>{escape(''.join(parts))}</desc>" if parts else ""


def token(node: Node) -> str:
    """Where the case stands: a frame around, and a word on it."""
    word = "在办" if node.kind.endswith(("Task", "Process", "Activity")) else "等待"
    look = f'class="bpmn-token" fill="{HERE}" fill-opacity="0.12" stroke="{HERE}" stroke-width="3"'
    aside = node.box.w / 2 + 12 if node.kind.endswith("Gateway") else 0  # a gateway's own name stands above it
    pill = _pill(node.box.middle[0] + aside, node.box.y - 4 + aside / 4, f"● {word}", "bpmn-token-word", HERE)
    return outline(node, 4, look) + pill


def done(node: Node, times: int) -> str:
    """A tick, and how often if more than once."""
    look = f'class="bpmn-done" fill="{PAST}" fill-opacity="0.08" stroke="{PAST}" stroke-width="2"'
    word = f"✓ {times}次" if times > 1 else "✓"
    return outline(node, 0, look) + _pill(node.box.x + node.box.w - 4, node.box.bottom, word, "bpmn-done-word", PAST)


def heat(node: Node, share: float) -> str:
    """A glow, the stronger the larger the share."""
    look = f'class="bpmn-heat" fill="{HOT}" fill-opacity="{0.08 + 0.42 * share:.2f}" stroke="{HOT}" stroke-width="1"'
    return outline(node, 3, look)


def note(node: Node, text: str) -> str:
    """A short text under an element."""
    lines = marks.wrap(text, 10)
    return marks.words(node.box.middle[0], node.box.bottom + 6 + 7 * len(lines), lines, size=11, style="bpmn-note")


def _pill(x: float, y: float, word: str, style: str, colour: str) -> str:
    wide = marks.ems(word) * 11 + 12
    back = f'<rect x="{x - wide / 2:g}" y="{y - 9:g}" width="{wide:g}" height="18" rx="9" fill="{colour}"/>'
    text = f'<text x="{x:g}" y="{y + 4:g}" font-size="11" fill="#ffffff" text-anchor="middle">{escape(word)}</text>'
    return f'<g class="{style}">{back}{text}</g>'
