"""What proves a person beside the password: an authenticator app, passkeys, recovery codes.

django-allauth checks and keeps them; here stands who must have one, what is told, and our pages.
"""
