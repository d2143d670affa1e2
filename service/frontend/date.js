// Beside the parts of a date: one button for today or this moment, one for the browser's own calendar.
const ORDER = ["year", "month", "day", "hour", "minute"];

export default function date(group) {
  const inputs = new Map(ORDER.map((part) => [part, group.querySelector(`input.${part}`)]).filter(([, input]) => input));
  const isMoment = inputs.has("hour");

  function fill(values) {
    for (const [part, value] of Object.entries(values)) {
      const input = inputs.get(part);
      if (input) input.value = part === "year" ? String(value) : String(value).padStart(2, "0");
    }
    inputs.get("year").dispatchEvent(new Event("input", { bubbles: true }));
  }

  function add(text, label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    button.setAttribute("aria-label", `${group.dataset.noun}：${label}`);
    button.addEventListener("click", act);
    group.append(button);
  }

  add(isMoment ? "现在" : "今天", isMoment ? "填入现在的时间" : "填入今天", () => {
    // The office's clock, wherever this device believes to be.
    const words = new Intl.DateTimeFormat("en-CA", {
      timeZone: "Asia/Shanghai", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).formatToParts(new Date());
    fill(Object.fromEntries(words.filter(({ type }) => ORDER.includes(type)).map(({ type, value }) => [type, value])));
  });

  const calendar = document.createElement("input");
  if (!calendar.showPicker) return;
  calendar.type = "date";
  calendar.className = "calendar";
  calendar.tabIndex = -1;
  calendar.setAttribute("aria-hidden", "true");
  calendar.addEventListener("input", (event) => event.stopPropagation());
  calendar.addEventListener("change", () => {
    const [year, month, day] = calendar.value.split("-");
    if (day) fill({ year, month, day });
  });
  add("日历", "打开日历", () => calendar.showPicker());
  group.append(calendar);
}
