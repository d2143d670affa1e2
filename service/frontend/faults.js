// The summary of what is wrong takes the focus, so that it is read first and the first link is one Tab away. A question that has
// been answered anew is no longer red, and its line is struck out: whether it is right now, the server says.
export default function faults(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = document.querySelector(event.target.closest("a")?.hash || null);
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  });
  for (const field of document.querySelectorAll(".field.faulty")) {
    field.addEventListener("input", () => answered(field, summary), { once: true });
  }
}

function answered(field, summary) {
  field.classList.remove("faulty");
  field.querySelector(".fault")?.classList.add("mended");
  for (const control of field.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const link of summary.querySelectorAll("a")) {
    if (field.contains(document.getElementById(link.hash.slice(1)))) link.classList.add("mended");
  }
}
