// The button that lets this browser show notices. Without script, or where the browser knows none, a sentence says so.
(() => {
  const place = document.querySelector("[data-push-key]");
  if (!place) return;
  const told = place.querySelector("[data-push-told]");
  const button = place.querySelector("button");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    told.textContent = "Ta przeglądarka nie pokazuje powiadomień. Na iPhonie trzeba najpierw dodać portal do ekranu głównego.";
    return;
  }
  const key = Uint8Array.from(atob(place.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const subscribe = async () => {
    const topics = [...document.querySelectorAll("input[name=topics]:checked")].map((box) => box.value);
    if (!topics.length) return "Zaznacz najpierw, o czym mamy powiadamiać.";
    if ((await Notification.requestPermission()) !== "granted") {
      return "Przeglądarka nie pozwala na powiadomienia z portalu. Zmienisz to w jej ustawieniach witryny.";
    }
    await navigator.serviceWorker.register(place.dataset.pushWorker);
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const answer = await fetch(place.dataset.pushAdd, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
      body: JSON.stringify({ subscription, topics }),
    });
    if (answer.status === 201) return location.reload();
    return (await answer.json()).message;
  };
  told.textContent = "";
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "Chwileczkę…";
    try {
      told.textContent = (await subscribe()) || "Gotowe.";
    } catch {
      told.textContent = "Nie udało się włączyć powiadomień. Spróbuj jeszcze raz za chwilę.";
    }
    button.disabled = false;
  });
})();
