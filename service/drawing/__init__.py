"""A diagram as an inline picture, drawn on the server from the positions in its BPMN file: for case pages, print, no-JS.

What never changes for a version is drawn once and kept (`still`); where a case stands is laid over it (`live`). A state is
always said in words too, never by colour alone. Classes begin with `bpmn-`, so that the stylesheet may restyle everything.
"""

from collections.abc import Collection, Mapping
from xml.sax.saxutils import escape

from service.drawing import live, still

FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"


def draw(
    xml: bytes | str,
    *,
    tokens: Collection[str] = (),
    done: Mapping[str, int] | None = None,
    notes: Mapping[str, str] | None = None,
    heat: Mapping[str, float] | None = None,
) -> str:
    """An SVG of the file's first diagram, ready to stand in a page.

    `tokens`: ids of the elements where the case stands now; `done`: how often each element was done; `notes`: a short text
    under an element; `heat`: a share from 0 to 1 by which it glows. Ids that are not drawn are passed over. Invalid if the file
    is no BPMN.
    """
    picture = still.picture(xml.encode() if isinstance(xml, str) else xml)
    nodes, frame = picture.nodes, picture.frame
    here = [nodes[each] for each in dict.fromkeys(tokens) if each in nodes]
    past = [(nodes[each], times) for each, times in (done or {}).items() if each in nodes and times > 0]
    over = [live.done(node, times) for node, times in past] + [live.token(node) for node in here]
    over += [live.heat(nodes[each], share) for each, share in (heat or {}).items() if each in nodes]
    over += [live.note(nodes[each], text) for each, text in (notes or {}).items() if each in nodes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bpmn" role="img" font-family="{FONT}" width="{frame.w:g}" '
        f'height="{frame.h:g}" viewBox="{frame.x:g} {frame.y:g} {frame.w:g} {frame.h:g}">'
        f"<title>{escape(picture.title)}</title>{live.description(here, past)}{picture.body}{''.join(over)}</svg>"
    )
