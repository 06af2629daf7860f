from typing import Any

from django.db import migrations, models

from mmt.accounts.factors.sealing import seal_anew


def seal_what_lies_open(apps: Any, _schema_editor: Any) -> None:
    seal_anew(apps.get_model("mfa", "Authenticator"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_emergency"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoorCount",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("until", models.FloatField(db_index=True)),
            ],
        ),
        migrations.RunPython(seal_what_lies_open, migrations.RunPython.noop),
    ]
