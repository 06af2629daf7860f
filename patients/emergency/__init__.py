"""Opening a patient of another clinic in an emergency ("break the glass").

The one door of `PatientQuerySet.visible_to` lets in; everything that writes asks for a role in the
patient's clinic, which the person has not.
"""
