"""What a page with scripts has shown of a draft, as it says itself when it asks to sign.

Its last save is answered with the revision of the whole draft, other pages' changes included: the
number alone does not tell that a person saw them.
"""

import json

from ..models import Assessment, Draft
from .content import cell_key


def has_unseen(assessment: Assessment, draft: Draft, told: str) -> bool:
    """Whether the draft holds what the page that says `told` has not shown.

    `told` is JSON: `client` names the page, `made` is the revision it was made of, `cells` the one
    at which it last saw each cell. What cannot be read tells of nothing that was seen. A page
    without scripts tells nothing: it shows just its revision.
    """
    if not told:
        return False
    try:
        page = json.loads(told)
        client, made, cells = page["client"], page["made"], page["cells"]
        is_longer = any(cell_key(cell) not in cells for cell in assessment.cells)
        return is_longer or any(
            cell["client"] != client and cell["rev"] > max(made, cells.get(key, made))
            for key, cell in draft.cells.items()
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return True
