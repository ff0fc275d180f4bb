// Takes the ticket out of the link, shows it to the service, and follows what comes of it. The ticket is kept in this
// variable alone: not in the address bar, not in the history, not in any storage.
"use strict";

const POLL = 2000; // milliseconds
let main;
let ticket = "";
let timer = 0;

// Put the <main> of an answer in the place of ours. The service has escaped it, and scripts in it would not run.
// Tells whether that changed anything.
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

function later(seconds, work) {
  clearTimeout(timer);
  timer = setTimeout(work, seconds);
}

async function post(go) {
  const body = new URLSearchParams(go ? { ticket, continue: "yes" } : { ticket });
  let answer, text;
  try {
    answer = await fetch(location.pathname, { method: "POST", body, cache: "no-store" });
    text = await answer.text();
  } catch {
    offline(() => post(go));
    return;
  }
  if (show(text)) bind(go);
  if (answer.status === 202) later(1000 * (Number(answer.headers.get("Retry-After")) || 1), () => post(go));
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

// An end, too, is told: a consent that is gone. Anything else passes.
const isTold = (answer) => answer.ok || answer.status === 404;

async function follow() {
  try {
    const answer = await fetch(main.dataset.status, { cache: "no-store" });
    const told = answer.ok ? await answer.json() : {};
    if (told.phase !== main.dataset.phase && isTold(answer)) {
      const page = await fetch(location.pathname, { cache: "no-store" });
      if (isTold(page)) show(await page.text());
    }
  } catch {
    // away for the moment: the next turn asks again
  }
  if (main.dataset.status) later(POLL, follow);
}

function open() {
  ticket = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  post(false);
}

document.documentElement.classList.add("scripted"); // before anything is painted
document.addEventListener("DOMContentLoaded", () => {
  main = document.querySelector("main");
  if (main.dataset.page === "open") {
    open();
    addEventListener("hashchange", open); // the same link, opened again in this tab
  } else if (main.dataset.status) {
    later(POLL, follow);
  }
});
