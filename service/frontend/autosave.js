// Keeps what is typed as a draft after a pause of 20 seconds, and when the page is left. Photos go with 暂存 and 提交 only.
const PAUSE = 20_000;

export default function autosave(form) {
  const said = form.querySelector('[data-part="saved"]');
  const brings = () => [...form.querySelectorAll('input[type="file"]')].some((input) => input.files.length > 0);
  const saved = () => (brings() ? "已自动暂存；照片、附件没有存，离开前请点“暂存”" : "已自动暂存");
  if (!said) return; // a greyed form
  let timer = 0;
  let isDirty = false;

  function content() {
    const data = new FormData(form);
    for (const [key, value] of [...data.entries()]) {
      if (value instanceof File || key === "password") data.delete(key);
    }
    return data;
  }

  async function save() {
    clearTimeout(timer);
    if (!isDirty || form.dataset.sent) return;
    isDirty = false;
    try {
      // Only what is sent while one leaves need outlive the page; browsers let no more than 64 kB do so.
      const keepalive = document.visibilityState === "hidden";
      const answer = await fetch(form.dataset.draft, { method: "POST", body: content(), headers: { "X-Autosave": "1" }, keepalive });
      const now = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
      said.textContent = answer.status === 204 ? `${now} ${saved()}` : "未能自动暂存，请点“暂存”。";
      if (answer.status !== 204) isDirty = true;
    } catch {
      isDirty = true;
      said.textContent = "网络中断，尚未暂存。";
    }
  }

  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
}
