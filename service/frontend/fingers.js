// A drawing under one's fingers: one that sets out sideways moves it (up and down it moves the page, as anywhere), two move and
// enlarge it. bpmn.io itself listens to a mouse alone.
const SMALLEST = 0.1;
const LARGEST = 3;

export default function fingers(viewer) {
  const canvas = viewer.get("canvas");
  const container = canvas.getContainer();
  const down = new Map();
  container.style.touchAction = "pan-y";
  container.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") down.set(event.pointerId, event);
  });
  container.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return;
    const before = held(down);
    down.set(event.pointerId, event);
    const now = held(down);
    canvas.scroll({ dx: now.x - before.x, dy: now.y - before.y });
    if (down.size !== 2) return;
    const { left, top } = container.getBoundingClientRect();
    const scale = (canvas.zoom() * now.width) / before.width;
    canvas.zoom(Math.max(SMALLEST, Math.min(LARGEST, scale)), { x: now.x - left, y: now.y - top });
  });
  for (const name of ["pointerup", "pointercancel"]) container.addEventListener(name, ({ pointerId }) => down.delete(pointerId));
}

// Where the middle of the fingers is, and how far the outer ones are apart.
function held(down) {
  const [xs, ys] = ["clientX", "clientY"].map((name) => [...down.values()].map((event) => event[name]));
  const middle = (places) => places.reduce((sum, place) => sum + place, 0) / places.length;
  return { x: middle(xs), y: middle(ys), width: Math.hypot(xs[0] - xs.at(-1), ys[0] - ys.at(-1)) };
}
