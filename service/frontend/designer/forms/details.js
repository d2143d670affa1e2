// One field in full: what it is called and asks, its choices and limits, when it is shown.
import builder from "../builder.js";
import * as conditions from "../conditions.js";
import { checkbox, h, pairs, select, text } from "../dom.js";
import { functionsOf } from "../sources.js";
import * as fields from "./fields.js";

export default function details(room, form, key, act) {
  const field = form.properties[key];
  const kind = fields.kindOf(field);
  const set = (changes) => act.change(fields.withField(form, key, clean({ ...field, ...changes })));
  return h(
    "section",
    { class: "details", "aria-label": field.title },
    h("h3", {}, field.title || key),
    h(
      "div",
      { class: "beside" },
      text({ label: "名称", value: field.title, set: (title) => set({ title }) }),
      select({
        label: "类型",
        value: kind,
        choices: fields.KINDS,
        set: (to) => act.change(fields.withField(form, key, fields.become(field, to))),
      }),
      text({ label: "编号", value: key, set: (to) => rename(room, form, key, to, act) }),
    ),
    text({ label: "填写提示", value: field.description, set: (description) => set({ description }) }),
    choices(room, field, kind, set),
    limits(field, kind, set),
    shownWhen(room, form, key, field, set),
  );
}

// Without what was emptied: an empty keyword is no keyword.
const clean = (field) =>
  Object.fromEntries(
    Object.entries(field).filter(
      ([name, value]) => value !== "" && value !== undefined && !(value === false && name.startsWith("x-")),
    ),
  );

function rename(room, form, key, to, act) {
  if (to === key) return;
  if (!/^[A-Za-z_]\w{0,39}$/.test(to) || to in form.properties) {
    room.say("填报项的编号须以字母开头，只用字母、数字、下划线，不能与别的项重复，没有修改。");
    act.show(key);
    return;
  }
  act.change(fields.renamed(form, key, to));
  act.show(to);
}

function choices(room, field, kind, set) {
  if (kind === "listed" || kind === "listed-many") {
    const { items } = field; // of several answers the list may stand at the field or at its items
    const isOfItems = Boolean(items?.["x-options"]);
    return select({
      label: "名单",
      value: isOfItems ? items["x-options"] : field["x-options"],
      choices: pairs(room.words.options),
      set: (code) => set(isOfItems ? { items: { ...items, "x-options": code } } : { "x-options": code }),
      hint: "办理时由系统列出，与所办的事有关的。",
    });
  }
  if (kind !== "choice" && kind !== "many") return null;
  return text({
    label: "选项，一行一个",
    value: fields.linesOf(field),
    lines: 4,
    set: (lines) => set(fields.withLines(field, lines)),
    hint: "写“编号=名称”，如 accept=同意；只写名称的，编号由系统给。条件里用的是编号。",
  });
}

function limits(field, kind, set) {
  const number = (name, label) =>
    text({
      label,
      value: field[name] ?? "",
      set: (typed) => set({ [name]: typed === "" || Number.isNaN(Number(typed)) ? undefined : Number(typed) }),
    });
  const found = fields.limitsOf(kind).map(([name, label]) => number(name, label));
  if (kind === "line") found.push(pattern(field, set));
  return found.length > 0 ? h("div", { class: "beside" }, found) : null;
}

function pattern(field, set) {
  const now = field.pattern ?? "";
  const isKnown = fields.PATTERNS.some(([code]) => code === now);
  const choose = select({
    label: "格式",
    value: isKnown ? now : fields.OWN_PATTERN,
    choices: [...fields.PATTERNS, [fields.OWN_PATTERN, "自己写规则"]],
    set: (code) => set({ pattern: code === fields.OWN_PATTERN ? "^.{1,20}$" : code }),
  });
  return isKnown
    ? choose
    : h("div", {}, choose, text({ label: "规则（正则表达式）", value: now, set: (code) => set({ pattern: code }) }));
}

function shownWhen(room, form, key, field, set) {
  const others = Object.entries(form.properties).filter(([name]) => name !== key);
  const asked = others.map(([code, each]) => ({ code, name: each.title ?? code, values: conditions.valuesOf(each) }));
  const controls = builder({
    label: "什么时候显示",
    none: "总是显示",
    body: field["x-visible-when"] ?? "",
    sources: [...asked.filter(({ values }) => values.length > 0), ...functionsOf(room.words)],
    write: (body) => set({ "x-visible-when": body, ...(body ? {} : { "x-required-when-visible": undefined }) }),
  });
  const must = checkbox({
    label: "显示时必填",
    value: field["x-required-when-visible"],
    set: (isOn) => set({ "x-required-when-visible": isOn }),
  });
  return h("div", {}, controls, field["x-visible-when"] ? must : null);
}
