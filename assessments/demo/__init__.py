"""Invented clinics to try the product on, and large sets of invented records to measure it with.

Nothing of a real person is in here: people are words with faces. What is generated is plain values
(`plan`), the same for the same seed and day; `writer` brings them into the database in bulk.
"""
