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

// The palette draws signs alone: what each is for, its tip says.
const tipped = (entries) =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, entry.separator ? entry : { ...entry, html: sign(entry) }]));
const sign = ({ title }) => `<div class="entry" draggable="true" title="${title}"></div>`;

function Offered(palette, popupMenu) {
  palette.registerProvider(AFTER_THEIRS, { getPaletteEntries: () => (entries) => tipped(without(REFUSED)(entries)) });
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

// The tool that makes room moves the whole drawing apart. Of itself it would move what lies in the shape under the mouse, which
// is nothing where that happens to be an arrow or a frame.
const BEFORE_THEIRS = 2_000;

function Spacious(canvas, eventBus) {
  eventBus.on("spaceTool.move", BEFORE_THEIRS, (event) => {
    event.hover = canvas.getRootElement();
  });
}
Spacious.$inject = ["canvas", "eventBus"];

export default {
  __init__: ["offered", "running", "spacious"],
  offered: ["type", Offered],
  running: ["type", Running],
  spacious: ["type", Spacious],
};
