// Shows a notice that came by push, and opens its page when it is pressed. What it says was encrypted for this browser.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(told.title || "Powiadomienie", {
      body: told.body, lang: told.lang, tag: told.tag, data: { url: told.url },
    }),
  );
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url || "/wiadomosci/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
