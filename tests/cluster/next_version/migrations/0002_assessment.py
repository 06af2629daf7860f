"""One table a migration: who locks two at once stands in the way of whoever works with both."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("next_version", "0001_initial"), ("assessments", "0001_initial")]
    operations = [
        migrations.RunSQL(
            ["ALTER TABLE assessments_assessment ADD COLUMN next_version_note text"],
            ["ALTER TABLE assessments_assessment DROP COLUMN next_version_note"],
        ),
    ]
