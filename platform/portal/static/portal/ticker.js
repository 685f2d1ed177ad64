// What happens now, newest first; nobody is named. It can be held, and a screen reader is not told each one.
import { ask } from "./ask.js";
import { byId, el, fill } from "./dom.js";
import { clockTime, handed, nameOf, t } from "./words.js";

const EVERY = 5_000;
const LINES = 30;
let held = false;
let known = null;
let trades = new Map();

function line(happening) {
  const county = handed.counties.find((one) => one.slug === happening.county.slug);
  const trade = trades.get(happening.trade);
  const parts = [county ? county.name : nameOf(happening.county), trade ? nameOf(trade) : null, happening.text];
  const fresh = known !== null && !known.has(happening.id);
  return el("li", { class: fresh ? "new" : "" },
    el("time", { datetime: happening.at, text: clockTime(happening.at) }),
    el("span", { text: parts.filter(Boolean).join(" · ") }));
}

async function turn() {
  if (held || document.hidden) return;
  const { ticker } = await ask("portal-ticker", { limit: LINES });
  if (held) return;
  fill(byId("ticker"), ticker.length ? ticker.map(line) : [el("li", { class: "small", text: t("ticker_none") })]);
  known = new Set(ticker.map((one) => one.id));
}

/** Begins to ask; a turn that fails is followed by the next, the page's own banner tells of lost connections. */
export function startTicker(catalogue) {
  trades = new Map(catalogue.map((trade) => [trade.code, trade]));
  const button = byId("ticker-pause");
  button.addEventListener("click", () => {
    held = !held;
    button.setAttribute("aria-pressed", String(held));
    button.textContent = held ? t("ticker_go_on") : t("ticker_pause");
    if (!held) turn().catch(() => {});
  });
  const again = () => turn().catch(() => {}).finally(() => setTimeout(again, EVERY));
  again();
}
