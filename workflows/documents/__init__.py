"""Documents (文书): orders, letters, opinions, forms and reports as docx, each under a number of its own and never changed.

An office may replace the template of each kind; what is filled into it, the record says. `tables` → `kinds` (which there are,
and what fills them) → `wording`, `layout` (the delivered templates) → `templates` (checking and filling) → `verbs` → `questions`.
"""

from workflows.documents.kinds import KINDS, Kind, day
from workflows.documents.questions import find_template, get, last_templates, of, offered, template_bytes
from workflows.documents.tables import Document, DocumentTemplate
from workflows.documents.verbs import order, order_borne, receive_template, replace_template, write

__all__ = [
    "KINDS",
    "Document",
    "DocumentTemplate",
    "Kind",
    "day",
    "find_template",
    "get",
    "last_templates",
    "of",
    "offered",
    "order",
    "order_borne",
    "receive_template",
    "replace_template",
    "template_bytes",
    "write",
]
