"""Every rule that the database keeps has a test that tries to break it."""

from tests.accounts import test_models as accounts
from tests.assessments import test_constraints as assessments
from tests.assessments import test_pair_constraints as pairs
from tests.assessments.exchange.incoming import test_constraints as imports
from tests.audit import test_log as audit
from tests.jobs import test_models as jobs
from tests.patients import test_emergency as emergency
from tests.patients import test_erasure as erasure
from tests.patients import test_models as patients
from tests.refusals import rules


def test_every_rule_of_the_database_is_tried() -> None:
    rooms = (accounts, audit, jobs, patients, emergency, erasure, assessments, pairs, imports)
    tried = {name for cases in rooms for name, _write in cases.CASES}
    assert tried == set(rules())
