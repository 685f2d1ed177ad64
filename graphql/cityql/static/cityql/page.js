// The query page: signs a city user in (phone, code, one-time password) and hands GraphiQL a fetcher that
// carries the session. The session lives in this tab only.
(function () {
  "use strict";

  const ZH = document.documentElement.lang.startsWith("zh");
  const KEY = "linggong-city-session";
  const SIGN_IN = "/_allauth/app/v1/auth/";
  const STEPS = {
    phone: { path: "code/request", member: "phone", zh: "手机号", en: "Phone" },
    code: { path: "code/confirm", member: "code", zh: "短信验证码", en: "Code by text message" },
    totp: { path: "2fa/authenticate", member: "code", zh: "动态口令", en: "One-time password" },
  };
  const EXAMPLE = [
    ZH ? "# 全市报表：按县。Ctrl-Enter 运行。" : "# The city's report by county. Ctrl-Enter runs it.",
    "query CityReport {",
    "  cityReport(",
    '    first: "2025-04-01"',
    '    last: "2025-04-30"',
    "    groupBy: [COUNTY]",
    "  ) {",
    "    total {",
    "      orders",
    "      insuredOrders",
    "      insuredSharePercent",
    "      workers",
    "      wagesFen",
    "    }",
    "    behind",
    "    rows {",
    "      county { name }",
    "      figures { orders insuredSharePercent }",
    "    }",
    "  }",
    "}",
    "",
  ].join("\n");

  const form = document.getElementById("sign-in");
  const answer = document.getElementById("answer");
  const said = document.getElementById("said");
  const signOut = document.getElementById("sign-out");
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  let step = "phone";
  let pending = null;

  function ask(name) {
    step = name;
    document.getElementById("prompt").textContent = ZH ? STEPS[name].zh : STEPS[name].en;
    document.getElementById("next").textContent = ZH ? "下一步" : "Next";
    answer.value = "";
  }

  async function post(path, body, token) {
    const headers = { "Content-Type": "application/json", "Accept-Language": ZH ? "zh" : "en" };
    if (token) headers["X-Session-Token"] = token;
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
    return [response.status, await response.json()];
  }

  function waitsFor(reply, flow) {
    return ((reply.data && reply.data.flows) || []).some((one) => one.id === flow && one.is_pending);
  }

  async function next() {
    const { path, member } = STEPS[step];
    const [status, reply] = await post(SIGN_IN + path, { [member]: answer.value.trim() }, pending);
    pending = (reply.meta && reply.meta.session_token) || pending;
    if (status === 200) {
      sessionStorage.setItem(KEY, pending);
      pending = null;
      show();
    } else if (status === 401 && waitsFor(reply, "mfa_authenticate")) {
      ask("totp");
    } else if (status === 401 && step === "phone") {
      ask("code");
    } else {
      said.textContent = ((reply.errors || [])[0] || {}).message || (ZH ? "未能登录" : "Could not sign in");
      if (status === 409 || status === 410) ask("phone");
    }
  }

  async function fetcher(query) {
    const [status, reply] = await post("/graphql/", query, sessionStorage.getItem(KEY));
    if (status === 401 && sessionStorage.getItem(KEY)) leave();
    return reply;
  }

  function leave() {
    sessionStorage.removeItem(KEY);
    show();
  }

  function show() {
    const token = sessionStorage.getItem(KEY);
    form.hidden = Boolean(token);
    signOut.hidden = !token;
    said.textContent = "";
    ask("phone");
    // A new key mounts GraphiQL anew, so that it asks for the schema as the new caller.
    root.render(
      React.createElement(GraphiQL, { key: token || "stranger", fetcher, defaultQuery: EXAMPLE, shouldPersistHeaders: false })
    );
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "";
    next().catch(() => {
      said.textContent = ZH ? "无法连接" : "No connection";
    });
  });
  signOut.addEventListener("click", leave);
  show();
})();
