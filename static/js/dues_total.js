// Adds up what is ticked, as a help; without script the next page shows the sum.
const form = document.querySelector("[data-dues]");
if (form) {
  const output = form.querySelector("output");
  const format = new Intl.NumberFormat("pl-PL", { style: "currency", currency: "PLN" });
  const add = () => {
    const ticked = [...form.querySelectorAll("[data-grosze]:checked")];
    const grosze = ticked.reduce((sum, box) => sum + Number(box.dataset.grosze), 0);
    output.textContent = ticked.length ? `Wybrano: ${format.format(grosze / 100)}` : "";
  };
  form.addEventListener("change", add);
  add();
}
