// What deserves a look, with its reason; who may, acknowledges it with a note or closes it.
import { ask, Refused } from "./ask.js";
import { byId, el, fill } from "./dom.js";
import { nameOf, t } from "./words.js";

const EVERY = 30_000;
const dialog = byId("note-dialog");
let mayClose = false;
let asked = null;

function open(alert, act) {
  asked = { alert, act };
  byId("note-title").textContent = t(act === "close" ? "close_alert" : "acknowledge");
  byId("note-about").textContent = alert.reason;
  byId("note-text").value = "";
  byId("note-said").textContent = "";
  dialog.showModal();
}

async function send(event) {
  event.preventDefault();
  const document = asked.act === "close" ? "portal-close-alert" : "portal-acknowledge-alert";
  try {
    await ask(document, { id: asked.alert.id, note: byId("note-text").value.trim() });
    dialog.close();
    await turn();
  } catch (fault) {
    byId("note-said").textContent = fault instanceof Refused ? fault.message : t("no_connection");
  }
}

function line(alert) {
  const act = (name, label) =>
    el("button", { type: "button", "data-key": `${name}-${alert.id}`, on: { click: () => open(alert, name) }, text: t(label) });
  const acts = mayClose
    ? el("p", { class: "acts" }, alert.state === "OPEN" ? act("acknowledge", "acknowledge") : null, act("close", "close_alert"))
    : null;
  return el("li", { "data-alert": alert.id },
    el("p", { class: "what", text: `${alert.counties.map(nameOf).join("、")} · ${alert.title}` }),
    el("p", { text: alert.reason }),
    el("p", { class: "small", text: t("since", { day: alert.since }) }),
    acts);
}

async function turn() {
  const { watch } = await ask("portal-watch", { first: 20 });
  const alerts = watch.edges.map((edge) => edge.node);
  byId("watch-count").textContent = alerts.length ? `${alerts.length}${watch.pageInfo.hasNextPage ? "+" : ""}` : "";
  fill(byId("watch"), alerts.length ? alerts.map(line) : [el("li", { class: "small none", text: t("watch_none") })]);
}

export function startWatch(may) {
  mayClose = may;
  byId("note-form").addEventListener("submit", send);
  byId("note-cancel").addEventListener("click", () => dialog.close());
  const again = () => turn().catch(() => {}).finally(() => setTimeout(again, EVERY));
  again();
}
