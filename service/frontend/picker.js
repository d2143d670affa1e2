// A long list gets a box to narrow it. What is chosen stays in sight.
export default function picker(part) {
  const search = document.createElement("input");
  search.type = "search";
  search.className = "picker-search";
  search.autocomplete = "off";
  search.placeholder = "输入几个字，缩小下面的范围";
  search.setAttribute("aria-label", `筛选${part.dataset.noun}`);
  part.before(search);
  const select = part.querySelector("select");
  const narrow = select ? narrowSelect(select) : narrowBoxes(part);
  search.addEventListener("input", (event) => {
    event.stopPropagation();
    narrow(search.value.trim().toLowerCase());
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

function narrowSelect(select) {
  const all = [...select.options];
  return (typed) => {
    const kept = all.filter((option) => !option.value || option.selected || option.text.toLowerCase().includes(typed));
    const { value } = select;
    select.replaceChildren(...kept);
    select.value = value;
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
