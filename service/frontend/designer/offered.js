// What may be drawn: no more than the checks let pass, so that nobody draws what is refused a moment later.
const REFUSED = ["create.data-object", "create.data-store"];
const TYPES = new Set([
  "replace-with-user-task",
  "replace-with-service-task",
  "replace-with-call-activity",
  "replace-with-expanded-subprocess",
  "replace-with-exclusive-gateway",
  "replace-with-parallel-gateway",
  "replace-with-inclusive-gateway",
  "replace-with-event-based-gateway",
  "replace-with-none-start",
  "replace-with-none-end",
  "replace-with-terminate-end",
  "replace-with-timer-intermediate-catch",
  "replace-with-timer-boundary",
  "replace-with-non-interrupting-timer-boundary",
  "replace-with-sequence-flow",
  "replace-with-default-flow",
  "replace-with-conditional-flow",
  "replace-with-expanded-pool",
  "replace-with-empty-pool",
]);
const MARKS = new Set(["toggle-parallel-mi", "toggle-sequential-mi"]);
const AFTER_THEIRS = 500; // a lower priority than bpmn-js's own providers have: we see what they offer

const without = (names) => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
const among = (names) => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => names.has(name)));

function Offered(palette, popupMenu) {
  palette.registerProvider(AFTER_THEIRS, { getPaletteEntries: () => without(REFUSED) });
  popupMenu.registerProvider("bpmn-replace", AFTER_THEIRS, {
    getPopupMenuEntries: () => among(TYPES),
    getPopupMenuHeaderEntries: () => among(MARKS),
  });
}
Offered.$inject = ["palette", "popupMenu"];

// What runs here in place of what bpmn-js draws at first, and every newcomer would have to change: a task that somebody does, and
// an event that waits for a moment.
const AT_FIRST = {
  "bpmn:Task": { type: "bpmn:UserTask" },
  "bpmn:IntermediateThrowEvent": { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" },
};

function Running(elementFactory) {
  const create = elementFactory.create.bind(elementFactory);
  elementFactory.create = (kind, attributes) =>
    create(kind, attributes?.businessObject ? attributes : { ...attributes, ...AT_FIRST[attributes?.type] });
}
Running.$inject = ["elementFactory"];

export default {
  __init__: ["offered", "running"],
  offered: ["type", Offered],
  running: ["type", Running],
};
