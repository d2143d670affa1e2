// Elements without markup in strings: h("label", { for: "x" }, "名称", control).
let counted = 0;

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  element.handlers = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) listen(element, name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// The handler is looked up when the event comes, so that `redraw` can give an element a newer one.
function listen(element, name, handler) {
  element.handlers[name] = handler;
  element.addEventListener(name, (event) => element.handlers[name](event));
}

export const button = (text, act, attributes = {}) =>
  h("button", { type: "button", class: "button", onclick: act, ...attributes }, text);

// A labelled control; what stands below it explains it.
function labelled(label, control, hint) {
  control.id ||= `c-${(counted += 1)}`;
  return h(
    "div",
    { class: "control" },
    h("label", { for: control.id }, label),
    control,
    hint ? h("p", { class: "hint" }, hint) : null,
  );
}

export function text({ label, value = "", set, hint, lines = 0, list }) {
  const control = h(lines ? "textarea" : "input", { autocomplete: "off", onchange: ({ target }) => set(target.value.trim()) });
  if (lines) control.rows = lines;
  else control.type = "text";
  control.value = value;
  if (!list) return labelled(label, control, hint);
  const id = `l-${(counted += 1)}`;
  control.setAttribute("list", id);
  return h(
    "div",
    {},
    labelled(label, control, hint),
    h(
      "datalist",
      { id },
      list.map((each) => h("option", { value: each })),
    ),
  );
}

// `choices`: [value, text] pairs. A value that is not among them is shown all the same, so that nothing is lost by looking.
export function select({ label, value = "", choices, set, hint }) {
  const known = choices.some(([code]) => code === value) ? choices : [...choices, [value, `${value}（不认识）`]];
  const options = known.map(([code, name]) => h("option", { value: code, selected: code === value }, name));
  const control = h("select", { onchange: ({ target }) => set(target.value) }, options);
  return labelled(label, control, hint);
}

export function checkbox({ label, value, set, hint }) {
  const control = h("input", { type: "checkbox", checked: Boolean(value), onchange: ({ target }) => set(target.checked) });
  return h("div", { class: "control tick" }, h("label", {}, control, label), hint ? h("p", { class: "hint" }, hint) : null);
}

export function several({ label, values, choices, set, hint }) {
  const chosen = new Set(values);
  const change = (code, isOn) => {
    if (isOn) chosen.add(code);
    else chosen.delete(code);
    set([...chosen]);
  };
  const boxes = choices.map(([code, name]) => {
    const box = h("input", {
      type: "checkbox",
      checked: chosen.has(code),
      onchange: ({ target }) => change(code, target.checked),
    });
    return h("label", {}, box, name);
  });
  return h(
    "fieldset",
    { class: "control" },
    h("legend", {}, label),
    h("div", { class: "several" }, boxes),
    hint ? h("p", { class: "hint" }, hint) : null,
  );
}

const fold = (title, open, content) => h("details", { class: "group", open }, h("summary", {}, title), h("div", {}, content));

export const group = (title, ...content) => fold(title, true, content);
export const folded = (title, ...content) => fold(title, false, content);

export const pairs = (words) => words.map(({ code, name }) => [code, name]);

// Draws a part anew. As long as it is about the same thing, elements that are still the same stay: a list that is just being
// opened stays open, a text that is just being typed stays, with its focus and what the input method holds. When it is about
// another thing, what was typed is handed in first, to the thing it was typed for.
export function redraw(part, about, ...content) {
  const made = h("div", {}, content);
  if (part.about === about) return morph(part, made);
  part.about = about;
  if (part.contains(document.activeElement)) document.activeElement.blur();
  part.replaceChildren(...made.childNodes);
  part.scrollTop = 0;
  return undefined;
}

function morph(old, made) {
  const before = [...old.childNodes];
  const after = [...made.childNodes];
  after.forEach((child, place) => {
    if (!before[place]) old.append(child);
    else if (isSame(before[place], child)) settle(before[place], child);
    else before[place].replaceWith(child);
  });
  for (const child of before.slice(after.length)) child.remove();
}

const isSame = (old, made) =>
  old.nodeType === made.nodeType && old.nodeName === made.nodeName && old.type === made.type && sameHandlers(old, made);
const sameHandlers = (old, made) => Object.keys(old.handlers ?? {}).join() === Object.keys(made.handlers ?? {}).join();

function settle(old, made) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  old.handlers = made.handlers;
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of made.attributes)
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  morph(old, made);
  for (const name of ["checked", "disabled"]) if (name in old) old[name] = made[name];
  if ("value" in old && old.value !== made.value && !isTyped(old)) old.value = made.value;
}

const isTyped = (control) => control === document.activeElement && (control.type === "text" || control.nodeName === "TEXTAREA");
