"""What happened, as bands and lines in a small picture under its marks."""

from ..history import History
from .time_axis import TimeAxis

MOMENT = 3.0


def happened_marks(history: History, axis: TimeAxis, top: float, foot: float) -> str:
    """Draw relapses as bands, the starts of interventions and referrals as lines."""
    parts = []
    for event in history.events:
        if event.kind == "relapse" and axis.overlaps(event):
            start, end = axis.place(event.start), axis.place(event.end or event.start)
            parts.append(
                f'<rect class="relapse" x="{start:.1f}" y="{top:g}" '
                f'width="{max(end - start, MOMENT):.1f}" height="{foot - top:g}"/>'
            )
    for style, happenings in (
        ("intervention", history.interventions),
        ("referral", history.referrals),
    ):
        for each in happenings:
            if axis.first <= each.start <= axis.last:
                x = axis.place(each.start)
                parts.append(f'<path class="{style}" d="M{x:.1f} {top:g}V{foot:g}"/>')
    return "".join(parts)
