"""Backups: one sealed file holds all that cannot be made anew, and can prove that it is whole.

`sealed` is the format of the file, `archive` what lies in it, `manifest` what it says of itself;
`sqlite` and `postgresql` copy a database in use and bring it back; `making`, `restoring` and
`rotation` are what the commands do.
"""
