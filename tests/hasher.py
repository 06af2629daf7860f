from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The product's hasher at its smallest cost."""

    algorithm = "argon2quick"
    time_cost = 1
    memory_cost = 8
    parallelism = 1
