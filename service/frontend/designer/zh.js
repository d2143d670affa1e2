// The canvas in Chinese: what the community has translated, and what it has left out. A text nobody knows stays as it is and
// is kept in `missing`, where the test of the room looks for it.
import community from "bpmn-js-i18n/translations/zn.js";

const OURS = {
  "Align elements": "对齐",
  "Align elements left": "左对齐",
  "Align elements center": "水平居中",
  "Align elements right": "右对齐",
  "Align elements top": "顶端对齐",
  "Align elements middle": "垂直居中",
  "Align elements bottom": "底端对齐",
  "Change element": "更改类型",
  "Distribute elements horizontally": "水平均匀分布",
  "Distribute elements vertically": "垂直均匀分布",
  "Toggle non-interrupting": "切换是否中断",
  "Open minimap": "打开缩略图",
  "Close minimap": "关闭缩略图",
  "Toggle minimap": "显示或隐藏缩略图",
  "Activate lasso tool": "框选",
};
const all = { ...community, ...OURS };

export const missing = new Set();

function translate(text, values = {}) {
  if (!(text in all) && /[A-Za-z]{2}/.test(text)) missing.add(text);
  return (all[text] || text).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);
}

export default { translate: ["value", translate] };
