"""The answer to a question: counts, and one page of the patients with their results."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast

from mmt.accounts.models import User
from patients.models import Patient
from patients.paging import Page, page_by_name

from ..models import Progress
from .listed import Listed, listed
from .question import Question

# To find so many once more takes longer than to name them.
MOST_NAMED = 5_000
# To find so few once more, where an index has them by movement, is shorter than to ask everybody.
FEW = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """`among` counts the patients with a graded result of the movement that was asked about; with
    none asked about, those with a visit.
    """

    page: Page
    results: int
    among: int
    people: list[Listed]


def answer(
    wanted: Q,
    question: Question,
    *,
    user: User,
    after: str,
    before: str,
    few: bool = False,
    whole: str = "",
) -> Answer:
    """Return a page of what is `wanted` by patient, in a fixed number of queries.

    Of each patient come the few worst results, worst first, and of the one whose id is `whole` all.

    For the page patients are asked one by one, in the order of their names, whether they have such
    a result, and no further than it goes: far, where hardly anybody has. Where an index leads to
    the results, and not by patient, say that they are `few`: then they are found first.
    """
    visible = Patient.objects.visible_to(user)
    asked = visible.filter(clinic__in=question.asked_clinics)
    results = Progress.objects.filter(wanted, clinic__in=question.asked_clinics)
    each: dict[str, int] | None = None
    if few:
        each = _by_patient(results)
        patients, count = len(each), sum(each.values())
    else:
        patients, count = _counts(results, in_order=question.of_any_movement)
        if patients == 0 or (patients <= FEW and not question.of_any_movement):
            each = _by_patient(results)
    has_one = _has(wanted) if each is None else _is_one_of(each, results)
    page = page_by_name(
        asked.filter(has_one), edges=visible, after=after, before=before, total=patients
    )
    people = listed(wanted, page.patients, question, whole=whole)
    return Answer(page, count, _among(question), people)


def _by_patient(results: QuerySet[Progress]) -> dict[str, int]:
    """Return how many results each patient has who has any.

    Grouped by a text, of which no index has the order: or SQLite would read all results in it.
    """
    named = results.order_by().annotate(who=Cast("patient_id", CharField()))
    return dict(named.values_list("who").annotate(each=Count("*")))


def _is_one_of(found: Mapping[str, int], results: QuerySet[Progress]) -> Q:
    """Return the condition for the patients `found`: by name, unless there are too many to say."""
    if len(found) > MOST_NAMED:
        return Q(pk__in=results.values("patient").distinct())
    return Q(pk__in=list(found))


def _counts(results: QuerySet[Progress], *, in_order: bool) -> tuple[int, int]:
    """Return how many patients, and how many results.

    If an index has the results patient by patient, `in_order` tells patients apart without sorting.
    Otherwise SQLite would read everything in that order for the few of some movements.
    """
    if in_order:
        by_patient = results.order_by().values("clinic", "patient").annotate(each=Count("*"))
        found = by_patient.aggregate(patients=Count("*"), results=Sum("each"))
    else:
        found = results.aggregate(patients=Count("patient", distinct=True), results=Count("*"))
    return found["patients"], found["results"] or 0


def _among(question: Question) -> int:
    if question.names_movement:
        cells = Progress.objects.filter(question.cells(), clinic__in=question.asked_clinics)
        return _counts(cells, in_order=False)[0]
    seen = Patient.objects.filter(clinic__in=question.asked_clinics, last_seen__isnull=False)
    return seen.count()


def _has(wanted: Q) -> Exists:
    mine = Progress.objects.filter(clinic=OuterRef("clinic"), patient=OuterRef("pk"))
    return Exists(mine.filter(wanted))
