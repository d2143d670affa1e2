// Elements without markup in strings: h("label", { for: "x" }, "名称", control).
let counted = 0;

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const button = (text, act, attributes = {}) => h("button", { type: "button", class: "button", onclick: act, ...attributes }, text);

// A labelled control; what stands below it explains it.
function labelled(label, control, hint) {
  control.id ||= `c-${(counted += 1)}`;
  return h("div", { class: "control" }, h("label", { for: control.id }, label), control, hint ? h("p", { class: "hint" }, hint) : null);
}

// `key` names a control across redraws, so that the focus can be given back.
export function text({ label, value = "", set, hint, key, lines = 0, list }) {
  const control = h(lines ? "textarea" : "input", { autocomplete: "off", "data-focus": key ?? label, onchange: () => set(control.value.trim()) });
  if (lines) control.rows = lines;
  else control.type = "text";
  control.value = value;
  if (!list) return labelled(label, control, hint);
  const id = `l-${(counted += 1)}`;
  control.setAttribute("list", id);
  return h("div", {}, labelled(label, control, hint), h("datalist", { id }, list.map((each) => h("option", { value: each }))));
}

// `choices`: [value, text] pairs. A value that is not among them is shown all the same, so that nothing is lost by looking.
export function select({ label, value = "", choices, set, hint, key }) {
  const known = choices.some(([code]) => code === value) ? choices : [...choices, [value, `${value}（不认识）`]];
  const options = known.map(([code, name]) => h("option", { value: code, selected: code === value }, name));
  const control = h("select", { "data-focus": key ?? label, onchange: () => set(control.value) }, options);
  return labelled(label, control, hint);
}

export function checkbox({ label, value, set, hint, key }) {
  const control = h("input", { type: "checkbox", checked: Boolean(value), "data-focus": key ?? label, onchange: () => set(control.checked) });
  return h("div", { class: "control tick" }, h("label", {}, control, label), hint ? h("p", { class: "hint" }, hint) : null);
}

// Several of many: what is chosen stands on top.
export function several({ label, values, choices, set, hint }) {
  const chosen = new Set(values);
  const change = (code, isOn) => {
    if (isOn) chosen.add(code);
    else chosen.delete(code);
    set([...chosen]);
  };
  const sorted = [...choices].sort(([a], [b]) => chosen.has(b) - chosen.has(a));
  const boxes = sorted.map(([code, name]) => {
    const box = h("input", { type: "checkbox", checked: chosen.has(code), "data-focus": `${label}/${code}`, onchange: () => change(code, box.checked) });
    return h("label", {}, box, name);
  });
  return h("fieldset", { class: "control" }, h("legend", {}, label), h("div", { class: "several" }, boxes), hint ? h("p", { class: "hint" }, hint) : null);
}

const fold = (title, open, content) => h("details", { class: "group", open }, h("summary", {}, title), h("div", {}, content));

export const group = (title, ...content) => fold(title, true, content);
export const folded = (title, ...content) => fold(title, false, content);

export const pairs = (words) => words.map(({ code, name }) => [code, name]);

// Redraws a part. What was folded stays folded, what was open open, and the control that had the focus gets it back.
export function redraw(part, ...content) {
  const held = part.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const top = part.scrollTop;
  const were = new Map([...part.querySelectorAll("details > summary")].map((each) => [each.textContent, each.parentElement.open]));
  part.replaceChildren(...content.flat(Infinity).filter(Boolean));
  for (const summary of part.querySelectorAll("details > summary")) summary.parentElement.open = were.get(summary.textContent) ?? summary.parentElement.open;
  part.scrollTop = top;
  if (held) [...part.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === held)?.focus();
}
