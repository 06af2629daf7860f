from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_second_factors"),
        ("assessments", "0007_imports"),
        ("patients", "0003_care"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("apart", ""), _negated=True),
                fields=["clinic", "apart"],
                name="assessment_kept_apart",
            ),
        ),
    ]
