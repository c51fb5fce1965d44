// A button that copies the address of a link; without a clipboard it stays hidden, and the address is there to be selected.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const address = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(address.value);
    } catch {
      address.select();
      return;
    }
    button.nextElementSibling.textContent = button.dataset.done;
  });
}
