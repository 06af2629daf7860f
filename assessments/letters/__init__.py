"""One page about a visit: the letter and the report, from facts alone, set by typst."""
