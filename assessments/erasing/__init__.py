"""Erasing a patient: what hangs on one (`hanging`), and its going (`erase`).

Who may ask for it, and when it is due, is of `patients/erasure`.
"""
