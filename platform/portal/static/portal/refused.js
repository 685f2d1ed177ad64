import { signOut } from "./ask.js";

document.getElementById("sign-out").addEventListener("click", () => signOut());
