"""The short load. The long one: `make load`, 200 people for ten minutes."""

from tests.load.crowd import Crowd, prepare
from tests.load.people import Pace

from .drill import Drill

PEOPLE, REVIEWERS, SECONDS = 6, 3, 5
HURRIED = Pace(score=0.05, scores=12, look=1.0, review=0.5)


def test_many_at_once_get_their_answers_and_nothing_is_lost(drill: Drill) -> None:
    cast = prepare(drill.product.env, PEOPLE, REVIEWERS)
    crowd = Crowd(cast, [drill.product.url], drill.seed, pace=HURRIED)
    crowd.run(SECONDS)
    scores, signed = crowd.check(drill.store)
    assert not crowd.figures.errors
    assert scores
    assert signed
    assert crowd.figures.waits.keys() >= {"trends", "page of a patient", "export", "save"}
