"""`make bench`: what the product costs beside the physical limit, measured in the same run.

It prints; nothing here passes or fails by the clock.
"""
