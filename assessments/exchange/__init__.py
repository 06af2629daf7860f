"""Records in and out. `columns` says once what a file holds; all else reads it."""
