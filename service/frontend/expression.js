// The expressions of forms ("decision in ['redo', 'reject'] and not urgent"), evaluated without eval and as the server does
// (engine/forms.py): whatever asks for a field that is not answered yet is false; a function is looked up among the answers that
// the server has given along.
const TOKEN = /\s*(?:(==|!=|<=|>=|\/\/|[()[\],<>+\-*/%])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*))/uy;
const WORDS = new Map([["True", true], ["False", false], ["None", null]]);

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim()) {
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(text);
    const [, mark, single, double, number, name] = match;
    if (mark) found.push({ mark });
    else if (name) found.push(["and", "or", "not", "in"].includes(name) ? { mark: name } : { name });
    else found.push({ value: number === undefined ? (single ?? double) : Number(number) });
  }
  return found;
}

const COMPARE = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  in: (a, b) => (Array.isArray(b) || typeof b === "string") && b.includes(a),
};
const SCALE = { "*": (a, b) => a * b, "/": (a, b) => a / b, "//": (a, b) => Math.floor(a / b), "%": (a, b) => a - b * Math.floor(a / b) };

const truth = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

export default function evaluate(text, names, functions) {
  const rest = tokens(text);
  let isAnswered = true;
  const next = () => rest.shift();
  const is = (mark) => rest[0]?.mark === mark;
  const take = (mark) => (is(mark) ? Boolean(next()) : false);

  function either() {
    let left = both();
    while (take("or")) {
      const right = both();
      left = truth(left) ? left : right;
    }
    return left;
  }

  function both() {
    let left = negated();
    while (take("and")) {
      const right = negated();
      left = truth(left) ? right : left;
    }
    return left;
  }

  function negated() {
    return take("not") ? !truth(negated()) : compared();
  }

  // 1 < n < 3 asks both.
  function compared() {
    let left = summed();
    let holds = null;
    for (;;) {
      const isNot = take("not");
      const mark = rest[0]?.mark;
      if (!(mark in COMPARE)) return holds ?? left;
      next();
      const right = summed();
      holds = (holds ?? true) && COMPARE[mark](left, right) !== isNot;
      left = right;
    }
  }

  function summed() {
    let left = scaled();
    while (is("+") || is("-")) left = next().mark === "+" ? left + scaled() : left - scaled();
    return left;
  }

  function scaled() {
    let left = single();
    while (rest[0]?.mark in SCALE) left = SCALE[next().mark](left, single());
    return left;
  }

  function list(end) {
    const values = [];
    while (!take(end)) {
      values.push(either());
      take(",");
    }
    return values;
  }

  function single() {
    const token = next();
    if (token.mark === "-") return -single();
    if (token.mark === "[") return list("]");
    if (token.mark === "(") {
      const values = list(")");
      return values.length === 1 ? values[0] : values;
    }
    if (token.name === undefined) return token.value;
    if (take("(")) {
      list(")");
      return functions[token.name] ?? null;
    }
    if (WORDS.has(token.name)) return WORDS.get(token.name);
    isAnswered &&= (names[token.name] ?? null) !== null;
    return names[token.name] ?? null;
  }

  const holds = truth(either());
  return isAnswered && holds;
}
