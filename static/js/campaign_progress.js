// A campaign under way: its progress is fetched every few seconds. Without script a link fetches the page anew.
const place = document.querySelector("[data-campaign]");

const look = async () => {
  try {
    const answer = await fetch(`${location.pathname}?fragment=1`);
    if (answer.ok) {
      const told = await answer.text();
      const before = place.querySelector("[data-campaign-state]")?.dataset.campaignState;
      place.innerHTML = told;
      const now = place.querySelector("[data-campaign-state]")?.dataset.campaignState;
      if (now !== before) return location.reload(); // other buttons
    }
  } catch {
    // the network is away: the next look may find it
  }
  return setTimeout(look, 3000);
};
setTimeout(look, 3000);
