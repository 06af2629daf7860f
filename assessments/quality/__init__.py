"""The data-quality board of a clinic: what waits, what deserves a look. A number has its list."""
