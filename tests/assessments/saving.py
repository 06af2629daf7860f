"""What a page sends of a draft: operations, requests, and the shortest way to put scores in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from assessments.actions import sign_assessment
from assessments.entry.content import draft_keys, read_content
from assessments.entry.drafts import save_operations
from assessments.entry.operations import Batch, read_batch
from assessments.models import Assessment, Draft
from mmt.accounts.models import User

PAGE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
OTHER_PAGE = UUID("bbbbbbbb-0000-4000-8000-000000000002")
THIRD_PAGE = UUID("cccccccc-0000-4000-8000-000000000003")
HIP, KNEE = "hip_flexion.right", "knee_extension.left"


def value(text: str = "", **more: Any) -> dict[str, Any]:
    """Return what a page says of one cell."""
    known: dict[str, Any] = {"text": text, "reason": "", "limiters": [], "position": "", "note": ""}
    return {**known, "entered": "typed", "confirmed": [], "quick": False, **more}


def op(key: str, text: str = "", *, seq: int = 1, base: int = 0, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "key": key, "base": base, "value": value(text, **more)}


def request_of(patient_id: UUID, *ops: dict[str, Any], client: UUID = PAGE) -> dict[str, Any]:
    """Return the body of one request, before it becomes JSON."""
    return {"client": str(client), "patient": str(patient_id), "ops": list(ops)}


def batch_of(assessment: Assessment, *ops: dict[str, Any], client: UUID = PAGE) -> Batch:
    return read_batch(
        request_of(assessment.patient_id, *ops, client=client), draft_keys(assessment)
    )


def put(
    assessment: Assessment, cells: Mapping[str, str | dict[str, Any]], *, by: User
) -> Assessment:
    """Save these cells, given by text or by whole value, as a page of its own would."""
    known = {key: value(cell) if isinstance(cell, str) else cell for key, cell in cells.items()}
    draft = Draft.objects.get(pk=assessment.pk)
    ops = [
        {"seq": seq, "key": key, "base": draft.revision, "value": each}
        for seq, (key, each) in enumerate(known.items())
    ]
    client = UUID(int=draft.revision + 1, version=4)
    save_operations(assessment.pk, batch_of(assessment, *ops, client=client), by=by)
    return Assessment.objects.select_related("draft", "patient", "clinic").get(pk=assessment.pk)


def texts(assessment: Assessment) -> dict[str, str]:
    """Return what the draft holds now, by key."""
    cells = Draft.objects.get(pk=assessment.pk).cells
    return {key: cell["text"] for key, cell in cells.items()}


def sign(assessment: Assessment, by: User) -> Assessment:
    """Sign the draft as it stands."""
    draft = Draft.objects.get(pk=assessment.pk)
    content = read_content(assessment, draft)
    return sign_assessment(assessment, content, by=by, draft_revision=draft.revision)


def every_cell(assessment: Assessment, text: str) -> dict[str, str]:
    return {f"{movement}.{side}": text for movement, side in assessment.cells}
