// What is typed is counted as it is typed: the button «Policz i sprawdź», pressed by itself after a pause.
const form = document.querySelector("[data-counted]");
let waiting;
let asked = 0;

const count = async () => {
  const mine = ++asked;
  const said = new FormData(form);
  said.append("check", "1");
  try {
    const answer = await fetch(location.href, { method: "POST", body: said });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-preview]");
    const before = document.querySelector("[data-preview]");
    if (mine === asked && answer.ok && now?.firstElementChild && before) before.replaceChildren(...now.children);
  } catch {
    // no connection just now: the button still counts
  }
};

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 800);
});
