/** Telegram's window has opened us: its word who it is stands after the #, and goes to the server, once. */

const said = document.getElementById("said");
const data = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData") ?? "";

try {
  const answer = await fetch("/app", { method: "POST", body: new URLSearchParams({ data }) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.said);
  location.replace(said.dataset.to);
} catch (error) {
  said.textContent = error.message || said.dataset.refused;
}
