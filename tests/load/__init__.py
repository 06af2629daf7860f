"""Many people at work at once: how long they wait, and whether what was acknowledged is there."""
