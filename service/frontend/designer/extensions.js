// What our engine reads beside BPMN: the `spiffworkflow:property` pairs of an element, and a service task's operator. Every
// change goes through the modeler's command stack, so that it can be undone.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

const SPIFF = "spiffworkflow:";

// A pool stands for its process: what is said there is said of the process.
export function subject(element) {
  const object = getBusinessObject(element);
  return is(object, "bpmn:Participant") ? (object.processRef ?? object) : object;
}

export function properties(element) {
  return Object.fromEntries(
    held(subject(element), "Properties")
      ?.get("properties")
      .map(({ name, value }) => [name, value]) ?? [],
  );
}

// An empty value takes the property away.
export function setProperties(modeler, element, changes) {
  const values = { ...properties(element), ...changes };
  const kept = Object.entries(values).filter(([, value]) => value);
  const create = factory(modeler);
  const box = create("Properties", { properties: [] });
  box.properties = kept.map(([name, value]) => within(create("Property", { name, value }), box));
  put(modeler, element, "Properties", kept.length > 0 ? box : null);
}

export function operator(element) {
  const found = held(subject(element), "ServiceTaskOperator");
  const given = found?.parameterList?.get("parameters") ?? [];
  return { id: found?.id ?? "", parameters: Object.fromEntries(given.map(({ id, value }) => [id, value])) };
}

export function setOperator(modeler, element, { id, parameters }) {
  const create = factory(modeler);
  const made = create("ServiceTaskOperator", { id });
  const given = Object.entries(parameters).filter(([, value]) => value);
  if (given.length > 0) {
    const list = within(create("Parameters", {}), made);
    list.parameters = given.map(([name, value]) => within(create("Parameter", { id: name, type: "str", value }), list));
    made.parameterList = list;
  }
  put(modeler, element, "ServiceTaskOperator", id ? made : null);
}

// Expressions of a part of an element (its condition, its term, its head count), by name; an empty one takes it away.
export function setExpression(modeler, element, part, bodies) {
  const made = Object.entries(bodies).map(([name, body]) => [
    name,
    body ? within(modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body }), part) : undefined,
  ]);
  modeler.get("modeling").updateModdleProperties(element, part, Object.fromEntries(made));
}

function held(object, type) {
  return object.extensionElements?.get("values").find((each) => each.$type === SPIFF + type);
}

function put(modeler, element, type, made) {
  const object = subject(element);
  const before = object.extensionElements?.get("values") ?? [];
  const values = before.filter((each) => each.$type !== SPIFF + type);
  const box = modeler.get("bpmnFactory").create("bpmn:ExtensionElements", { values: made ? [...values, made] : values });
  for (const each of box.values) within(each, box);
  within(box, object);
  const extensionElements = box.values.length > 0 ? box : undefined;
  modeler.get("modeling").updateModdleProperties(element, object, { extensionElements });
}

const factory = (modeler) => (type, values) => modeler.get("bpmnFactory").create(SPIFF + type, values);

function within(child, parent) {
  child.$parent = parent;
  return child;
}
