// A long list gets a box to narrow it. What is chosen stays in sight. Where the texts begin with a group and a bar (data-by),
// only the group that the named field says is offered, and what is common to all.
const COMMON = "通用";

export default function picker(part) {
  const search = document.createElement("input");
  search.type = "search";
  search.className = "picker-search";
  search.autocomplete = "off";
  search.placeholder = "输入几个字，缩小下面的范围";
  search.setAttribute("aria-label", `筛选${part.dataset.noun}`);
  part.before(search);
  const select = part.querySelector("select");
  const narrow = select ? narrowSelect(select, part.dataset.by ? grouped(select, part.dataset.by) : () => true) : narrowBoxes(part);
  if (select && part.dataset.by) {
    select.form.addEventListener("change", (event) => event.target.name === part.dataset.by && narrow(search.value.trim().toLowerCase()));
    narrow("");
  }
  search.addEventListener("input", (event) => {
    event.stopPropagation();
    narrow(search.value.trim().toLowerCase());
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

const group = (option) => option.text.split("｜")[0];

function grouped(select, by) {
  const own = group(select.options[1]);
  return (option) => {
    const control = select.form.elements[by];
    const chosen = control?.value ? control.selectedOptions[0].text : own;
    return [chosen, COMMON].includes(group(option));
  };
}

function narrowSelect(select, isOffered) {
  const all = [...select.options];
  return (typed) => {
    const { value } = select;
    const offered = all.filter((option) => !option.value || isOffered(option)).sort((a, b) => (group(a) === COMMON) - (group(b) === COMMON));
    const kept = offered.filter((option) => !option.value || option.value === value || option.text.toLowerCase().includes(typed));
    select.replaceChildren(...kept);
    select.value = kept.some((option) => option.value === value) ? value : "";
    const hits = kept.filter((option) => option.value && option.text.toLowerCase().includes(typed));
    if (typed && hits.length === 1) {
      select.value = hits[0].value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
}

function narrowBoxes(part) {
  const labels = [...part.querySelectorAll("label")];
  return (typed) => {
    for (const label of labels) {
      label.hidden = !label.querySelector("input").checked && !label.textContent.toLowerCase().includes(typed);
    }
  };
}
