// Several persons do the same task (会签): how many, and when it is enough.
import { getBusinessObject } from "bpmn-js/lib/util/ModelUtil";

import builder from "../builder.js";
import { group, pairs, select, text } from "../dom.js";
import { setExpression } from "../extensions.js";
import { functionsOf, sourcesOf } from "../sources.js";

const FIXED = "fixed";
const NUMBER = /^\d+$/;

export function members(room, element) {
  const many = getBusinessObject(element).loopCharacteristics;
  const set = (name) => (body) => setExpression(room.modeler, element, many, { [name]: body });
  const enough = builder({
    label: "提前结束的条件",
    none: "人人办完才结束",
    hint: "每有一人办完就看一次，符合了，其余的人不用再办。",
    body: many.completionCondition?.body ?? "",
    sources: sourcesOf(element, room.forms, room.words),
    write: set("completionCondition"),
  });
  return group("会签", count(room.words, many.loopCardinality?.body ?? "", set("loopCardinality")), enough);
}

// What a step before hands over, what the domain counts, or a number that always holds.
function count(words, body, write) {
  const handedOver = words.verbs.flatMap(({ returns }) => pairs(returns));
  const counted = pairs(functionsOf(words).filter(({ values }) => NUMBER.test(values[0]?.code)));
  const choices = [["", "请选择"], ...handedOver, ...counted, [FIXED, "固定的人数"]];
  const isFixed = NUMBER.test(body);
  const whence = select({
    label: "人数",
    value: isFixed ? FIXED : body,
    choices,
    set: (code) => write(code === FIXED ? "2" : code),
  });
  return [whence, isFixed ? text({ label: "几个人", value: body, set: write }) : null];
}
