// A form is handed in once: the second click of a double click finds the button asleep. (The server refuses a second
// submission anyway, with a sentence.) A page that comes back from the browser's cache wakes up again.
const WAIT = "正在提交…";

export default function once(form) {
  const said = new Map();

  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter;
    // After this turn: a disabled button would not be sent, and its formaction would be lost.
    setTimeout(() => {
      for (const each of form.querySelectorAll("button")) each.disabled = true;
      if (button) {
        said.set(button, button.textContent);
        button.textContent = WAIT;
      }
    });
  });

  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    for (const each of form.querySelectorAll("button")) each.disabled = false;
    for (const [button, text] of said) button.textContent = text;
  });
}
