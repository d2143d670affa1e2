// On a phone the row of rooms is longer than the screen: the one where one is comes into its middle.
export default function current(row) {
  const here = row.querySelector("[aria-current]");
  if (!here) return;
  const before = here.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += before - (row.clientWidth - here.offsetWidth) / 2;
}
