// The tab that is open is in sight, also on a phone.
//
// A mark is corrected where it stands: its page is shown over the register, and its forms are the page's own.
// Without this module the same link leads to that page.

const tab = document.querySelector(".tabs [aria-current]");
const tabs = tab?.closest(".tabs");
tabs?.scrollTo({ left: tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2 });

const grid = document.querySelector(".grid");
const dialog = document.createElement("dialog");
dialog.className = "over";
document.body.append(dialog);

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

grid?.addEventListener("click", async (event) => {
  const link = event.target.closest("td a.m");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [name, card, close] = [page.querySelector("h1"), page.querySelector(".mark-card"), page.querySelector(".close")];
    name.id = "over-name";
    close.addEventListener("click", (press) => {
      press.preventDefault();
      dialog.close();
    });
    dialog.replaceChildren(name, card, close);
    dialog.setAttribute("aria-labelledby", name.id);
    dialog.addEventListener("close", () => link.focus(), { once: true });
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
});
