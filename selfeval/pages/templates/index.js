const rows = [...document.querySelectorAll("tbody tr")];
const search = document.getElementById("search");
const status = document.getElementById("status");
const shown = document.getElementById("shown");
function filter() {
  const words = search.value.trim().toLowerCase().split(/\s+/);
  let count = 0;
  for (const row of rows) {
    const fits = (!status.value || row.dataset.status === status.value)
      && words.every((word) => row.textContent.toLowerCase().includes(word));
    row.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.textContent = count === rows.length ? "" : `显示${count}个`;
}
search.addEventListener("input", filter);
status.addEventListener("change", filter);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
