"""What each action of the audit log is, to be read behind a name."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mmt.audit.models import Action

from ..instrument import LabelledEnum

Text = Promise | str


class Kind(LabelledEnum):
    """What an event means to the patient it is about."""

    SAW = "saw", gettext_lazy("saw")
    CHANGED = "changed", gettext_lazy("changed")
    TOOK = "took", gettext_lazy("took out or printed")
    TRIED = "tried", gettext_lazy("was refused")


# Of those that mean something to the patient whom they are about.
DID: Mapping[Action, tuple[Kind, Text]] = {
    Action.PATIENT_VIEWED: (Kind.SAW, gettext_lazy("opened the record")),
    Action.LETTER_READ: (Kind.TOOK, gettext_lazy("downloaded a letter or report")),
    Action.EXPORTED: (Kind.TOOK, gettext_lazy("exported records")),
    Action.PRINTED: (Kind.TOOK, gettext_lazy("printed a page of the record")),
    Action.ACCESS_LOG_GIVEN: (Kind.TOOK, gettext_lazy("downloaded this list of accesses")),
    Action.EVERYTHING_TAKEN: (Kind.TOOK, gettext_lazy("took out everything held")),
    Action.ACCESS_REFUSED: (Kind.TRIED, gettext_lazy("tried to open the record")),
    Action.EMERGENCY_OPENED: (
        Kind.SAW,
        gettext_lazy("opened the record from another clinic, giving a reason"),
    ),
    Action.EMERGENCY_ENDED: (Kind.SAW, gettext_lazy("ended the access from another clinic")),
    Action.EMERGENCY_REVIEWED: (
        Kind.SAW,
        gettext_lazy("looked at the access from another clinic"),
    ),
    Action.PATIENT_REGISTERED: (Kind.CHANGED, gettext_lazy("registered the patient")),
    Action.PATIENT_EDITED: (Kind.CHANGED, gettext_lazy("changed the patient’s own data")),
    Action.PATIENT_ARCHIVED: (Kind.CHANGED, gettext_lazy("archived the patient")),
    Action.PATIENT_RESTORED: (Kind.CHANGED, gettext_lazy("took the patient back from the archive")),
    Action.ERASURE_ASKED: (Kind.CHANGED, gettext_lazy("asked for the patient to be erased")),
    Action.ERASURE_CONFIRMED: (Kind.CHANGED, gettext_lazy("confirmed that the patient is erased")),
    Action.ERASURE_WITHDRAWN: (Kind.CHANGED, gettext_lazy("withdrew the erasure of the patient")),
    Action.DRAFT_STARTED: (Kind.CHANGED, gettext_lazy("started an assessment")),
    Action.DRAFT_DISCARDED: (Kind.CHANGED, gettext_lazy("discarded a draft")),
    Action.RETENTION_APPLIED: (
        Kind.CHANGED,
        gettext_lazy("removed a discarded draft when its time had passed"),
    ),
    Action.DRAFT_RESTORED: (Kind.CHANGED, gettext_lazy("took a draft back")),
    Action.ASSESSMENT_SIGNED: (Kind.CHANGED, gettext_lazy("signed an assessment")),
    Action.ASSESSMENT_AMENDED: (Kind.CHANGED, gettext_lazy("amended a signed assessment")),
    Action.ASSESSMENT_VOIDED: (Kind.CHANGED, gettext_lazy("voided an assessment")),
    Action.ASSESSMENT_MOVED: (
        Kind.CHANGED,
        gettext_lazy("moved an assessment from one patient to another"),
    ),
    Action.ASSESSMENT_IMPORTED: (Kind.CHANGED, gettext_lazy("imported an assessment")),
    Action.LETTER_MADE: (Kind.CHANGED, gettext_lazy("wrote a letter or report")),
}
OTHERS: Mapping[Action, Text] = {
    Action.CLINIC_CREATED: gettext_lazy("created the clinic"),
    Action.CLINIC_CHANGED: gettext_lazy("changed settings of the clinic"),
    Action.ENTRY_ORDER_CHANGED: gettext_lazy("changed the clinic’s order of entry"),
    Action.SIGN_IN: gettext_lazy("signed in"),
    Action.SIGN_IN_FAILED: gettext_lazy("tried to sign in"),
    Action.SIGN_OUT: gettext_lazy("signed out"),
    Action.SESSIONS_ENDED: gettext_lazy("signed out elsewhere"),
    Action.FACTOR_ADDED: gettext_lazy("added a second factor"),
    Action.FACTOR_REMOVED: gettext_lazy("removed a second factor"),
    Action.FACTOR_USED: gettext_lazy("used a second factor"),
    Action.FACTOR_FAILED: gettext_lazy("gave a wrong second factor"),
    Action.FACTORS_RESET: gettext_lazy("reset the second factors of a person"),
    Action.FACTORS_SEALED: gettext_lazy("sealed second factors with a new key"),
    Action.RECOVERY_CODES_MADE: gettext_lazy("made recovery codes"),
    Action.PASSWORD_CHANGED: gettext_lazy("changed the password"),
    Action.TOKEN_MADE: gettext_lazy("made a key of the API"),
    Action.TOKEN_REVOKED: gettext_lazy("revoked a key of the API"),
    Action.MEMBER_INVITED: gettext_lazy("invited a person"),
    Action.INVITATION_ACCEPTED: gettext_lazy("accepted an invitation"),
    Action.INVITATION_WITHDRAWN: gettext_lazy("withdrew an invitation"),
    Action.ROLE_CHANGED: gettext_lazy("changed a role"),
    Action.MEMBER_DEACTIVATED: gettext_lazy("deactivated a person"),
    Action.MEMBER_REACTIVATED: gettext_lazy("reactivated a person"),
    Action.PATIENT_ERASED: gettext_lazy("erased a patient"),
    Action.EVENT_ADDED: gettext_lazy("added an event"),
    Action.EVENT_EDITED: gettext_lazy("edited an event"),
    Action.EVENT_VOIDED: gettext_lazy("marked an event as entered in error"),
    Action.INTERVENTION_ADDED: gettext_lazy("added an intervention"),
    Action.INTERVENTION_EDITED: gettext_lazy("edited an intervention"),
    Action.INTERVENTION_VOIDED: gettext_lazy("marked an intervention as entered in error"),
    Action.REFERRAL_ADDED: gettext_lazy("added a referral"),
    Action.REFERRAL_EDITED: gettext_lazy("edited a referral"),
    Action.REFERRAL_VOIDED: gettext_lazy("marked a referral as entered in error"),
    Action.CARE_CONTACT_ADDED: gettext_lazy("added a person of the care team"),
    Action.CARE_CONTACT_EDITED: gettext_lazy("edited a person of the care team"),
    Action.CARE_CONTACT_VOIDED: gettext_lazy("marked one of the care team as entered in error"),
    Action.WEAKNESS_JUDGED: gettext_lazy("judged the type of weakness"),
    Action.FUNCTIONAL_TEST_ADDED: gettext_lazy("added a functional test"),
    Action.FUNCTIONAL_TEST_VOIDED: gettext_lazy("marked a functional test as entered in error"),
    Action.BLIND_PAIR_OPENED: gettext_lazy("began a second test, blind"),
    Action.BLIND_PAIR_COMPLETED: gettext_lazy("completed a blind pair"),
    Action.BLIND_PAIR_ENDED: gettext_lazy("ended a blind pair"),
    Action.IMPORT_UPLOADED: gettext_lazy("uploaded a file for an import"),
    Action.IMPORTED: gettext_lazy("imported records"),
    Action.IMPORT_UNDONE: gettext_lazy("undid an import"),
    Action.JOB_ASKED: gettext_lazy("asked for background work"),
    Action.JOB_CANCELLED: gettext_lazy("called off background work"),
    Action.JOB_FILE_TAKEN: gettext_lazy("downloaded a file of background work"),
    Action.DEMO_LOADED: gettext_lazy("loaded demonstration data"),
    Action.AUDIT_VERIFIED: gettext_lazy("checked the audit log"),
    Action.AUDIT_EXPORTED: gettext_lazy("exported the audit log"),
    Action.ALARM_RAISED: gettext_lazy("raised an alarm"),
    Action.ALARM_ACKNOWLEDGED: gettext_lazy("acknowledged an alarm"),
}
