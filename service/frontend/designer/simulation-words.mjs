// bpmn-js-token-simulation has its words written into its code and offers no translation. So they are exchanged while it is
// bundled: in each of its files, each of these texts where it stands between quotes or tags. A text that no file holds any
// more stops the build, so that a newer version cannot bring English back unseen.
import { readFile } from "node:fs/promises";

const WORDS = {
  "Token Simulation": "流转演示",
  "Toggle Simulation Log": "显示或隐藏演示记录",
  "Simulation Log": "演示记录",
  Close: "关闭",
  "No Entries": "还没有记录",
  "Reset Simulation": "重新开始演示",
  "Play/Pause Simulation": "继续或暂停演示",
  "Play Simulation": "演示继续",
  "Pause Simulation": "演示暂停",
  "Found unsupported elements": "图中有不能演示的元素",
  "Not supported": "不能演示",
  "Set Sequence Flow": "选择走哪条箭头",
  "Trigger Event": "触发",
  "Service Task": "服务任务",
  "User Task": "用户任务",
  "Call Activity": "调用活动",
  "Script Task": "脚本任务",
  "Business Rule Task": "业务规则任务",
  "Manual Task": "手工任务",
  "Receive Task": "接收任务",
  "Send Task": "发送任务",
  Task: "任务",
  "Exclusive Gateway": "排他网关",
  "Parallel Gateway": "并行网关",
  "Inclusive Gateway": "包容网关",
  "Start Event": "开始事件",
  "Intermediate Event": "中间事件",
  "Boundary Event": "边界事件",
  "End Event": "结束事件",
  SubProcess: "子流程",
  Process: "流程",
  Slow: "慢",
  Normal: "正常",
  Fast: "快",
  Finished: "办结",
  finished: "办结",
  started: "开始",
  canceled: "取消",
};
const PHRASES = {
  "'Remove' : 'Add' } pause point": "'取消' : '设为' }停留点",
  "Focus process instance ${scope.id}": "查看这一件 ${scope.id}",
  "Set animation speed = ${ label }": "演示速度：${ label }",
};

export default {
  name: "simulation-in-chinese",
  setup(build) {
    const left = new Set([...Object.keys(WORDS), ...Object.keys(PHRASES)]);
    build.onLoad({ filter: /bpmn-js-token-simulation[\\/]lib[\\/].*\.js$/ }, async ({ path }) => {
      let text = (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
      const exchange = (old, by) => {
        if (!text.includes(old)) return false;
        text = text.replaceAll(old, by);
        return true;
      };
      for (const [old, by] of Object.entries(PHRASES)) if (exchange(old, by)) left.delete(old);
      for (const [old, by] of Object.entries(WORDS)) {
        const shapes = [
          [`'${old}'`, `'${by}'`],
          [`"${old}"`, `"${by}"`],
          [`\`${old} <`, `\`${by} <`],
          [` ${old} <`, ` ${by} <`],
          [`>${old}<`, `>${by}<`],
          [` ${old}\``, `${by}\``],
          [` ${old}\n`, ` ${by}\n`],
        ];
        if (shapes.filter(([from, to]) => exchange(from, to)).length > 0) left.delete(old);
      }
      return { contents: text, loader: "js" };
    });
    build.onEnd(() =>
      left.size > 0 ? { errors: [{ text: `token simulation no longer says: ${[...left].join(", ")}` }] } : undefined,
    );
  },
};
