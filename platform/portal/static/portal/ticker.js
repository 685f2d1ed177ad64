// What happens now, newest first; nobody is named. It can be held, and a screen reader is not told each one.
import { ask } from "./ask.js";
import { byId, el, fill } from "./dom.js";
import { clockTime, nameOf, shortText, t } from "./words.js";

const EVERY = 5_000;
const LINES = 30;
let held = false;
let known = null;

function line(happened) {
  const where = [nameOf(happened.county), happened.trade ? nameOf(happened.trade) : ""].filter(Boolean).join(" · ");
  const what = t(`ticker_${happened.kind.toLowerCase()}`, { places: happened.places });
  const money = !happened.amountFen ? "" : shortText({ value: happened.amountFen }, { unit: "fen" });
  return el("li", { class: known !== null && !known.has(happened.id) ? "new" : "", "data-kind": happened.kind },
    el("time", { datetime: happened.at, text: clockTime(happened.at) }),
    el("span", {}, el("b", { text: what }), ` ${where}`, money ? el("span", { class: "money", text: ` ${money}` }) : null));
}

async function turn() {
  if (held || document.hidden) return;
  const { ticker } = await ask("portal-ticker", { limit: LINES });
  if (held) return;
  fill(byId("ticker"), ticker.length ? ticker.map(line) : [el("li", { class: "small", text: t("ticker_none") })]);
  known = new Set(ticker.map((one) => one.id));
}

/** Begins to ask; a turn that fails is followed by the next, the page's own banner tells of lost connections. */
export function startTicker() {
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
