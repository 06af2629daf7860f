"""Work that takes longer than a page may: asked for by a person, done by a worker, kept a week.

The rooms above say what there is to do (`kinds.register`); nothing here knows their words.
"""
