/**
 * Rows as lines with columns of equal width, two spaces between them.
 *
 * @param rows Cells of each row; all rows have as many.
 * @param toTheRight Which columns stand at the right of their width, as amounts do.
 */
export function table(rows: readonly (readonly string[])[], toTheRight: (column: number) => boolean): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (toTheRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
