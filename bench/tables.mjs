/** Numbers as reports print them. */
export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function percent(items, test) {
  return items.length === 0 ? "" : `${((100 * items.filter(test).length) / items.length).toFixed(1)}%`;
}

/** The value below which the share `q` of the values lie. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

export function middle(values) {
  return quantile(values, 0.5);
}
