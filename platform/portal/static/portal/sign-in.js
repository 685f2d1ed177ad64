// Signing in, a step at a time: phone, code by text message, one-time password. Then the page is asked for again,
// with the filters that its address holds.
import { login } from "./ask.js";

const STEPS = {
  phone: { path: "code/request", member: "phone", complete: "tel" },
  code: { path: "code/confirm", member: "code", complete: "one-time-code" },
  totp: { path: "2fa/authenticate", member: "code", complete: "one-time-code" },
};
const form = document.getElementById("sign-in");
const answer = document.getElementById("answer");
const said = document.getElementById("said");
const startAgain = document.getElementById("start-again");
let step = "phone";

function show(name) {
  step = name;
  document.getElementById("prompt").textContent = form.dataset[name];
  answer.value = "";
  answer.autocomplete = STEPS[name].complete;
  startAgain.hidden = name === "phone";
  answer.focus();
}

function waitsFor(reply, flow) {
  return ((reply.data && reply.data.flows) || []).some((one) => one.id === flow && one.is_pending);
}

function reason(status, reply) {
  const [error] = reply.errors || [];
  if (status === 429 || (error && /rate|too_many/.test(error.code || ""))) return form.dataset.late;
  if (error && error.code === "incorrect_code") return form.dataset.wrong;
  return (error && error.message) || form.dataset.failed;
}

async function next() {
  const { path, member } = STEPS[step];
  const [status, reply] = await login(path, { [member]: answer.value.trim() });
  if (status === 200) {
    location.reload();
  } else if (status === 401 && waitsFor(reply, "mfa_authenticate")) {
    show("totp");
  } else if (status === 401 && step === "phone") {
    show("code");
  } else {
    said.textContent = reason(status, reply);
    if (status === 409 || status === 410) show("phone");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  said.textContent = "";
  next().catch(() => {
    said.textContent = form.dataset.offline;
  });
});
startAgain.addEventListener("click", () => {
  said.textContent = "";
  show("phone");
});
const language = document.getElementById("language");
const address = new URL(location.href);
address.searchParams.set("lang", language.lang);
language.href = address.search;
answer.focus();
