// Keeps the draft: two seconds after the last change, and before it is handed in. One save at a time; what the server refuses
// is said and tried again with the next change. A draft that was saved elsewhere is never overwritten.
import { ask } from "./server.js";

const PAUSE = 2_000;

export default function saving({ token, collect, say }, address, revision) {
  let timer = 0;
  let version = 0; // counts the changes
  let kept = 0; // the change up to which all is kept
  let isStale = false;
  let running = Promise.resolve();

  const isDirty = () => kept < version;

  function touch() {
    version += 1;
    if (!isStale) say("有修改，尚未保存", "warn");
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  function save() {
    clearTimeout(timer);
    running = running.then(once);
    return running;
  }

  async function once() {
    if (!isDirty() || isStale) return;
    const upTo = version;
    say("正在保存…", "");
    try {
      ({ revision } = await ask(address, { ...(await collect()), revision }, token));
      kept = upTo;
      if (!isDirty()) say(`${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })} 已保存`, "good");
    } catch (refusal) {
      isStale = [403, 409].includes(refusal.status);
      say(`没有保存：${refusal.message}`, "bad");
      if (!isStale && refusal.status === 0) timer = setTimeout(save, 5 * PAUSE);
    }
  }

  addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());
  return {
    touch,
    save,
    isDirty,
    forget: () => {
      kept = version;
    },
  };
}
