from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('provenance', '0002_enrolment'),
    ]

    operations = [
        migrations.AddField(
            model_name='mark',
            name='width',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='mark',
            name='height',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='mark',
            name='parents',
            field=models.JSONField(default=list),
        ),
    ]
