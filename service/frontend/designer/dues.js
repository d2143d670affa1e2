// Terms: `3wd`, `24h`, `30d`, or a name the domain knows.
export const UNITS = [
  ["wd", "个工作日"],
  ["h", "小时"],
  ["d", "日（自然日）"],
];
const TERM = /^(\d{1,3})(wd|h|d)$/;

export function read(due) {
  const found = TERM.exec(due);
  return found ? { kind: "term", count: found[1], unit: found[2] } : { kind: due, count: "3", unit: "wd" };
}

export function write({ kind, count, unit }) {
  return kind === "term" ? `${Math.max(1, Math.min(999, Number(count) || 1))}${unit}` : kind;
}

export function tell(due, words) {
  if (!due) return "没有期限，不会逾期。";
  const { kind, count, unit } = read(due);
  if (kind === "term") return `任务到达后 ${count} ${UNITS.find(([code]) => code === unit)[1]}；流程图规定，不随参数变化。`;
  const word = words.dues.find((each) => each.code === due);
  if (!word) return `“${due}”看不懂，请重新选择。`;
  return word.is_parameter ? `任务到达后按本地参数“${word.name}”计算，参数修改后新任务随之变化。` : `${word.name}。`;
}
