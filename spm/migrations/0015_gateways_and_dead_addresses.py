"""The administrator steers gateways; the treasurer's clerk sees what they cost; how long dead addresses are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0014_mail_roles_and_terms"), ("notifications", "0006_routes_and_joined_messages")]

    operations = [
        steps.grant("notifications", {
            "Administrator": ["view_route", "add_route", "change_route", "view_spending", "view_suppressedaddress", "lift_suppressedaddress"],
            "Referent": ["view_suppressedaddress", "lift_suppressedaddress"],
            "Księgowość": ["view_spending"],
        }),
        steps.keep(
            ("suppressed_addresses", 12, "months", "odmowa bramki", "art. 5 ust. 1 lit. e RODO: numery wracają do obiegu po roku"),
        ),
    ]
