from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_duties"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkerSign",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("alive_at", models.DateTimeField()),
            ],
        ),
    ]
