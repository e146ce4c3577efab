"""The resident's choice: language, fuller texts, and for each kind of notification the way and the hour."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from django import forms
from django.conf import settings

from consents.models import Topic
from notifications.channels import Channel
from notifications.languages import OWN_NAMES
from notifications.wishes import ForTopic

ANY_HOUR = [("", "o każdej porze wysyłki")]
DAYTIME = range(6, 23)


def hours_offered() -> list[int]:
    """The hours in which reminders go out; those of the day where the town sends at any hour."""
    opens, closes = (time.fromisoformat(str(settings.SENDING_HOURS[name])).hour for name in ("opens", "closes"))
    return list(range(opens, closes) if opens < closes else DAYTIME)


class WishForm(forms.Form):
    """Two fields for everything, and two for each of the payer's *topics* with the ways they consented to."""

    language = forms.ChoiceField(label="Język wiadomości", choices=list(OWN_NAMES.items()), widget=forms.RadioSelect)
    is_fuller = forms.BooleanField(
        label="Podawaj kwoty i rodzaj należności w SMS-ach i powiadomieniach przeglądarki",
        required=False,
        help_text="Uwaga: może je przeczytać każdy, kto zobaczy zablokowany ekran telefonu.",
    )

    def __init__(
        self, *args: Any, topics: Sequence[tuple[Topic, Sequence[str]]], known: Mapping[str, ForTopic], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        labels = dict(Channel.choices)
        hours = [*ANY_HOUR, *((str(hour), f"od {hour}:00") for hour in hours_offered())]
        for topic, channels in topics:
            wish = known.get(topic.code, ForTopic())
            ways = [("", "wszystkimi, na które jest zgoda"), *((one, f"tylko {labels[one]}") for one in channels)]
            self.fields[f"channel_{topic.code}"] = forms.ChoiceField(
                label="Jak", choices=ways, required=False, initial=wish.channel
            )
            self.fields[f"hour_{topic.code}"] = forms.ChoiceField(
                label="Kiedy", choices=hours, required=False, initial="" if wish.hour is None else str(wish.hour)
            )

    def rows(self) -> list[tuple[Topic, forms.BoundField, forms.BoundField]]:
        """Each kind of notification with its two fields."""
        return [(topic, self[f"channel_{topic.code}"], self[f"hour_{topic.code}"]) for topic, _ in self.topics]

    def by_topic(self) -> dict[str, ForTopic]:
        """What was chosen, by kind of notification."""
        said = self.cleaned_data
        return {
            topic.code: ForTopic(
                said[f"channel_{topic.code}"], int(said[f"hour_{topic.code}"]) if said[f"hour_{topic.code}"] else None
            )
            for topic, _ in self.topics
        }
