// Replaces the drawing from the server by the live viewer when it comes into sight. If that fails, the drawing stays.
export default function diagram(section) {
  const canvas = section.querySelector(".canvas");
  const watcher = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    try {
      await live(section, canvas);
    } catch (error) {
      console.warn("流程图查看器未能载入，保留静态图。", error);
    }
  }, { rootMargin: "200px" });
  watcher.observe(section);
}

async function live(section, canvas) {
  const [{ default: open }, xml] = await Promise.all([
    import(/* the address carries the bundle's digest */ section.dataset.viewer),
    fetch(section.dataset.xml).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status))),
  ]);
  const stage = document.createElement("div");
  stage.className = "live";
  stage.setAttribute("role", "region");
  stage.setAttribute("aria-label", canvas.querySelector("svg title")?.textContent ?? "流程图");
  canvas.before(stage);
  const words = (text) => (text ? text.split(" ") : []);
  const pick = picker(section.querySelector('[data-part="stays"]'));
  const viewer = await open(stage, xml, words(section.dataset.tokens), words(section.dataset.done), pick).catch((error) => {
    stage.remove();
    throw error;
  });
  canvas.classList.add("only-printed");
  section.querySelector("header").append(zoomButtons(viewer));
}

// Shows the stays at one element of the picture alone; where a case never was, and on the ground, all of them again.
function picker(stays) {
  if (!stays) return () => {};
  const rows = [...stays.querySelectorAll("[data-element]")];
  const said = stays.querySelector('[data-part="chosen"]');
  return (id) => {
    const chosen = rows.filter((row) => row.dataset.element === id);
    for (const row of rows) row.hidden = chosen.length > 0 && !chosen.includes(row);
    said.hidden = chosen.length === 0;
    said.textContent = chosen.length > 0 ? `只看“${chosen[0].cells[0].textContent}”；点图上的空白处看全部。` : "";
    if (chosen.length > 0) stays.open = true;
  };
}

function zoomButtons(viewer) {
  const bar = document.createElement("div");
  bar.className = "zoom";
  const add = (text, label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    bar.append(button);
  };
  add("＋", "放大", () => viewer.zoom(1.25));
  add("－", "缩小", () => viewer.zoom(0.8));
  add("全图", "显示全图", () => viewer.fit());
  if (viewer.isLive) add("当前环节", "移到当前环节", () => viewer.follow());
  return bar;
}
