// The editor of a text: the preview, the count of SMS parts and the hints follow the typing; the server says them.
// Without script the button «Pokaż podgląd» does the same.
const form = document.querySelector("[data-text-form]");
const place = document.querySelector("[data-text-preview]");
let timer = 0;
let asked = 0;

const show = async () => {
  const turn = ++asked;
  const said = new FormData(form);
  said.set("fragment", "1");
  try {
    const answer = await fetch(location.href, { method: "POST", body: said });
    if (!answer.ok) return;
    const told = await answer.text();
    if (turn === asked && told !== place.dataset.now) {
      place.dataset.now = told;
      place.innerHTML = told;
    }
  } catch {
    // the network is away: the button still works
  }
};

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, 300);
});
