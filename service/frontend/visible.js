// Asks a conditional question only when its time has come. Its controls sleep with it, so that nothing unseen is sent.
import evaluate from "./expression.js";

export default function visible(form) {
  const functions = JSON.parse(form.dataset.values || "{}");
  const conditional = [...form.querySelectorAll("[data-visible-when]")];
  if (conditional.length === 0 || form.querySelector("fieldset:disabled")) return;

  function answers() {
    const found = {};
    for (const field of form.querySelectorAll("[data-key]")) {
      if (!("asleep" in field.dataset)) found[field.dataset.key] = answer(field);
    }
    return found;
  }

  function settle() {
    // A question may hang on one that itself has just appeared: again until nothing changes.
    for (let round = 0; round <= conditional.length; round += 1) {
      const names = answers();
      const changed = conditional.filter((field) => show(field, evaluate(field.dataset.visibleWhen, names, functions)));
      if (changed.length === 0) return;
    }
  }

  form.addEventListener("input", settle);
  form.addEventListener("change", settle);
  settle();
}

function answer(field) {
  const boxes = [...field.querySelectorAll('input[type="checkbox"]')];
  if (boxes.length > 0) {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    return values.length > 0 ? values : null;
  }
  const parts = [...field.querySelectorAll(".date-parts label input")];
  if (parts.length > 0) return parts.every((part) => part.value) ? parts.map((part) => part.value.padStart(2, "0")).join("-") : null;
  const control = field.querySelector('input[type="radio"]:checked') ?? field.querySelector("input:not([type=radio]), select, textarea");
  if (!control || control.type === "file" || control.value.trim() === "") return null;
  if (control.value === "true" || control.value === "false") return control.value === "true";
  return control.inputMode === "decimal" && !Number.isNaN(Number(control.value)) ? Number(control.value) : control.value;
}

function show(field, isAsked) {
  const was = !("asleep" in field.dataset);
  if (isAsked) delete field.dataset.asleep;
  else field.dataset.asleep = "";
  for (const control of field.querySelectorAll("input, select, textarea, button")) control.disabled = !isAsked;
  return was !== isAsked;
}
