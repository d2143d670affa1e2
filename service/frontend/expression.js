// The expressions of forms ("decision in ['redo', 'reject'] and not urgent"), evaluated without eval: a field not yet
// answered is null, a function is looked up among the answers the server has given along. What cannot be read is null.
const TOKEN = /\s*(?:(==|!=|<=|>=|[()[\],<>+\-*/%])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*))/uy;
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
  "<": (a, b) => a !== null && b !== null && a < b,
  "<=": (a, b) => a !== null && b !== null && a <= b,
  ">": (a, b) => a !== null && b !== null && a > b,
  ">=": (a, b) => a !== null && b !== null && a >= b,
  in: (a, b) => Array.isArray(b) && b.includes(a),
};

const truth = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

export default function evaluate(text, names, functions) {
  const rest = tokens(text);
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

  function compared() {
    const left = summed();
    if (take("not")) {
      next(); // "in"
      return !COMPARE.in(left, summed());
    }
    for (const mark of Object.keys(COMPARE)) {
      if (take(mark)) return COMPARE[mark](left, summed());
    }
    return left;
  }

  function summed() {
    let left = scaled();
    while (is("+") || is("-")) left = next().mark === "+" ? left + scaled() : left - scaled();
    return left;
  }

  function scaled() {
    let left = single();
    while (is("*") || is("/") || is("%")) {
      const { mark } = next();
      const right = single();
      left = mark === "*" ? left * right : mark === "/" ? left / right : left % right;
    }
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
    return WORDS.has(token.name) ? WORDS.get(token.name) : (names[token.name] ?? null);
  }

  return truth(either());
}
