from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names for scripts that import one another, too."""

    support_js_module_import_aggregation = True


def are_collected() -> bool:
    """Whether this process knows by which names files are asked for. Without, every page fails."""
    found = staticfiles_storage
    return not isinstance(found, ManifestFilesMixin) or bool(found.hashed_files)
