// A warning being sent: the server tells of each change. Without script the page is fetched anew every few seconds.
const place = document.querySelector("[data-events]");

if (place) {
  const source = new EventSource(place.dataset.events);
  source.addEventListener("progress", (event) => {
    const open = [...place.querySelectorAll("details")].map((one) => one.open);
    const scrolled = [...place.querySelectorAll("[role=region]")].map((one) => one.scrollLeft);
    if (place.contains(document.activeElement)) return; // somebody reads there by keyboard
    place.innerHTML = event.data;
    place.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? false; });
    place.querySelectorAll("[role=region]").forEach((one, number) => { one.scrollLeft = scrolled[number] ?? 0; });
  });
  source.addEventListener("over", () => {
    source.close();
    location.reload(); // other buttons
  });
}
