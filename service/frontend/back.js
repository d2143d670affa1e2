// The page one came from, as one left it: what was typed still stands there. Following its address would fetch it empty.
export default function back(link) {
  link.addEventListener("click", (event) => {
    if (history.length < 2) return;
    event.preventDefault();
    history.back();
  });
}
