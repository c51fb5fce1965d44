// Adds a button to each command that copies it; without a clipboard, or without script, it is selected by hand.
const words = document.querySelector("[data-copy]");
if (words && navigator.clipboard)
  for (const command of document.querySelectorAll(".command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second copy";
    button.textContent = words.dataset.copy;
    button.setAttribute("aria-label", `${words.dataset.copy}: ${command.querySelector("p").textContent}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.querySelector("code").textContent);
      button.textContent = words.dataset.copied;
      button.setAttribute("aria-label", words.dataset.copied);
    });
    command.append(button);
  }
