// Shows the chosen photos or papers before they are sent, and lets one be taken out again. Choosing twice adds, it does not replace.
export default function photos(part) {
  const input = part.querySelector('input[type="file"]');
  const list = part.querySelector('[data-part="chosen"]');
  const isPapers = list.classList.contains("papers");
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
    if (!isPapers) item.append(picture(file));
    const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = isPapers ? `${file.name}（${size}）` : size;
    item.append(name, remover(file));
    return item;
  }

  function picture(file) {
    const image = document.createElement("img");
    image.alt = `待上传：${file.name}`;
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    return image;
  }

  function remover(file) {
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "移除";
    remove.setAttribute("aria-label", `移除 ${file.name}`);
    remove.addEventListener("click", () => {
      chosen = chosen.filter((each) => each !== file);
      show();
      input.focus();
    });
    return remove;
  }

  input.addEventListener("change", () => {
    const known = new Set(chosen.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    chosen = chosen.concat([...input.files].filter((f) => !known.has(`${f.name}/${f.size}/${f.lastModified}`)));
    show();
  });
}
