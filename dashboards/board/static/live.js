"use strict";
// Makes the page live: swaps the fragments the server sends, by id. Without it everything can still be read.
(() => {
  const lost = document.getElementById("lost");
  let version = document.body.dataset.version;
  let stream = null;
  let heard = Date.now();
  let down = null;

  function swap(id, html) {
    const old = document.getElementById(id);
    if (!old) return;
    const open = [...old.querySelectorAll("details[open]")].map((each) => each.id);
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    const [x, y] = [scrollX, scrollY];
    old.outerHTML = html;
    for (const each of open) document.getElementById(each)?.setAttribute("open", "");
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    if (scrollY !== y) scrollTo(x, y);
  }

  function alive() {
    heard = Date.now();
    down = null;
    lost.hidden = true;
  }

  function open() {
    if (stream || document.hidden) return;
    stream = new EventSource("/live?since=" + encodeURIComponent(version) + "&page=" + encodeURIComponent(document.body.dataset.page));
    stream.addEventListener("swap", (message) => {
      version = message.lastEventId;
      for (const [id, html] of Object.entries(JSON.parse(message.data))) swap(id, html);
      alive();
    });
    stream.addEventListener("beat", alive);
    stream.onerror = () => { down ??= Date.now(); };
  }

  function close() {
    stream?.close();
    stream = null;
  }

  setInterval(() => {
    if (document.hidden) return;
    const silent = Date.now() - heard > 15000;
    if (silent || stream?.readyState === EventSource.CLOSED) close();
    open();
    if (silent || (down && Date.now() - down > 1500)) {
      lost.querySelector("time").textContent =
        new Date(down ?? heard).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      lost.hidden = false;
    }
  }, 1000);
  document.addEventListener("visibilitychange", () => { heard = Date.now(); document.hidden ? close() : open(); });
  addEventListener("pagehide", close);
  const here = document.querySelector(".pages [aria-current]");
  if (here) here.parentElement.scrollLeft += here.getBoundingClientRect().left - innerWidth / 2; // a phone's row of pages is cut
  open();
})();
