"""Hashes of media that nobody may show."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("safety", "0002_judging")]

    operations = [
        migrations.CreateModel(
            name="KnownMedia",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(max_length=64)),
                ("pdq", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("list", "pdq"), name="known_media_once_a_list"),
                    models.CheckConstraint(
                        condition=models.Q(("pdq__regex", "^[0-9a-f]{64}$")), name="known_media_pdq"
                    ),
                    models.CheckConstraint(condition=models.Q(("list", ""), _negated=True), name="known_media_list"),
                ],
            },
        ),
    ]
