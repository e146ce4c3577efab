// The clerk's desk: fields are checked as they are typed, the scan grows by keyboard, the table of kinds moves by
// arrows. Without script the page does the same by its buttons.
const form = document.querySelector("[data-registration]");
const ticks = form.querySelector("[data-ticks]");
const resigns = form.elements.resigns;
const boxes = () => [...ticks.querySelectorAll("input[name=tick]")];
const wayOf = (box) => box.value.split(":")[1];
const touched = new Set();
let asked = 0;
let timer = 0;

// --- what the house says of the fields ---
const told = (name, errors, notes) => {
  const field = form.querySelector(`[data-field="${name}"]`);
  if (!field) return;
  const place = field.querySelector(".spm-desk__told");
  const lines = [
    ...errors.map((words) => ["invalid-feedback", words]),
    ...notes.map((words) => ["spm-note", words]),
  ];
  const now = lines.map(([, words]) => words).join("\n");
  if (place.dataset.now === now) return; // a screen reader says it once
  place.dataset.now = now;
  place.replaceChildren(...lines.map(([kind, words]) => {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = words;
    return line;
  }));
  const input = form.elements[name];
  if (input instanceof HTMLElement) {
    input.classList.toggle("is-invalid", errors.length > 0);
    input.setAttribute("aria-invalid", errors.length > 0);
  }
};

const check = async () => {
  const turn = ++asked;
  const said = new FormData(form);
  said.delete("scan");
  let answer;
  try {
    const sent = await fetch(form.dataset.check + location.search, { method: "POST", body: said });
    answer = await sent.json();
  } catch {
    answer = { words: "Podpowiedzi teraz nie działają." };
  }
  if (turn !== asked) return;
  form.querySelector("[data-words]").textContent = answer.words ?? "";
  if (!answer.errors) return;
  for (const field of form.querySelectorAll("[data-field]")) {
    const name = field.dataset.field;
    told(name, touched.has(name) ? answer.errors[name] ?? [] : [], answer.notes[name] ?? []);
  }
  if (answer.name && !form.elements.name.value) form.elements.name.value = answer.name;
  form.querySelector("[data-asks-who]").hidden = !answer.asks_who;
};

const soon = (delay) => {
  clearTimeout(timer);
  if (form.dataset.check) timer = setTimeout(check, delay);
};
form.addEventListener("input", (event) => {
  if (event.target.name === "tick") touched.add("resigns").add("phone").add("email");
  soon(400);
});
form.addEventListener("change", (event) => {
  if (event.target.name) touched.add(event.target.name);
  soon(0);
});

// --- resignation: one keystroke, and nothing else is ticked ---
resigns.accessKey = "r";
resigns.addEventListener("change", () => {
  if (resigns.checked) for (const box of boxes()) box.checked = false;
});
ticks.addEventListener("change", (event) => {
  if (event.target.name === "tick" && event.target.checked) resigns.checked = false;
});

// --- the table of kinds by keyboard ---
const neighbour = (box, rows, ways) => {
  const all = [...ticks.querySelectorAll(".spm-matrix__row")];
  const row = all[all.indexOf(box.closest(".spm-matrix__row")) + rows];
  if (!row) return null;
  const inRow = [...row.querySelectorAll("input[name=tick]")];
  if (!ways) return inRow.find((one) => wayOf(one) === wayOf(box)) ?? inRow.at(-1);
  return inRow[inRow.indexOf(box) + ways] ?? null;
};
const tick = (box, on) => {
  if (!box || box.checked === on) return;
  box.checked = on;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
};
const MOVES = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
const WAYS = { s: "sms", e: "email", g: "voice" };
ticks.addEventListener("keydown", (event) => {
  const box = event.target;
  if (box.name !== "tick" || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  if (MOVES[event.key]) {
    neighbour(box, ...MOVES[event.key])?.focus();
  } else if (WAYS[key]) {
    const inRow = [...box.closest(".spm-matrix__row").querySelectorAll("input[name=tick]")];
    const meant = inRow.find((one) => wayOf(one) === WAYS[key]);
    if (meant) tick(meant, !meant.checked);
    neighbour(box, 1, 0)?.focus();
  } else if (key === "a") {
    const column = boxes().filter((one) => wayOf(one) === wayOf(box));
    const on = !column.every((one) => one.checked);
    for (const one of column) tick(one, on);
  } else {
    return;
  }
  event.preventDefault();
});

// --- saving, and a scanner that types into whatever field has the cursor ---
const CODE = /SPM[\W_]?W\d+[\W_]+\d{10}\S*/i;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const field = event.target;
  const scanned = form.contains(field) && field.matches("input") ? CODE.exec(field.value) : null;
  if (scanned) {
    event.preventDefault();
    const codes = document.querySelector("[data-code-form]");
    if (!codes) return;
    codes.elements.code.value = scanned[0];
    codes.requestSubmit();
  } else if (event.ctrlKey || (form.contains(field) && field.type === "checkbox")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-default]"));
  }
});

// --- the scan ---
const scan = document.querySelector("[data-scan]");
if (scan) {
  const pages = scan.querySelector(".spm-desk__pages");
  let zoom = 1;
  let turned = 0;
  scan.querySelector("[data-zoom]").hidden = false;
  for (const button of scan.querySelectorAll("[data-zoom-by]")) {
    button.addEventListener("click", () => {
      zoom = Math.min(4, Math.max(0.5, zoom * Number(button.dataset.zoomBy)));
      pages.style.setProperty("--zoom", zoom);
    });
  }
  scan.querySelector("[data-turn]").addEventListener("click", () => {
    turned = (turned + 90) % 360;
    pages.style.setProperty("--turned", `${turned}deg`);
  });
}

// --- keys of the page, also where the browser leaves accesskey alone ---
document.addEventListener("keydown", (event) => {
  // A browser that acted on the accesskey itself has prevented the default already.
  if (!event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  // A browser would tick the box that bears an accesskey: the table is only entered.
  const meant = key === "t" ? boxes()[0] : document.querySelector(`[accesskey="${CSS.escape(key)}"]`);
  if (!meant) return;
  event.preventDefault();
  meant.focus();
  if (key !== "t" && meant.matches("button, input[type=checkbox]")) meant.click();
});

// The first fault gets the cursor, else the field where the clerk begins: the office's frame may have taken it.
const wrong = form.querySelector(".error-summary a");
const first = wrong ? document.querySelector(wrong.getAttribute("href")) : form.querySelector("[autofocus]");
first?.focus();
