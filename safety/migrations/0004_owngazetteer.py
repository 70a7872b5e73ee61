"""Public figures that the operator adds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("safety", "0003_knownmedia")]

    operations = [
        migrations.CreateModel(
            name="OwnGazetteer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("count", models.PositiveIntegerField()),
                ("is_current", models.BooleanField(default=True)),
                ("imported_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("is_current",), name="gazetteer_one_current"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="gazetteer_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_current", True), ("replaced_at__isnull", True)),
                            models.Q(("is_current", False), ("replaced_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="gazetteer_current_or_replaced",
                    ),
                ]
            },
        )
    ]
