// The browser's own file control speaks the browser's language; the label shows the chosen file's name instead.
export default function chosen(label) {
  const input = label.querySelector("input[type=file]");
  const text = label.querySelector("span");
  const before = text.textContent;
  input.addEventListener("change", () => {
    text.textContent = input.files[0]?.name ?? before;
  });
}
