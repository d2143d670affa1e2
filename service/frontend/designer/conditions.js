// Conditions between two shapes: the text that the engine evaluates, and the three things one chooses: what is asked, how it is
// compared, with what. Whatever is said in another way is `free` and stays a text.
//
// A source is { code: "decision" | "mode()", name, values: [{ code: "'accept'", name: "同意" }] }; values are literals.
const SIMPLE = /^(not )?([\p{L}_][\p{L}\p{N}_]*)(\(\))?(?:\s*(==|!=|<=|>=|<|>)\s*(.+))?$/su;
const LITERAL = /^('[^']*'|"[^"]*"|-?\d+(\.\d+)?|True|False)$/;

export const COMPARISONS = [
  ["==", "是"],
  ["!=", "不是"],
  ["<", "小于"],
  ["<=", "不大于"],
  [">", "大于"],
  [">=", "不小于"],
];

export function read(text) {
  const found = SIMPLE.exec(text.trim());
  if (!found) return { free: text };
  const [, not, name, call, comparison, literal] = found;
  const source = name + (call ?? "");
  if (!comparison) return { source, comparison: "==", value: not ? "False" : "True" };
  const value = literal.trim().replace(/^"([^']*)"$/, "'$1'");
  return not || !LITERAL.test(value) ? { free: text } : { source, comparison, value };
}

export function write({ source, comparison, value }) {
  if (value === "True" || value === "False") {
    const isTrue = (value === "True") === (comparison === "==");
    if (source.endsWith(")")) return isTrue ? source : `not ${source}`;
  }
  return `${source} ${comparison} ${value}`;
}

// In words: “主任核定：核定意见”是“同意”. A condition said freely is its own text.
export function tell(text, sources) {
  const { source, comparison, value, free } = read(text);
  const asked = sources.find((each) => each.code === source);
  if (free !== undefined || !asked) return text;
  const said = asked.values.find((each) => each.code === value)?.name ?? value;
  return `“${asked.name}”${COMPARISONS.find(([code]) => code === comparison)[1]}“${said}”`;
}

// The values of a deciding field as literals, with their names.
export function valuesOf(field) {
  if (field.type === "boolean")
    return [
      { code: "True", name: "是" },
      { code: "False", name: "否" },
    ];
  return (field.oneOf ?? []).map((each) => ({
    code: typeof each.const === "number" ? String(each.const) : `'${each.const}'`,
    name: each.title,
  }));
}
