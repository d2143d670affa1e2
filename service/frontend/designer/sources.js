// What a gateway, or a task that several do, may ask: the deciding fields of the forms that were filled in before it, the nearest
// first, and the functions of the domain.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { valuesOf } from "./conditions.js";
import { properties } from "./extensions.js";

export function sourcesOf(element, forms, words) {
  const fields = new Map();
  for (const task of tasksBefore(element)) {
    const form = forms[properties(task).form];
    for (const [key, field] of Object.entries(form?.properties ?? {})) {
      if (field["x-decides"] && !fields.has(key)) {
        fields.set(key, {
          code: key,
          name: `${task.businessObject.name || form.title}：${field.title}`,
          values: valuesOf(field),
        });
      }
    }
  }
  return [...fields.values(), ...functionsOf(words)];
}

export const functionsOf = (words) => words.functions.map(({ code, name, values }) => ({ code: `${code}()`, name, values }));

// Breadth first against the arrows. A sub-process counts with all that is done in it; what stands before a sub-process counts
// for what is in it.
function tasksBefore(start) {
  const seen = new Set([start]);
  const waiting = [start];
  const found = [];
  while (waiting.length > 0) {
    const element = waiting.shift();
    if (is(element, "bpmn:UserTask")) found.push(element);
    const inside = is(element, "bpmn:SubProcess") && element !== start ? (element.children ?? []) : [];
    const before = element.incoming?.map((each) => each.source) ?? [];
    const outside =
      is(element, "bpmn:StartEvent") && is(element.parent, "bpmn:SubProcess")
        ? element.parent.incoming.map((each) => each.source)
        : [];
    for (const each of [...inside, ...before, ...outside, element.host].filter(Boolean)) {
      if (!seen.has(each) && each.type !== "label") {
        seen.add(each);
        waiting.push(each);
      }
    }
  }
  return found;
}
