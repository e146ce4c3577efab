// A shape is drawn on the town's map; its corners are the lines of the text field, which says the same without script.
const map = document.querySelector("[data-map]");
const field = document.querySelector("[name=shape]");

if (map && field) {
  const svg = map.querySelector("svg");
  const polygon = map.querySelector("polygon");
  const [west, north, across, up] = ["west", "north", "across", "up"].map((name) => Number(map.dataset[name]));
  const parts = document.querySelector("[name=area_kind][value=parts]");
  const lines = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);

  const draw = () => {
    const points = lines().map((line) => line.match(/-?\d+[.,]\d+/g)).filter((found) => found?.length === 2);
    polygon.setAttribute("points", points.map(([latitude, longitude]) => {
      const [y, x] = [latitude, longitude].map((text) => Number(text.replace(",", ".")));
      return `${Math.round((x - west) * across)},${Math.round((north - y) * up)}`;
    }).join(" "));
  };
  const write = (points) => {
    field.value = points.join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true })); // draws, and the preview counts
  };

  map.querySelectorAll("[data-map-help]").forEach((one) => { one.hidden = false; });
  svg.classList.add("spm-crisis__canvas");
  svg.addEventListener("click", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    write([...lines(), `${(north - place.y / up).toFixed(5)}, ${(west + place.x / across).toFixed(5)}`]);
    if (parts) parts.checked = true;
  });
  map.querySelector("[data-map-undo]").addEventListener("click", () => write(lines().slice(0, -1)));
  map.querySelector("[data-map-clear]").addEventListener("click", () => write([]));
  field.addEventListener("input", draw);
}
