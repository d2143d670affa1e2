// What goes out of the room and what comes in: the diagram as a file, as a picture, and a file from elsewhere.
import { h } from "./dom.js";
import { text } from "./modeler.js";
import { ask } from "./server.js";

const FATAL = ["file-unreadable", "too-large", "script", "key-changed"]; // what must not even be looked at on the canvas
const CHINESE = /[一-龥]/;

export const saveDiagram = async ({ modeler, key }) => save(`${key}.bpmn`, [await text(modeler)], "application/xml");

export const savePicture = async ({ modeler, key }) => save(`${key}.svg`, [(await modeler.saveSVG()).svg], "image/svg+xml");

// The picture as PNG, twice as large as drawn, on white.
export async function saveRaster({ modeler, key }) {
  const { svg } = await modeler.saveSVG();
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = h("canvas", { width: image.width * 2, height: image.height * 2 });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((blob) => save(`${key}.png`, [blob], "image/png"));
}

function save(name, content, type) {
  const address = URL.createObjectURL(new Blob(content, { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

// A file from elsewhere. The server looks at it first: what it cannot read never comes near the draft.
export async function upload(room, steps, file) {
  try {
    const xml = await file.text();
    const { findings } = await ask(room.addresses.findings, { key: room.key, xml, forms: room.forms }, room.token);
    const fatal = findings.find(({ rule }) => FATAL.includes(rule));
    if (fatal) throw new Error(fatal.message);
    await steps.takeIn(xml);
    room.say(`已载入“${file.name}”，要回到原来的图请按“撤销”`, "good");
  } catch ({ message }) {
    const why = CHINESE.test(message) ? message : "文件中没有可以显示的流程图。";
    room.say(`没有载入“${file.name}”：${why}草稿保持原样。`);
  }
}
