"""Patients, assessments and change as JSON, for programs that act for a person."""
