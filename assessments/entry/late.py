"""Changes that arrive once the draft is signed: news, or the same as before."""

from ..actions import result_of
from ..history import Result
from ..instrument import NotAGrade
from ..models import Assessment
from .content import cell_key, read_cell
from .context import PREFIX, UNTOUCHED
from .forms import CONTEXT_KEYS, ContextForm
from .operations import Batch


def stands(assessment: Assessment, batch: Batch) -> bool:
    """Whether the signed record says all of this: its answer was lost, and it is sent again."""
    sent = {operation.key: operation.value for operation in batch.operations}
    texts = {key: value["text"] for key, value in sent.items() if key in CONTEXT_KEYS}
    form = ContextForm(UNTOUCHED | texts, instance=assessment)
    if any(f"{PREFIX}{name}" in texts for name in form.changed_data):
        return False
    recorded = {cell_key((row.movement, row.side)): row for row in assessment.scores.all()}
    for key in sent.keys() - texts.keys():
        row, value = recorded.get(key), sent[key]
        if not value["text"].strip():
            if row:
                return False
            continue
        try:
            if not row or not _is_same(result_of(row), read_cell(value, assessment.profile)):
                return False
        except NotAGrade:
            return False
    return True


def _is_same(recorded: Result, sent: Result) -> bool:
    """Apart from what was asked about it: whoever signed has answered that."""
    return recorded == sent._replace(confirmed=recorded.confirmed)
