// Shows the chosen photos before they are sent, and lets one be taken out again. Choosing twice adds, it does not replace.
export default function photos(part) {
  const input = part.querySelector('input[type="file"]');
  const list = part.querySelector('[data-part="chosen"]');
  let chosen = [];

  function show() {
    list.replaceChildren(...chosen.map(row));
    list.hidden = chosen.length === 0;
    const transfer = new DataTransfer();
    for (const file of chosen) transfer.items.add(file);
    input.files = transfer.files;
  }

  function row(file) {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.alt = `待上传：${file.name}`;
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "移除";
    remove.setAttribute("aria-label", `移除 ${file.name}`);
    remove.addEventListener("click", () => {
      chosen = chosen.filter((each) => each !== file);
      show();
      input.focus();
    });
    item.append(image, name, remove);
    return item;
  }

  input.addEventListener("change", () => {
    const known = new Set(chosen.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    chosen = chosen.concat([...input.files].filter((f) => !known.has(`${f.name}/${f.size}/${f.lastModified}`)));
    show();
  });
}
