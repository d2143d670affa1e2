// A field of a form between two shapes: its JSON Schema, and the kind that a designer chooses from a list.
export const KINDS = [
  ["line", "单行文字"],
  ["text", "多行文字"],
  ["yesno", "是或否"],
  ["choice", "单选"],
  ["many", "多选"],
  ["listed", "单选，从系统名单"],
  ["listed-many", "多选，从系统名单"],
  ["integer", "整数"],
  ["number", "小数"],
  ["money", "金额（元）"],
  ["date", "日期"],
  ["moment", "日期和时间"],
  ["photos", "照片"],
  ["papers", "附件"],
];
const LISTS = new Set(["many", "listed-many", "photos", "papers"]);
const texts = { type: "array", items: { type: "string" }, uniqueItems: true };
const first = () => [
  { const: "yes", title: "选项一" },
  { const: "no", title: "选项二" },
];
const FRESH = {
  line: () => ({ type: "string", maxLength: 100, "x-widget": "line" }),
  text: () => ({ type: "string", maxLength: 2000, "x-widget": "text" }),
  yesno: () => ({ type: "boolean" }),
  choice: () => ({ type: "string", oneOf: first() }),
  many: () => ({ ...texts, items: { type: "string", oneOf: first() } }),
  listed: () => ({ type: "string", "x-options": "sectors" }),
  "listed-many": () => ({ ...texts, "x-options": "sectors" }),
  integer: () => ({ type: "integer", minimum: 0 }),
  number: () => ({ type: "number", minimum: 0 }),
  money: () => ({ type: "integer", minimum: 0, maximum: 100000000000, "x-widget": "money" }),
  date: () => ({ type: "string", format: "date" }),
  moment: () => ({ type: "string", format: "date-time" }),
  photos: () => ({ ...texts, maxItems: 20, "x-widget": "photos" }),
  papers: () => ({ ...texts, maxItems: 20, "x-widget": "papers" }),
};
const KEPT = ["title", "description", "x-visible-when", "x-required-when-visible"];

export function kindOf(field) {
  const widget = field["x-widget"];
  if (["photos", "papers", "money"].includes(widget)) return widget;
  if (field.type === "array") return field["x-options"] || field.items?.["x-options"] ? "listed-many" : "many";
  if (field.oneOf) return "choice";
  if (field["x-options"]) return "listed";
  if (field.type === "boolean") return "yesno";
  if (field.type === "integer" || field.type === "number") return field.type;
  const dated = { date: "date", "date-time": "moment" }[field.format];
  return dated ?? (widget === "text" || field.maxLength > 200 ? "text" : "line");
}

export function become(field, kind) {
  const kept = Object.fromEntries(KEPT.filter((key) => key in field).map((key) => [key, field[key]]));
  const made = { ...FRESH[kind](), ...kept };
  if (field["x-decides"] && mayDecide(kind)) made["x-decides"] = true;
  return made;
}

export const mayDecide = (kind) => ["yesno", "choice", "integer", "number"].includes(kind);

// The choices of a field as lines, "accept=同意" each, and back. A line without a code gets one.
const choicesOf = (field) => field.oneOf ?? field.items?.oneOf ?? [];

export const linesOf = (field) =>
  choicesOf(field)
    .map((each) => `${each.const}=${each.title}`)
    .join("\n");

export function withLines(field, text) {
  const known = Object.fromEntries(choicesOf(field).map(({ const: code, title }) => [title, code]));
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const told = lines.map((line) => /^([\w.-]+)\s*[=＝]\s*(.+)$/.exec(line)?.slice(1) ?? [known[line], line]);
  const taken = Object.fromEntries(told.map(([code]) => [code, true]));
  const oneOf = told.map(([code, title]) => {
    const kept = code ?? freeKey(taken, "option");
    taken[kept] = true;
    return { const: kept, title };
  });
  return field.items ? { ...field, items: { ...field.items, oneOf } } : { ...field, oneOf };
}

// Which limits a kind knows: [keyword, what it is called].
export function limitsOf(kind) {
  if (kind === "line" || kind === "text")
    return [
      ["minLength", "最少字数"],
      ["maxLength", "最多字数"],
    ];
  if (["integer", "number", "money"].includes(kind))
    return [
      ["minimum", kind === "money" ? "最小值（分）" : "最小值"],
      ["maximum", kind === "money" ? "最大值（分）" : "最大值"],
    ];
  return LISTS.has(kind)
    ? [
        ["minItems", "最少几项"],
        ["maxItems", "最多几项"],
      ]
    : [];
}

export const PATTERNS = [
  ["", "不限"],
  ["^1\\d{10}$", "手机号（11 位）"],
  ["^[\\d-]{7,15}$", "电话号码"],
  ["^\\d{6}$", "邮政编码"],
  ["^\\d{17}[\\dX]$", "身份证号"],
  ["^[0-9A-HJ-NPQRTUWXY]{18}$", "统一社会信用代码"],
];
export const OWN_PATTERN = "own";

export const emptyForm = (key) => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: key,
  title: "新表单",
  type: "object",
  properties: {},
  required: [],
  additionalProperties: false,
});

// A copy of a form with one thing done to it. Forms are never changed in place, so that a save knows what it sends.
export function withField(form, key, field) {
  return { ...form, properties: { ...form.properties, [key]: field } };
}

export function withoutField(form, key) {
  const properties = { ...form.properties };
  delete properties[key];
  return { ...form, properties, required: (form.required ?? []).filter((each) => each !== key) };
}

export function renamed(form, old, key) {
  const properties = Object.fromEntries(
    Object.entries(form.properties).map(([name, field]) => [name === old ? key : name, field]),
  );
  return { ...form, properties, required: (form.required ?? []).map((each) => (each === old ? key : each)) };
}

export function moved(form, key, by) {
  const all = Object.entries(form.properties);
  const from = all.findIndex(([name]) => name === key);
  const to = Math.max(0, Math.min(all.length - 1, from + by));
  all.splice(to, 0, ...all.splice(from, 1));
  return { ...form, properties: Object.fromEntries(all) };
}

export function required(form, key, isOn) {
  const others = (form.required ?? []).filter((each) => each !== key);
  return { ...form, required: isOn ? [...others, key] : others };
}

export function freeKey(taken, stem) {
  let number = 1;
  while (`${stem}_${number}` in taken) number += 1;
  return `${stem}_${number}`;
}
