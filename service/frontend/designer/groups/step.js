// A service task: which step of the system runs, and with what.
import { group, h, pairs, select, text } from "../dom.js";
import { operator, setOperator } from "../extensions.js";

export function step(room, element) {
  const now = operator(element);
  const word = room.words.steps.find((each) => each.code === now.id);
  const set = (changes) => setOperator(room.modeler, element, { ...now, ...changes });
  const choose = select({
    label: "步骤",
    value: now.id,
    choices: [["", "请选择"], ...pairs(room.words.steps)],
    set: (id) => set({ id, parameters: {} }),
  });
  const asked = word?.parameters ?? [];
  const parameters = asked.map(({ code, name }) =>
    text({
      label: name || code,
      value: now.parameters[code],
      set: (value) => set({ parameters: { ...now.parameters, [code]: value } }),
      hint: "文字请加单引号，如 '是'；也可以写数字或数据名。",
    }),
  );
  return group("系统步骤", choose, h("p", { class: "hint" }, "由系统执行，不进任何人的待办。"), parameters);
}
