"""One table a migration: who locks two at once stands in the way of whoever works with both."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]
    operations = [
        migrations.RunSQL(
            ["ALTER TABLE patients_patient ADD COLUMN next_version_note text"],
            ["ALTER TABLE patients_patient DROP COLUMN next_version_note"],
        ),
    ]
