// The summary of what is wrong takes the focus, so that it is read first and the first link is one Tab away.
export default function faults(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = document.querySelector(event.target.closest("a")?.hash || null);
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  });
}
