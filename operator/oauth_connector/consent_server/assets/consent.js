// Takes the ticket from the link, sends it to the server, and shows the pages that follow. The ticket is stored only in
// a variable: not in the address bar, the history or the storage of the browser.
"use strict";

const POLL = 2000; // milliseconds
let main;
let ticket = "";
let timer = 0;

// Replace <main> with that of a response. The server has escaped it, and scripts in it do not run.
// Returns whether anything changed.
function show(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const other = next.querySelector("main");
  if (other.innerHTML === main.innerHTML) return false;
  for (const name of main.getAttributeNames()) if (name.startsWith("data-")) main.removeAttribute(name);
  for (const name of other.getAttributeNames()) main.setAttribute(name, other.getAttribute(name));
  main.replaceChildren(...other.childNodes);
  document.title = next.title;
  document.getElementById("announcement").textContent = main.querySelector("h1").textContent;
  return true;
}

function offline(again) {
  main.replaceChildren(document.getElementById("offline").content.cloneNode(true));
  document.getElementById("again").addEventListener("click", again);
}

function schedule(milliseconds, work) {
  clearTimeout(timer);
  timer = setTimeout(work, milliseconds);
}

async function post(go) {
  const body = new URLSearchParams(go ? { ticket, continue: "yes" } : { ticket });
  let response, text;
  try {
    response = await fetch(location.pathname, { method: "POST", body, cache: "no-store" });
    text = await response.text();
  } catch {
    offline(() => post(go));
    return;
  }
  if (show(text)) bind(go);
  if (response.status === 202) schedule(1000 * (Number(response.headers.get("Retry-After")) || 1), () => post(go));
}

function bind(go) {
  const button = document.getElementById("continue");
  button?.addEventListener("click", () => {
    button.disabled = true;
    post(true);
  });
  document.getElementById("retry")?.addEventListener("click", (event) => {
    event.preventDefault();
    post(go);
  });
  const onward = document.getElementById("onward");
  if (onward) location.assign(onward.href);
  else main.focus({ preventScroll: true });
}

// 404 is a final result too: the consent was deleted. Other errors are temporary.
const isFinal = (response) => response.ok || response.status === 404;

async function follow() {
  try {
    const response = await fetch(main.dataset.status, { cache: "no-store" });
    const result = response.ok ? await response.json() : {};
    if (result.phase !== main.dataset.phase && isFinal(response)) {
      const page = await fetch(location.pathname, { cache: "no-store" });
      if (isFinal(page)) show(await page.text());
    }
  } catch {
    // unavailable: the next request follows
  }
  if (main.dataset.status) schedule(POLL, follow);
}

function open() {
  ticket = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  post(false);
}

document.documentElement.classList.add("scripted"); // before the first paint
document.addEventListener("DOMContentLoaded", () => {
  main = document.querySelector("main");
  if (main.dataset.page === "open") {
    open();
    addEventListener("hashchange", open); // the same link, opened again in this tab
  } else if (main.dataset.page === "failure" && !main.dataset.keeps) {
    history.replaceState(null, "", location.pathname); // the code of a response that is not used and not sent again
  } else if (main.dataset.status) {
    schedule(POLL, follow);
  }
});
