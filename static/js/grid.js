// Grids of controls: arrow keys and Enter lead from cell to cell, cells of a sheet program are pasted as they lie.
export function watchGrids() {
  document.querySelectorAll("table[data-grid]").forEach((grid) => {
    grid.addEventListener("keydown", (event) => walk(grid, event));
    grid.addEventListener("paste", (event) => spread(grid, event));
  });
}

function rowsOf(grid) {
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("input:not([type=hidden])")]);
  return rows.filter((cells) => cells.length);
}

function placeOf(rows, cell) {
  const row = rows.findIndex((cells) => cells.includes(cell));
  return [row, row < 0 ? -1 : rows[row].indexOf(cell)];
}

function walk(grid, event) {
  const rows = rowsOf(grid);
  const [row, column] = placeOf(rows, event.target);
  if (row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
  if (step) {
    const next = rows[row + step];
    event.preventDefault();
    if (next) focusOn(next[Math.min(column, next.length - 1)]);
  } else if (event.key === "ArrowLeft" && event.target.selectionStart === 0 && column > 0) {
    event.preventDefault();
    focusOn(rows[row][column - 1]);
  } else if (event.key === "ArrowRight" && atEnd(event.target) && column < rows[row].length - 1) {
    event.preventDefault();
    focusOn(rows[row][column + 1]);
  }
}

// A whole cell is selected when one arrives in it, so the next arrow leads on.
function atEnd(cell) {
  return cell.selectionEnd === cell.value.length;
}

function focusOn(cell) {
  cell.focus();
  cell.select();
}

function spread(grid, event) {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  if (lines.length === 1 && lines[0].length === 1) return;
  const rows = rowsOf(grid);
  const [row, column] = placeOf(rows, event.target);
  if (row < 0) return;
  event.preventDefault();
  lines.forEach((cells, down) => {
    cells.forEach((value, right) => {
      const cell = rows[row + down]?.[column + right];
      if (!cell || cell.readOnly) return;
      cell.value = value.trim();
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
}
