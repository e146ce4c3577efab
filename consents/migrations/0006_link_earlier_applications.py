"""Applications that were accepted before the chain began are linked in the order of their acceptance."""

import secrets

from django.db import migrations

from consents.canonical import application_content, link_hash
from consents.clause import digest


def link(apps, schema_editor):
    application_model = apps.get_model("consents", "ConsentApplication")
    link_model = apps.get_model("consents", "EvidenceLink")
    number, previous = 0, ""
    accepted = application_model.objects.filter(state="accepted").order_by("decided_at", "pk")
    for application in accepted.prefetch_related("choices__topic").iterator(chunk_size=500):
        number += 1
        salt = secrets.token_hex(16)
        content = application_content(
            salt=salt,
            number=application.pk,
            payer_id=application.payer_id,
            identity_kind=application.identity_kind,
            identity_number=application.identity_number,
            name=application.name,
            phone=application.phone,
            email=application.email,
            signed_on=application.signed_on,
            signed_at=application.signed_at,
            arrived_by=application.arrived_by,
            received_on=application.received_on,
            scan_sha256=application.scan_sha256,
            clause_version=application.clause_version,
            clause_sha256=digest(application.clause_version),
            evidence=application.evidence,
            registered_at=application.registered_at,
            registered_by_id=application.registered_by_id,
            decided_at=application.decided_at,
            decided_by_name=application.decided_by_name,
            choices=[(choice.topic.code, choice.channel) for choice in application.choices.all()],
        )
        hashed = link_hash(number=number, previous=previous, content=content)
        link_model.objects.create(
            number=number,
            application=application,
            salt=salt,
            content_sha256=content,
            previous_hash=previous,
            hash=hashed,
        )
        previous = hashed


class Migration(migrations.Migration):
    dependencies = [("consents", "0005_withdrawals_and_evidence")]

    operations = [migrations.RunPython(link, migrations.RunPython.noop)]
