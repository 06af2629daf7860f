"""Records in: a file is read, its columns mapped, its rows checked, and only then imported."""
