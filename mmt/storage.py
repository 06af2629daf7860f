from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names for scripts that import one another, too."""

    support_js_module_import_aggregation = True
